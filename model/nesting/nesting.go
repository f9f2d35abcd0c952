// Package nesting finds which groups of series lie within which.
package nesting

// Levels is which groups of some levels lie within which of others: of
// departments and the shops that have them, each department at a shop lies
// within its department and its shop.
type Levels struct {
	// within are, by level, group and other level, the one group of the other
	// level that all series of the group are in; nobody before the first.
	within [][][]int32
}

const (
	nobody int32 = -1 - iota
	mixed        // several groups
)

// New takes the number of groups of each level.
func New(groups []int) *Levels {
	n := &Levels{}
	for _, size := range groups {
		level := make([][]int32, size)
		for g := range level {
			level[g] = make([]int32, len(groups))
			for k := range level[g] {
				level[g][k] = nobody
			}
		}
		n.within = append(n.within, level)
	}
	return n
}

// Add takes the groups of a series by level, -1 for none.
func (n *Levels) Add(of []int32) {
	for k, g := range of {
		if g < 0 {
			continue
		}
		for j, other := range of {
			switch at := &n.within[k][g][j]; {
			case other < 0:
				*at = mixed
			case *at == nobody:
				*at = other
			case *at != other:
				*at = mixed
			}
		}
	}
}

// Within is the one group of level j that all series of group g of level k are
// in, negative where there is none.
func (n *Levels) Within(k, g, j int) int32 { return n.within[k][g][j] }

// Refines reports whether each group of level k lies within one of level j,
// of which there are fewer.
func (n *Levels) Refines(k, j int) bool {
	if len(n.within[k]) <= len(n.within[j]) {
		return false
	}
	for _, within := range n.within[k] {
		if within[j] == mixed {
			return false
		}
	}
	return true
}

// Around are the levels that level k refines, without those that another of
// them refines.
func (n *Levels) Around(k int) []int {
	var out []int
	for j := range n.within {
		if n.Refines(k, j) {
			out = append(out, j)
		}
	}
	return n.Finest(out)
}

// Finest are those of the levels that no other of them refines.
func (n *Levels) Finest(levels []int) []int {
	var out []int
	for _, j := range levels {
		refined := false
		for _, other := range levels {
			refined = refined || n.Refines(other, j)
		}
		if !refined {
			out = append(out, j)
		}
	}
	return out
}
