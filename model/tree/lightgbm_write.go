package tree

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"daycast"
)

// WriteLightGBM writes the ensemble as LightGBM's text model, version v4. It
// predicts there what it predicts here for finite numbers and NaN, but that
// LightGBM takes what is within 1e-35 of zero for zero. Names of the columns
// may be nil; characters that LightGBM has no use for become _.
func (e *Ensemble) WriteLightGBM(w io.Writer, names []string) error {
	if err := e.checkNames(names); err != nil {
		return err
	}
	all := e.trees
	if len(all) == 0 {
		all = []Tree{{nodes: []node{{set: -1}}}}
	}
	var trees bytes.Buffer
	sizes := make([]int, len(all))
	for i := range all {
		start := 0.0
		if i == 0 {
			start = e.start // LightGBM has no other place for it
		}
		before := trees.Len()
		if err := e.lightgbmTree(&trees, &all[i], i, start); err != nil {
			return err
		}
		sizes[i] = trees.Len() - before
	}
	_, err := fmt.Fprintf(w, "%stree_sizes=%s\n\n%send of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n\npandas_categorical:null\n",
		e.lightgbmHead(names), join(sizes), trees.Bytes())
	if err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing a LightGBM model: %w", err)
	}
	return nil
}

func (e *Ensemble) lightgbmHead(names []string) string {
	objective := map[Link]string{Identity: "regression", Log: "poisson", Logistic: "binary sigmoid:1"}[e.link]
	clean, infos := make([]string, e.Columns()), make([]string, e.Columns())
	for i, c := range e.bins.columns {
		clean[i] = "Column_" + strconv.Itoa(i)
		if names != nil {
			clean[i] = lightgbmName(names[i])
		}
		infos[i] = "none"
		if c.categorical && len(c.cuts) > 0 {
			infos[i] = strings.ReplaceAll(join(c.cuts), " ", ":")
		} else if n := len(c.cuts); n > 0 {
			infos[i] = fmt.Sprintf("[%g:%g]", c.cuts[0], c.cuts[n-1])
		}
	}
	return fmt.Sprintf("tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=%d\n"+
		"objective=%s\nfeature_names=%s\nfeature_infos=%s\n",
		e.Columns()-1, objective, strings.Join(clean, " "), strings.Join(infos, " "))
}

// lightgbmName is a name without what parts names in the file, and without
// what LightGBM refuses because JSON would have to escape it.
func lightgbmName(name string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune(`",:[]{}`, r) {
			return '_'
		}
		return r
	}, name)
}

// lightgbmArrays are a tree as the file has it: by split, and by leaf.
type lightgbmArrays struct {
	columns, kinds, left, right []int
	thresholds, gains           []float64
	splitValues, splitCounts    []float64
	values, counts              []float64
	boundaries                  []int
	words                       []uint32
}

func (e *Ensemble) lightgbmTree(w *bytes.Buffer, t *Tree, i int, start float64) error {
	asked, err := e.askAll(t)
	if err != nil {
		return err
	}
	a, err := asked.lightgbm(start)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Tree=%d\nnum_leaves=%d\nnum_cat=%d\n", i, len(a.values), len(a.boundaries)-1)
	fmt.Fprintf(w, "split_feature=%s\nsplit_gain=%s\nthreshold=%s\ndecision_type=%s\nleft_child=%s\nright_child=%s\n",
		join(a.columns), join(a.gains), join(a.thresholds), join(a.kinds), join(a.left), join(a.right))
	fmt.Fprintf(w, "leaf_value=%s\nleaf_weight=%s\nleaf_count=%s\n", join(a.values), join(a.counts), join(whole(a.counts)))
	fmt.Fprintf(w, "internal_value=%s\ninternal_weight=%s\ninternal_count=%s\n",
		join(a.splitValues), join(a.splitCounts), join(whole(a.splitCounts)))
	if len(a.words) > 0 {
		fmt.Fprintf(w, "cat_boundaries=%s\ncat_threshold=%s\n", join(a.boundaries), join(a.words))
	}
	fmt.Fprint(w, "is_linear=0\nshrinkage=1\n\n\n")
	return nil
}

// lightgbm numbers splits and leaves apart; leaf i is child -i-1.
func (a asked) lightgbm(start float64) (*lightgbmArrays, error) {
	out := &lightgbmArrays{boundaries: []int{0}}
	name := make([]int, len(a.questions))
	splits := 0
	for i, q := range a.questions {
		if q.leaf {
			name[i] = -len(out.values) - 1
			out.values = append(out.values, float64(q.node.value)+start)
			out.counts = append(out.counts, float64(q.node.cover))
		} else {
			name[i] = splits
			splits++
		}
	}
	for i, q := range a.questions {
		if q.leaf {
			continue
		}
		if err := out.question(&q); err != nil {
			return nil, err
		}
		left, right := name[q.left], name[q.right]
		if q.codes != nil { // here they go left
			left, right = right, left
		}
		out.left, out.right = append(out.left, left), append(out.right, right)
		out.columns, out.gains = append(out.columns, int(q.node.column)), append(out.gains, float64(q.node.gain))
		out.splitValues, out.splitCounts = append(out.splitValues, a.mean[i]+start), append(out.splitCounts, float64(q.node.cover))
	}
	return out, nil
}

// question appends a threshold and its decision_type.
func (a *lightgbmArrays) question(q *question) error {
	kind := lightgbmNaNMissing
	switch {
	case q.codes != nil && !q.missingLeft:
		return daycast.Errorf(daycast.Invalid, "a split of column %d parts what is missing from the categories that training had not seen, as XGBoost can",
			q.node.column).WithHint("LightGBM cannot say that: write the model as XGBoost's")
	case q.codes != nil && q.codes[len(q.codes)-1] >= lightgbmMaxCode:
		return daycast.Errorf(daycast.Invalid, "column %d has the category %d: LightGBM takes those below %d",
			q.node.column, q.codes[len(q.codes)-1], lightgbmMaxCode)
	case q.codes != nil:
		a.thresholds = append(a.thresholds, float64(len(a.boundaries)-1))
		words := make([]uint32, q.codes[len(q.codes)-1]/32+1)
		for _, code := range q.codes {
			words[code/32] |= 1 << (code % 32)
		}
		a.words = append(a.words, words...)
		a.boundaries = append(a.boundaries, len(a.words))
		a.kinds = append(a.kinds, lightgbmNaNMissing|lightgbmCategory)
		return nil
	case q.zeroMissing:
		kind = lightgbmZeroMissing
	}
	if q.missingLeft {
		kind |= lightgbmDefaultLeft
	}
	// LightGBM has no infinite thresholds; a float64 has room for others that
	// no float32 passes.
	a.thresholds = append(a.thresholds, max(-1e300, min(1e300, float64(q.cut))))
	a.kinds = append(a.kinds, kind)
	return nil
}

// lightgbmMaxCode bounds the words of a set, which is as long as its highest
// code: 128 KiB.
const lightgbmMaxCode = 1 << 20

func whole(counts []float64) []int {
	out := make([]int, len(counts))
	for i, v := range counts {
		out[i] = int(min(math.Round(v), math.MaxInt32))
	}
	return out
}

func join[T int | uint32 | float32 | float64](values []T) string {
	var b []byte
	for i, v := range values {
		if i > 0 {
			b = append(b, ' ')
		}
		b = fmt.Append(b, v)
	}
	return string(b)
}
