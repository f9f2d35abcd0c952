package tree

import (
	"bytes"
	"io"
	"iter"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"daycast"
)

// The bits of LightGBM's decision_type: bit 0 a category, bit 1 the missing
// go left, bits 2 and 3 what is missing.
const (
	lightgbmCategory    = 1 << 0
	lightgbmDefaultLeft = 1 << 1
	lightgbmZeroMissing = 1 << 2 // zero and NaN
	lightgbmNaNMissing  = 2 << 2 // NaN; without either, NaN is taken for zero
	lightgbmMissing     = 3 << 2
)

// lightgbmLinks by objective; one of the user's own, with no name in the
// file, leaves scores as they are.
var lightgbmLinks = map[string]Link{
	"":              Identity,
	"custom":        Identity,
	"regression":    Identity,
	"regression_l1": Identity,
	"huber":         Identity,
	"fair":          Identity,
	"quantile":      Identity,
	"mape":          Identity,
	"poisson":       Log,
	"tweedie":       Log,
	"gamma":         Log,
	"binary":        Logistic,
	"cross_entropy": Logistic,
}

// ReadLightGBM reads a model that LightGBM saved as text, in its versions v3
// and v4, of one output and with a constant in each leaf. Its columns are
// those of our frames by position, with NaN for missing values and, in
// categorical ones, the codes that it was trained on: categories that came
// from a data frame are their positions in pandas_categorical. It refuses
// what it cannot read with code invalid.
func ReadLightGBM(r io.Reader) (*Ensemble, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "reading a LightGBM model: %w", err)
	}
	if len(bytes.TrimSpace(file)) == 0 || string(bytes.TrimSpace(firstLine(file))) != "tree" {
		return nil, daycast.Errorf(daycast.Invalid, "not a LightGBM model: the first line is not \"tree\"").
			WithHint("save it with save_model")
	}
	model, _, ended := strings.Cut(string(file), "\nend of trees")
	if !ended {
		return nil, daycast.Errorf(daycast.Invalid, "the LightGBM model is truncated: it has no \"end of trees\"").
			WithHint("save the model again")
	}
	head, trees, _ := strings.Cut(model, "\nTree=")
	return readLightGBM(fieldsOf(head), trees)
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

// lightgbmFields are the lines key=value of the head or of a tree.
type lightgbmFields map[string]string

func fieldsOf(text string) lightgbmFields {
	fields := lightgbmFields{}
	for line := range strings.SplitSeq(text, "\n") {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\r"), "=")
		fields[key] = value
	}
	return fields
}

func readLightGBM(head lightgbmFields, text string) (*Ensemble, error) {
	link, factor, err := head.link()
	if err != nil {
		return nil, err
	}
	last, err := strconv.Atoi(head["max_feature_idx"])
	if err != nil || last < 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the LightGBM model's max_feature_idx is %.40q", head["max_feature_idx"])
	}
	g, err := newGraft(last + 1)
	if err != nil {
		return nil, err
	}
	if _, average := head["average_output"]; average {
		factor /= float64(strings.Count(text, "\nTree=") + 1)
	}
	for tree := range strings.SplitSeq(text, "\nTree=") {
		if tree == "" {
			continue // a model of no trees
		}
		nodes, err := fieldsOf(tree).nodes(factor)
		if err != nil {
			return nil, g.refuse("%w", err)
		}
		if err := g.add(nodes); err != nil {
			return nil, err
		}
	}
	return g.ensemble(0, link) // the start is part of the first tree
}

// link is the objective's, with what its scores are multiplied by before. It
// refuses versions and kinds of models that we do not read.
func (f lightgbmFields) link() (Link, float64, error) {
	if v := f["version"]; v != "v3" && v != "v4" {
		return 0, 0, daycast.Errorf(daycast.Invalid, "the LightGBM model's version is %.20q: want v3 or v4", v).
			WithHint("load and save it with LightGBM 4")
	}
	if f["num_class"] != "1" || f["num_tree_per_iteration"] != "1" {
		return 0, 0, daycast.Errorf(daycast.Invalid, "the LightGBM model has several outputs").
			WithHint("train one model for each class")
	}
	name, options, _ := strings.Cut(f["objective"], " ")
	link, known := lightgbmLinks[name]
	factor := 1.0
	for option := range strings.FieldsSeq(options) {
		key, value, _ := strings.Cut(option, ":")
		switch key {
		case "sqrt":
			known = false // predictions are squared
		case "sigmoid":
			v, err := strconv.ParseFloat(value, 64)
			known, factor = known && err == nil && v > 0, v
		}
	}
	if !known {
		return 0, 0, daycast.Errorf(daycast.Invalid, "the LightGBM model's objective is %.40q", f["objective"]).
			WithHint("want a regression without reg_sqrt, a count or binary")
	}
	return link, factor, nil
}

// lightgbmTree is a tree by arrays over its splits and over its leaves. A
// child below zero is leaf -child-1.
type lightgbmTree struct {
	columns, left, right, kinds []int
	thresholds, gains           []float64
	counts                      []float64 // of splits
	values, leafCounts          []float64
	boundaries                  []int
	words                       []uint32
	spare                       int // words that no split has taken yet
}

func (f lightgbmFields) tree() (*lightgbmTree, error) {
	if v := f["is_linear"]; v != "" && v != "0" {
		return nil, daycast.Errorf(daycast.Invalid, "its leaves are linear models: want linear_tree=false")
	}
	var t lightgbmTree
	leaves, err := strconv.Atoi(f["num_leaves"])
	if err != nil || leaves < 1 {
		return nil, daycast.Errorf(daycast.Invalid, "num_leaves is %.20q", f["num_leaves"])
	}
	for key, into := range map[string]*[]int{
		"split_feature": &t.columns, "left_child": &t.left, "right_child": &t.right, "decision_type": &t.kinds,
	} {
		if err := f.ints(key, leaves-1, into); err != nil {
			return nil, err
		}
	}
	for key, into := range map[string]*[]float64{
		"threshold": &t.thresholds, "split_gain": &t.gains, "internal_count": &t.counts,
	} {
		if err := f.floats(key, leaves-1, into); err != nil {
			return nil, err
		}
	}
	for key, into := range map[string]*[]float64{"leaf_value": &t.values, "leaf_count": &t.leafCounts} {
		if err := f.floats(key, leaves, into); err != nil {
			return nil, err
		}
	}
	return &t, f.categories(&t)
}

func (f lightgbmFields) ints(key string, want int, into *[]int) error {
	for item := range strings.FieldsSeq(f[key]) {
		v, err := strconv.Atoi(item)
		if err != nil {
			return daycast.Errorf(daycast.Invalid, "%s has %.20q", key, item)
		}
		*into = append(*into, v)
	}
	return f.length(key, len(*into), want)
}

func (f lightgbmFields) floats(key string, want int, into *[]float64) error {
	for item := range strings.FieldsSeq(f[key]) {
		v, err := strconv.ParseFloat(item, 64)
		if err != nil {
			return daycast.Errorf(daycast.Invalid, "%s has %.20q", key, item)
		}
		*into = append(*into, v)
	}
	return f.length(key, len(*into), want)
}

func (f lightgbmFields) length(key string, got, want int) error {
	if got != want {
		return daycast.Errorf(daycast.Invalid, "%s has %d numbers: want %d", key, got, want)
	}
	return nil
}

// categories are the sets of the categorical splits: set i is the words from
// boundary i to boundary i+1.
func (f lightgbmFields) categories(t *lightgbmTree) error {
	sets, err := strconv.Atoi(f["num_cat"])
	if err != nil || sets < 0 {
		return daycast.Errorf(daycast.Invalid, "num_cat is %.20q", f["num_cat"])
	}
	if sets == 0 {
		return nil
	}
	for item := range strings.FieldsSeq(f["cat_threshold"]) {
		v, err := strconv.ParseUint(item, 10, 32)
		if err != nil {
			return daycast.Errorf(daycast.Invalid, "cat_threshold has %.20q", item)
		}
		t.words = append(t.words, uint32(v))
	}
	if err := f.ints("cat_boundaries", sets+1, &t.boundaries); err != nil {
		return err
	}
	t.spare = len(t.words)
	for i, b := range t.boundaries {
		if b < 0 || b > len(t.words) || i > 0 && b < t.boundaries[i-1] {
			return daycast.Errorf(daycast.Invalid, "cat_boundaries has %d out of order", b)
		}
	}
	return nil
}

// nodes are the splits, then the leaves.
func (f lightgbmFields) nodes(factor float64) ([]foreign, error) {
	t, err := f.tree()
	if err != nil {
		return nil, err
	}
	splits := len(t.columns)
	nodes := make([]foreign, splits, splits+len(t.values))
	child := func(i int) int {
		if i < 0 {
			return splits - i - 1
		}
		if i >= splits {
			return -1 // a leaf by the wrong name, which graft.add refuses
		}
		return i
	}
	for i := range nodes {
		r, err := t.rule(i)
		if err != nil {
			return nil, err
		}
		nodes[i] = foreign{left: child(t.left[i]), right: child(t.right[i]), gain: t.gains[i], cover: t.counts[i], rule: r}
	}
	for i, v := range t.values {
		nodes = append(nodes, foreign{leaf: true, value: v * factor, cover: t.leafCounts[i]})
	}
	return nodes, nil
}

func (t *lightgbmTree) rule(i int) (rule, error) {
	kind, threshold := t.kinds[i], t.thresholds[i]
	r := rule{column: t.columns[i]}
	if kind&lightgbmCategory != 0 {
		set := int(threshold)
		if float64(set) != threshold || set < 0 || set >= len(t.boundaries)-1 {
			return r, daycast.Errorf(daycast.Invalid, "it has no set %g of categories", threshold)
		}
		words := t.words[t.boundaries[set]:t.boundaries[set+1]]
		if t.spare -= len(words); t.spare < 0 {
			return r, daycast.Errorf(daycast.Invalid, "two splits share a set of categories")
		}
		// What is missing, below zero or not in the set goes right.
		r.codes, r.codesLeft = bitsOf(words), true
		return r, nil
	}
	r.cut = lightgbmCut(threshold)
	switch kind & lightgbmMissing {
	case 0:
		r.missingLeft = 0 <= threshold
	case lightgbmZeroMissing:
		r.zeroMissing = true
		r.missingLeft = kind&lightgbmDefaultLeft != 0
	case lightgbmNaNMissing:
		r.missingLeft = kind&lightgbmDefaultLeft != 0
	default:
		return r, daycast.Errorf(daycast.Invalid, "decision_type has %d", kind)
	}
	return r, nil
}

// lightgbmCut is the cut of a threshold. What is within 1e-35 of zero is zero
// before LightGBM tests it, so that no threshold parts it.
func lightgbmCut(threshold float64) float32 {
	switch cut := floor32(threshold); {
	case threshold < 0 && cut > zeroLow:
		return zeroLow
	case threshold >= 0 && cut < zeroHigh:
		return zeroHigh
	default:
		return cut
	}
}

// floor32 is the highest float32 <= v, so that v parts the float32 as it does.
func floor32(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		return math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

// bitsOf are the places of the ones.
func bitsOf(words []uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, word := range words {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(32*i + bits.TrailingZeros32(word))) {
					return
				}
			}
		}
	}
}
