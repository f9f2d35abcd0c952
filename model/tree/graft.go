package tree

import (
	"iter"
	"maps"
	"math"
	"slices"

	"daycast"
)

// A foreign node is a node of another library's tree, at its index there.
type foreign struct {
	leaf        bool
	value       float64 // of a leaf
	left, right int     // of a split: the children's indexes
	gain, cover float64
	rule        rule
}

// A rule is what another library asks of a value: whether it goes left.
type rule struct {
	column      int
	cut         float32          // of a number: v <= cut goes left
	zeroMissing bool             // of a number: zero goes where NaN goes
	missingLeft bool             // NaN goes left
	codes       iter.Seq[uint32] // of a category, nil for a number
	codesLeft   bool             // codes go left and others right, not the other way round
}

// What LightGBM takes for zero, its kZeroThreshold, as numbers have to be cut
// so that zero has bins of its own.
var (
	zeroHigh = float32(1e-35)
	zeroLow  = math.Nextafter32(-zeroHigh, float32(math.Inf(-1)))
)

// maxCode is one more than the highest category that a float32 tells apart
// from its neighbours.
const maxCode = 1 << 24

// maxSetWords bounds the sets of all nodes together, so that a small file
// with wide columns does not fill the memory: 128 MiB.
const maxSetWords = 1 << 24

// A graft makes an ensemble of foreign trees. Their values are float32 there,
// which rounds LightGBM's, float64 in its files, by a relative 6e-8.
type graft struct {
	columns []graftColumn
	trees   []Tree
	rules   [][]*rule // by tree and node; nil for leaves
	words   int       // in the sets so far
}

type graftColumn struct {
	number, category bool
	other            bool
	cuts             map[float32]struct{}
}

func newGraft(columns int) (*graft, error) {
	if columns < 0 || columns > maxColumns {
		return nil, daycast.Errorf(daycast.Invalid, "the model has %d columns: trees take at most %d", columns, maxColumns)
	}
	return &graft{columns: make([]graftColumn, columns)}, nil
}

// add takes a tree whose root is the first node. Nodes that the root does not
// reach, such as pruned ones, are left out.
func (g *graft) add(nodes []foreign) error {
	type step struct{ from, parent int }
	seen := make([]bool, len(nodes))
	todo := []step{{0, -1}}
	var t Tree
	var rules []*rule
	for len(todo) > 0 { // no recursion: a hostile tree may be as deep as it is long
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.from < 0 || s.from >= len(nodes) || seen[s.from] {
			return g.refuse("node %d is missing or has two parents", s.from)
		}
		seen[s.from] = true
		from := &nodes[s.from]
		at := len(t.nodes)
		if s.parent >= 0 {
			t.nodes[s.parent].right = int32(at)
		}
		n := node{set: -1, gain: positive(from.gain), cover: positive(from.cover)}
		if from.leaf {
			n.gain, n.value = 0, float32(from.value)
			if !finite(n.value) {
				return g.refuse("a leaf has the value %g", from.value)
			}
			rules = append(rules, nil)
		} else {
			if err := g.cut(&from.rule); err != nil {
				return err
			}
			n.column = uint16(from.rule.column)
			rules = append(rules, &from.rule)
			todo = append(todo, step{from.right, at}, step{from.left, -1})
		}
		t.nodes = append(t.nodes, n)
	}
	g.trees, g.rules = append(g.trees, t), append(g.rules, rules)
	return nil
}

func (g *graft) refuse(format string, args ...any) error {
	return daycast.Errorf(daycast.Invalid, "tree %d of the model is damaged: "+format, append([]any{len(g.trees)}, args...)...).
		WithHint("save the model again")
}

// positive is a gain or cover as nodes have them. Nothing but a share of
// importance depends on it, so that odd ones are no reason to refuse a model.
func positive(v float64) float32 {
	if v > 0 {
		return Finite(v)
	}
	return 0
}

// cut notes where a rule cuts its column.
func (g *graft) cut(r *rule) error {
	if r.column < 0 || r.column >= len(g.columns) {
		return g.refuse("it splits column %d of %d", r.column, len(g.columns))
	}
	c := &g.columns[r.column]
	if c.cuts == nil {
		c.cuts = map[float32]struct{}{}
	}
	if r.codes == nil {
		c.number = true
		if r.cut != r.cut {
			return g.refuse("a threshold is not a number")
		}
		c.cuts[r.cut] = struct{}{}
		if r.zeroMissing {
			c.cuts[zeroLow], c.cuts[zeroHigh] = struct{}{}, struct{}{}
		}
	} else {
		c.category, c.other = true, c.other || !r.codesLeft
		for code := range r.codes {
			if code >= maxCode {
				return g.refuse("a category is %d: want 0 to %d", int32(code), maxCode-1)
			}
			c.cuts[float32(code)] = struct{}{}
			if len(c.cuts) > maxCuts {
				break
			}
		}
	}
	if c.number && c.category {
		return g.refuse("column %d is split as a number and as a category", r.column)
	}
	if len(c.cuts) > maxCuts {
		return daycast.Errorf(daycast.Invalid, "column %d of the model is cut at more than %d values", r.column, maxCuts).
			WithHint("train with fewer bins or trees")
	}
	return nil
}

// ensemble is what was added, over bins that tell apart what the rules do.
func (g *graft) ensemble(start float64, link Link) (*Ensemble, error) {
	if start-start != 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the model starts at %g", start).WithHint("save the model again")
	}
	b := &Bins{columns: make([]columnBins, len(g.columns))}
	for i, c := range g.columns {
		b.columns[i] = columnBins{categorical: c.category, other: c.other, cuts: slices.Sorted(maps.Keys(c.cuts))}
	}
	for i := range g.trees {
		t := &g.trees[i]
		for j, r := range g.rules[i] {
			if r == nil {
				continue
			}
			if c := &b.columns[r.column]; !t.nodes[j].test(r, c) {
				if g.words += setWords(c.last()); g.words > maxSetWords {
					return nil, daycast.Errorf(daycast.Invalid, "the model's sets of categories take more than %d MiB", maxSetWords*8>>20).
						WithHint("train with fewer categories or trees")
				}
				t.nodes[j].set = int32(len(t.sets))
				t.sets = append(t.sets, r.set(c)...)
			}
		}
	}
	return &Ensemble{bins: b, start: start, link: link, trees: g.trees}, nil
}

// test sets the node's range of bins; false where the rule needs a set.
func (n *node) test(r *rule, c *columnBins) bool {
	if r.codes != nil || math.IsInf(float64(r.cut), -1) {
		return false
	}
	last := c.bin(r.cut)
	if r.zeroMissing {
		first, end := c.bin(zeroLow)+1, c.bin(zeroHigh)
		switch {
		case r.missingLeft && last+1 >= first:
			last = max(last, end)
		case !r.missingLeft && last <= end:
			last = min(last, first-1)
		default:
			return false // zero parts what goes left
		}
	}
	if !r.missingLeft {
		n.lo = 1
	}
	n.span = last - n.lo
	return true
}

// set is the bins of c that the rule sends left.
func (r *rule) set(c *columnBins) binSet {
	s := newBinSet(c.last())
	put := func(first, end uint16, left bool) {
		for bin := int(first); bin <= int(end); bin++ {
			if word, bit := &s[bin>>6], uint64(1)<<(bin&63); left {
				*word |= bit
			} else {
				*word &^= bit
			}
		}
	}
	put(missingBin, missingBin, r.missingLeft)
	if r.codes != nil {
		put(1, uint16(c.last()), !r.codesLeft)
		for code := range r.codes {
			bin := c.bin(float32(code))
			put(bin, bin, r.codesLeft)
		}
		return s
	}
	// Nothing is below -Inf, but -Inf itself is not above it.
	if !math.IsInf(float64(r.cut), -1) {
		put(1, c.bin(r.cut), true)
	}
	if r.zeroMissing {
		put(c.bin(zeroLow)+1, c.bin(zeroHigh), r.missingLeft)
	}
	return s
}
