package tree

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"

	"daycast"
)

// xgboostModel is the part of XGBoost's model format, JSON or UBJSON, that
// prediction needs: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html.
type xgboostModel struct {
	Learner struct {
		Booster xgboostBooster `json:"gradient_booster"`
		Param   struct {
			BaseScore string `json:"base_score"` // "5E-1", and since 3.1 "[5E-1]"
			Columns   string `json:"num_feature"`
			Classes   string `json:"num_class"`
			Targets   string `json:"num_target"`
		} `json:"learner_model_param"`
		Objective struct {
			Name     string `json:"name"`
			Quantile struct {
				Alpha string `json:"quantile_alpha"`
			} `json:"quantile_loss_param"`
		} `json:"objective"`
	} `json:"learner"`
}

// xgboostBooster is a gbtree, or a dart, which has a gbtree inside.
type xgboostBooster struct {
	Name  string `json:"name"`
	Model struct {
		Trees []xgboostTree `json:"trees"`
	} `json:"model"`
	Inner *struct {
		Model struct {
			Trees []xgboostTree `json:"trees"`
		} `json:"model"`
	} `json:"gbtree"`
	Weights list[float64] `json:"weight_drop"` // of a dart, by tree
}

// xgboostTree is a tree by arrays over its nodes; -1 for no child. A leaf's
// value is at its place among the conditions. A split of type 1 sends the
// categories that are listed for it right.
type xgboostTree struct {
	Left        list[int32]   `json:"left_children"`
	Right       list[int32]   `json:"right_children"`
	Columns     list[int32]   `json:"split_indices"`
	Conditions  list[float32] `json:"split_conditions"`
	DefaultLeft list[int32]   `json:"default_left"`
	Gain        list[float32] `json:"loss_changes"`
	Cover       list[float32] `json:"sum_hessian"`

	Types      list[int32] `json:"split_type"` // absent before categories came
	Categories list[int32] `json:"categories"`
	Nodes      list[int32] `json:"categories_nodes"`
	Segments   list[int64] `json:"categories_segments"`
	Sizes      list[int64] `json:"categories_sizes"`

	Param struct {
		LeafVector string `json:"size_leaf_vector"`
	} `json:"tree_param"`
}

// ReadXGBoost reads a model that XGBoost saved as JSON or as UBJSON, of one
// output and of the booster gbtree or dart. Its columns are those of our
// frames by position, with NaN for missing values and, in categorical ones,
// the codes that it was trained on: categories that XGBoost took from a data
// frame are their positions there. A category that it never saw goes left, as
// in XGBoost; -1 is missing, as in frames and in pandas. It refuses what it cannot read with code invalid.
func ReadXGBoost(r io.Reader) (*Ensemble, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "reading an XGBoost model: %w", err)
	}
	text, err := xgboostJSON(file)
	if err != nil {
		return nil, err
	}
	var m xgboostModel
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "not an XGBoost model: %w", err).
			WithHint("save it with save_model as .json or .ubj")
	}
	return m.ensemble()
}

// xgboostJSON tells JSON from UBJSON by what follows the first brace: a key's
// quote, or the type of its length.
func xgboostJSON(file []byte) ([]byte, error) {
	if len(file) >= 2 && file[0] == '{' && strings.IndexByte("iUIlL$#N", file[1]) >= 0 {
		return fromUBJSON(file)
	}
	if bytes.HasPrefix(file, []byte("binf")) || bytes.HasPrefix(file, []byte("CONFIG-offset:")) {
		return nil, daycast.Errorf(daycast.Invalid, "the XGBoost model is in the binary format that XGBoost 3.1 gave up").
			WithHint("load it with an XGBoost before 3.1 and save it as .json or .ubj")
	}
	return quoteNonFinite(file), nil
}

// quoteNonFinite puts the numbers that XGBoost writes and JSON lacks in
// quotes, where a list takes them.
func quoteNonFinite(text []byte) []byte {
	if !bytes.Contains(text, []byte("NaN")) && !bytes.Contains(text, []byte("Infinity")) {
		return text
	}
	var out []byte
	for len(text) > 0 {
		n := 1
		switch {
		case text[0] == '"':
			for n < len(text) && text[n] != '"' {
				if text[n] == '\\' {
					n++
				}
				n++
			}
			n = min(n+1, len(text))
			out = append(out, text[:n]...)
		default:
			for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
				if bytes.HasPrefix(text, []byte(word)) {
					n = len(word)
				}
			}
			if n > 1 {
				out = append(append(append(out, '"'), text[:n]...), '"')
			} else {
				out = append(out, text[0])
			}
		}
		text = text[n:]
	}
	return out
}

// A list is an array of numbers, of false and true for 0 and 1, and of
// numbers in quotes.
type list[T int32 | int64 | float32 | float64] []T

// UnmarshalJSON parses each number at T's own precision.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	half := 0.5
	whole, bits := T(half) == 0, 64
	if _, ok := any(*l).(list[float32]); ok {
		bits = 32
	}
	inner, isArray := bytes.CutPrefix(b, []byte("["))
	inner, closed := bytes.CutSuffix(inner, []byte("]"))
	if !isArray || !closed {
		return daycast.Errorf(daycast.Invalid, "want an array of numbers")
	}
	*l = nil
	if len(bytes.TrimSpace(inner)) == 0 {
		return nil
	}
	for item := range bytes.SplitSeq(inner, []byte(",")) {
		switch text := string(bytes.Trim(item, " \t\r\n\"")); text {
		case "false":
			*l = append(*l, 0)
		case "true":
			*l = append(*l, 1)
		default:
			v, err := strconv.ParseFloat(text, bits)
			if err != nil || whole && (v != math.Trunc(v) || math.Abs(v) > math.MaxInt32) {
				return daycast.Errorf(daycast.Invalid, "%.40q among numbers", text)
			}
			*l = append(*l, T(v))
		}
	}
	return nil
}

func (m *xgboostModel) ensemble() (*Ensemble, error) {
	link, err := m.link()
	if err != nil {
		return nil, err
	}
	trees, weights, err := m.trees()
	if err != nil {
		return nil, err
	}
	start, err := m.start(link)
	if err != nil {
		return nil, err
	}
	columns, err := strconv.Atoi(m.Learner.Param.Columns)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "the XGBoost model has %q columns", m.Learner.Param.Columns)
	}
	g, err := newGraft(columns)
	if err != nil {
		return nil, err
	}
	for i := range trees {
		if !single(trees[i].Param.LeafVector) {
			return nil, severalOutputs()
		}
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		nodes, err := trees[i].nodes(weight)
		if err != nil {
			return nil, g.refuse("%w", err)
		}
		if err := g.add(nodes); err != nil {
			return nil, err
		}
	}
	return g.ensemble(start, link)
}

var xgboostLinks = map[string]Link{
	"reg:squarederror":     Identity,
	"reg:squaredlogerror":  Identity,
	"reg:absoluteerror":    Identity,
	"reg:pseudohubererror": Identity,
	"reg:quantileerror":    Identity,
	"count:poisson":        Log,
	"reg:gamma":            Log,
	"reg:tweedie":          Log,
	"reg:logistic":         Logistic,
	"binary:logistic":      Logistic,
}

// link also refuses models of several outputs.
func (m *xgboostModel) link() (Link, error) {
	l := &m.Learner
	link, known := xgboostLinks[l.Objective.Name]
	if !known {
		return 0, daycast.Errorf(daycast.Invalid, "the XGBoost model's objective is %.40q", l.Objective.Name).
			WithHint("want a regression, a count or binary:logistic")
	}
	if !single(l.Param.Classes) || !single(l.Param.Targets) || strings.Contains(l.Objective.Quantile.Alpha, ",") {
		return 0, severalOutputs()
	}
	return link, nil
}

// single reports whether a count that the file has as text is of one output.
func single(count string) bool { return count == "" || count == "0" || count == "1" }

func severalOutputs() error {
	return daycast.Errorf(daycast.Invalid, "the XGBoost model has several outputs").
		WithHint("train one model for each class, target or quantile")
}

// trees are the booster's and, of a dart, their weights.
func (m *xgboostModel) trees() ([]xgboostTree, []float64, error) {
	switch b := &m.Learner.Booster; b.Name {
	case "gbtree":
		return b.Model.Trees, nil, nil
	case "dart":
		if b.Inner == nil || len(b.Weights) != len(b.Inner.Model.Trees) {
			return nil, nil, daycast.Errorf(daycast.Invalid, "the XGBoost model's dart has %d weights for other than as many trees", len(b.Weights))
		}
		return b.Inner.Model.Trees, b.Weights, nil
	default:
		return nil, nil, daycast.Errorf(daycast.Invalid, "the XGBoost model's booster is %.40q", b.Name).
			WithHint("want gbtree or dart")
	}
}

// start is the base score, which the file has as a prediction, as a score. A
// model that saw nothing but zeros starts at the score of zero, -Inf, which we
// have as the lowest that a sum of leaves does not bring back.
func (m *xgboostModel) start(link Link) (float64, error) {
	base, err := strconv.ParseFloat(strings.Trim(m.Learner.Param.BaseScore, "[]"), 32)
	score := base
	switch link {
	case Log:
		score = math.Log(base)
	case Logistic:
		score = -math.Log(1/base - 1)
	}
	if err != nil || base-base != 0 || score != score {
		return 0, daycast.Errorf(daycast.Invalid, "the XGBoost model's base_score is %.40q", m.Learner.Param.BaseScore).
			WithHint("want one prediction")
	}
	return max(-math.MaxFloat32, min(math.MaxFloat32, score)), nil
}

// nodes checks what graft.add relies on: that every node has all it needs.
func (t *xgboostTree) nodes(weight float64) ([]foreign, error) {
	n := len(t.Left)
	if t.Types == nil {
		t.Types = make(list[int32], n)
	}
	for _, length := range []int{len(t.Right), len(t.Columns), len(t.Conditions), len(t.DefaultLeft), len(t.Gain), len(t.Cover), len(t.Types)} {
		if length != n {
			return nil, daycast.Errorf(daycast.Invalid, "its arrays differ in length")
		}
	}
	sets, err := t.sets()
	if err != nil {
		return nil, err
	}
	nodes := make([]foreign, n)
	for i := range nodes {
		out := &nodes[i]
		*out = foreign{left: int(t.Left[i]), right: int(t.Right[i]), gain: float64(t.Gain[i]), cover: float64(t.Cover[i])}
		if t.Left[i] == -1 {
			out.leaf, out.value = true, weight*float64(t.Conditions[i])
			continue
		}
		out.rule = rule{column: int(t.Columns[i]), missingLeft: t.DefaultLeft[i] != 0}
		if t.Types[i] != 0 {
			out.rule.codes = codesOf(sets[int32(i)])
		} else {
			// XGBoost asks whether v < condition.
			out.rule.cut = math.Nextafter32(t.Conditions[i], float32(math.Inf(-1)))
		}
	}
	return nodes, nil
}

// sets are the categories that a node lists, by node.
func (t *xgboostTree) sets() (map[int32][]int32, error) {
	if len(t.Nodes) != len(t.Segments) || len(t.Nodes) != len(t.Sizes) {
		return nil, daycast.Errorf(daycast.Invalid, "its categories' arrays differ in length")
	}
	sets := make(map[int32][]int32, len(t.Nodes))
	all := int64(len(t.Categories))
	left := all // so that they cannot overlap, which would take quadratic time
	for i, node := range t.Nodes {
		begin, size := t.Segments[i], t.Sizes[i]
		if left -= size; begin < 0 || size < 0 || begin > all || size > all-begin || left < 0 {
			return nil, daycast.Errorf(daycast.Invalid, "it has %d categories, and not %d from %d on", all, size, begin)
		}
		sets[node] = t.Categories[begin : begin+size]
	}
	return sets, nil
}

func codesOf(categories []int32) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for _, c := range categories {
			if !yield(uint32(c)) {
				return
			}
		}
	}
}
