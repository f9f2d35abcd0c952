package tree

import (
	"io"
	"math"
	"strconv"

	"daycast"
)

// WriteXGBoostJSON writes the ensemble as a model that XGBoost 2 and newer
// loads, as JSON. It predicts there what it predicts here for finite numbers
// and NaN, up to the rounding of sums in float32; the codes of categories are
// the frame's, and its cover is rows. Names of the columns may be nil.
func (e *Ensemble) WriteXGBoostJSON(w io.Writer, names []string) error {
	return e.writeXGBoost(w, names, appendJSON)
}

// WriteXGBoostUBJSON is WriteXGBoostJSON in XGBoost's binary JSON.
func (e *Ensemble) WriteXGBoostUBJSON(w io.Writer, names []string) error {
	return e.writeXGBoost(w, names, appendUBJSON)
}

func (e *Ensemble) writeXGBoost(w io.Writer, names []string, encode func([]byte, any) []byte) error {
	document, err := e.xgboost(names)
	if err != nil {
		return err
	}
	if _, err := w.Write(encode(nil, document)); err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing an XGBoost model: %w", err)
	}
	return nil
}

func (e *Ensemble) xgboost(names []string) (object, error) {
	if err := e.checkNames(names); err != nil {
		return nil, err
	}
	base, rest := e.baseScore()
	all := e.trees
	if rest != 0 || len(all) == 0 { // without a tree XGBoost applies the link to base_score twice
		all = append([]Tree{{nodes: []node{{set: -1, value: rest}}}}, all...)
	}
	trees, info, ends := make([]object, len(all)), make([]int, len(all)), []int{0}
	for i := range all {
		t, err := e.xgboostTree(&all[i], i)
		if err != nil {
			return nil, err
		}
		trees[i], ends = t, append(ends, i+1)
	}
	types := make([]string, e.Columns())
	for i := range types {
		types[i] = "q"
		if e.bins.columns[i].categorical {
			types[i] = "c"
		}
	}
	return object{
		{"learner", object{
			{"attributes", object{}},
			{"feature_names", names},
			{"feature_types", types},
			{"gradient_booster", object{
				{"model", object{
					{"gbtree_model_param", object{{"num_parallel_tree", "1"}, {"num_trees", strconv.Itoa(len(trees))}}},
					{"iteration_indptr", ends},
					{"tree_info", info},
					{"trees", trees},
				}},
				{"name", "gbtree"},
			}},
			{"learner_model_param", object{
				// A plain number, which versions before 3.1 read too.
				{"base_score", strconv.FormatFloat(base, 'E', -1, 32)},
				{"boost_from_average", "1"},
				{"num_class", "0"},
				{"num_feature", strconv.Itoa(e.Columns())},
				{"num_target", "1"},
			}},
			{"objective", e.link.xgboostObjective()},
		}},
		{"version", []int{3, 0, 0}},
	}, nil
}

func (l Link) xgboostObjective() object {
	loss := field{"reg_loss_param", object{{"scale_pos_weight", "1"}}}
	switch l {
	case Log:
		return object{{"name", "count:poisson"}, {"poisson_regression_param", object{{"max_delta_step", "0.7"}}}}
	case Logistic:
		return object{{"name", "binary:logistic"}, loss}
	}
	return object{{"name", "reg:squarederror"}, loss}
}

// baseScore is the start as a prediction, which is how XGBoost has it. A start
// that is not well said so, such as a log of nearly zero, is the rest, for a
// tree of one leaf.
func (e *Ensemble) baseScore() (base float64, rest float32) {
	const most = 10 // exp(-10) and its like still have all digits in a float32
	switch {
	case e.link == Identity && finite(float32(e.start)):
		return e.start, 0
	case e.link == Log && math.Abs(e.start) < most, e.link == Logistic && math.Abs(e.start) < 1:
		return e.link.inverse(e.start), 0
	}
	return e.link.inverse(0), Finite(e.start)
}

func (e *Ensemble) xgboostTree(t *Tree, id int) (object, error) {
	a, err := e.askAll(t)
	if err != nil {
		return nil, err
	}
	n := len(a.questions)
	var left, right, parents, columns = make([]int32, n), make([]int32, n), make([]int32, n), make([]int32, n)
	var weights, conditions, gain, cover = make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	defaultLeft, types := make([]uint8, n), make([]uint8, n)
	categories, nodes, segments, sizes := []int32{}, []int32{}, []int64{}, []int64{}
	parents[0] = math.MaxInt32
	for i, q := range a.questions {
		weights[i], cover[i] = Finite(a.mean[i]), q.node.cover
		if q.leaf {
			left[i], right[i], conditions[i] = -1, -1, q.node.value
			continue
		}
		if q.zeroMissing {
			return nil, daycast.Errorf(daycast.Invalid, "column %d takes zeros for missing, as LightGBM can", q.node.column).
				WithHint("XGBoost cannot say that: write the model as LightGBM's")
		}
		left[i], right[i], columns[i], gain[i] = q.left, q.right, int32(q.node.column), q.node.gain
		parents[q.left], parents[q.right] = int32(i), int32(i)
		if q.missingLeft {
			defaultLeft[i] = 1
		}
		if q.codes == nil {
			conditions[i] = above(q.cut)
			continue
		}
		types[i] = 1
		nodes, segments, sizes = append(nodes, int32(i)), append(segments, int64(len(categories))), append(sizes, int64(len(q.codes)))
		for _, code := range q.codes {
			categories = append(categories, int32(code))
		}
	}
	return object{
		{"base_weights", weights}, {"categories", categories}, {"categories_nodes", nodes},
		{"categories_segments", segments}, {"categories_sizes", sizes}, {"default_left", defaultLeft},
		{"id", id}, {"left_children", left}, {"loss_changes", gain}, {"parents", parents},
		{"right_children", right}, {"split_conditions", conditions}, {"split_indices", columns},
		{"split_type", types}, {"sum_hessian", cover},
		{"tree_param", object{
			{"num_deleted", "0"}, {"num_feature", strconv.Itoa(e.Columns())},
			{"num_nodes", strconv.Itoa(n)}, {"size_leaf_vector", "1"},
		}},
	}, nil
}

// above is the t for which v < t is v <= cut.
func above(cut float32) float32 {
	if math.IsInf(float64(cut), -1) {
		return cut
	}
	return math.Nextafter32(cut, float32(math.Inf(1)))
}
