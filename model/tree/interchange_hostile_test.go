package tree

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"daycast"
	"daycast/feature"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(fixtures, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// spoil replaces the first match.
func spoil(t *testing.T, file []byte, pattern, by string) []byte {
	t.Helper()
	at := regexp.MustCompile(pattern).FindIndex(file)
	if at == nil {
		t.Fatalf("the fixture has no %s", pattern)
	}
	return append(append(bytes.Clone(file[:at[0]]), by...), file[at[1]:]...)
}

func wantInvalid(t *testing.T, what string, err error, says string) {
	t.Helper()
	if err == nil || daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want code invalid and %q", what, err, says)
	}
}

func TestReadXGBoostRefuses(t *testing.T) {
	file := fixture(t, "xgboost-squared.json")
	for _, c := range []struct{ pattern, by, says string }{
		{`"name":"gbtree"`, `"name":"gblinear"`, "gblinear"},
		{`"name":"gbtree"`, `"name":"dart","gbtree":{"model":{"trees":[{}]}}`, "0 weights"},
		{`reg:squarederror`, `multi:softprob`, "multi:softprob"},
		{`reg:squarederror`, `rank:ndcg`, "rank:ndcg"},
		{`"num_class":"0"`, `"num_class":"3"`, "several outputs"},
		{`"num_target":"1"`, `"num_target":"2"`, "several outputs"},
		{`"size_leaf_vector":"1"`, `"size_leaf_vector":"3"`, "several outputs"},
		{`"num_feature":"6","num_target"`, `"num_feature":"99999999","num_target"`, "99999999 columns"},
		{`"num_feature":"6","num_target"`, `"num_feature":"-1","num_target"`, "-1 columns"},
		{`"num_feature":"6","num_target"`, `"num_feature":"2","num_target"`, "of 2"},
		{`"base_score":"[^"]*"`, `"base_score":"[1E0,2E0]"`, "base_score"},
		{`"base_score":"[^"]*"`, `"base_score":"NaN"`, "base_score"},
		{`"left_children":\[1,`, `"left_children":[0,`, "two parents"},
		{`"left_children":\[1,3,`, `"left_children":[1,1,`, "two parents"},
		{`"right_children":\[2,`, `"right_children":[99,`, "missing"},
		{`"right_children":\[2,`, `"right_children":[-2,`, "missing"},
		{`"right_children":\[2,`, `"right_children":[2.5,`, "among numbers"},
		{`"right_children":\[2,`, `"right_children":[`, "differ in length"},
		{`"categories_sizes":\[`, `"categories_sizes":[7,`, "differ in length"},
		{`"categories_sizes":\[\d+`, `"categories_sizes":[99999`, "categories"},
		{`"categories_segments":\[0`, `"categories_segments":[-1`, "categories"},
		{`"categories":\[\d+`, `"categories":[-1`, "category is -1"},
		{`"categories":\[\d+`, `"categories":[16777216`, "category is 16777216"},
		{`"split_indices":\[3`, `"split_indices":[-3`, "column -3"},
		{`"split_type":\[1`, `"split_type":[0`, "as a number and as a category"},
		{`[^,]*\],"split_indices"`, `1E99],"split_indices"`, "among numbers"},
		{`[^,]*\],"split_indices"`, `NaN],"split_indices"`, "NaN"},
		{`[^,]*\],"split_indices"`, `-Infinity],"split_indices"`, "-Inf"},
		{`^\{`, `{"a":`, "not an XGBoost model"},
		{`^\{`, `binf`, "binary format"},
	} {
		_, err := ReadXGBoost(bytes.NewReader(spoil(t, file, c.pattern, c.by)))
		wantInvalid(t, c.by, err, c.says)
	}
	quantile := spoil(t, fixture(t, "xgboost-quantile.json"), `"quantile_alpha":"[^"]*"`, `"quantile_alpha":"[0.1,0.9]"`)
	_, err := ReadXGBoost(bytes.NewReader(quantile))
	wantInvalid(t, "two quantiles", err, "several outputs")
	for _, name := range []string{"xgboost-onehot.ubj", "xgboost-squared.json"} {
		file := fixture(t, name)
		for i := range file {
			_, err := ReadXGBoost(bytes.NewReader(file[:i]))
			wantInvalid(t, name+" cut", err, "")
		}
	}
}

func TestReadLightGBMRefuses(t *testing.T) {
	file := fixture(t, "lightgbm-regression.txt")
	for _, c := range []struct{ pattern, by, says string }{
		{`^tree`, `{"learner`, "not a LightGBM model"},
		{`version=v4`, `version=v2`, "version"},
		{`num_class=1`, `num_class=3`, "several outputs"},
		{`num_tree_per_iteration=1`, `num_tree_per_iteration=3`, "several outputs"},
		{`objective=regression`, `objective=multiclass num_class:3`, "multiclass"},
		{`objective=regression`, `objective=regression sqrt`, "sqrt"},
		{`objective=regression`, `objective=binary sigmoid:-1`, "sigmoid:-1"},
		{`objective=regression`, `objective=lambdarank`, "lambdarank"},
		{`max_feature_idx=5`, `max_feature_idx=65536`, "65537 columns"},
		{`max_feature_idx=5`, `max_feature_idx=x`, "max_feature_idx"},
		{`max_feature_idx=5`, `max_feature_idx=1`, "of 2"},
		{`is_linear=0`, `is_linear=1`, "linear_tree"},
		{`num_leaves=7`, `num_leaves=2000000000`, "want 1999999999"},
		{`num_leaves=7`, `num_leaves=0`, "num_leaves"},
		{`left_child=1`, `left_child=0`, "two parents"},
		{`left_child=1`, `left_child=6`, "missing"},
		{`left_child=1`, `left_child=-9223372036854775808`, "missing"},
		{`left_child=1`, `left_child=-99`, "missing"},
		{`leaf_value=\S+`, `leaf_value=nan`, "NaN"},
		{`leaf_value=\S+`, `leaf_value=1e999`, "1e999"},
		{`leaf_value=\S+`, `leaf_value=1e300`, "1e+300"},
		{`leaf_value=\S+ `, `leaf_value=`, "want 7"},
		{`threshold=0 \S+`, `threshold=0 nan`, "threshold"},
		{`threshold=0 `, `threshold=9 `, "no set 9"},
		{`threshold=0 `, `threshold=0.5 `, "no set 0.5"},
		{`decision_type=9 8`, `decision_type=9 12`, "decision_type"},
		{`num_cat=\d+`, `num_cat=-1`, "num_cat"},
		{`num_cat=\d+`, `num_cat=99999999999`, "cat_boundaries"},
		{`cat_boundaries=0 1`, `cat_boundaries=0 -1`, "cat_boundaries"},
		{`cat_boundaries=0 1`, `cat_boundaries=0 99`, "cat_boundaries"},
		{`cat_threshold=\d+`, `cat_threshold=99999999999`, "cat_threshold"},
	} {
		_, err := ReadLightGBM(bytes.NewReader(spoil(t, file, c.pattern, c.by)))
		wantInvalid(t, c.by, err, c.says)
	}
	for i := range bytes.Index(file, []byte("\nend of trees")) {
		_, err := ReadLightGBM(bytes.NewReader(file[:i]))
		wantInvalid(t, "cut", err, "")
	}
}

func TestWritingRefusesWhatALibraryCannotSay(t *testing.T) {
	zeros, err := ReadLightGBM(bytes.NewReader(fixture(t, "lightgbm-zeros.txt")))
	if err != nil {
		t.Fatal(err)
	}
	wantInvalid(t, "zeros", zeros.WriteXGBoostJSON(&bytes.Buffer{}, nil), "zeros for missing")
	categories, err := ReadXGBoost(bytes.NewReader(fixture(t, "xgboost-partition.json")))
	if err != nil {
		t.Fatal(err)
	}
	wantInvalid(t, "unseen", categories.WriteLightGBM(&bytes.Buffer{}, nil), "parts what is missing")
	wantInvalid(t, "names", categories.WriteLightGBM(&bytes.Buffer{}, []string{"one"}), "1 names")
	own, _ := mildEnsemble()
	own.trees = []Tree{oneSplit(own, 2, 3)}
	wantInvalid(t, "a range", own.WriteLightGBM(&bytes.Buffer{}, nil), "out of the middle")
}

func TestReadingAllocatesByWhatIsThere(t *testing.T) {
	head := []byte("{L\x00\x00\x00\x00\x00\x00\x00\x07learner")
	deep := bytes.Repeat([]byte("["), 1<<16)
	for name, file := range map[string][]byte{
		"array":  append(bytes.Clone(head), "[$d#L\x00\xff\xff\xff\xff\xff\xff\xff"...),
		"string": append(bytes.Clone(head), "SL\x00\xff\xff\xff\xff\xff\xff\xff"...),
		"nulls":  append(bytes.Clone(head), "[$Z#l\x7f\xff\xff\xff"...),
		"below":  append(bytes.Clone(head), "[$d#L\xff\xff\xff\xff\xff\xff\xff\xff"...),
		"deep":   append(bytes.Clone(head), deep...),
		"json":   append([]byte(`{"learner":`), deep...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadXGBoost(bytes.NewReader(file))
		runtime.ReadMemStats(&after)
		wantInvalid(t, name, err, "")
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(20*len(file))+1<<20 {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, got, len(file))
		}
	}
}

// oddRows has values that splits part, and some that none should.
func oddRows() *feature.Frame {
	values := []float32{nan, 0, -1, 1, 2.5, 1e-36, -1e-35, 7, 12, 300, 1 << 24, -3e38}
	x := feature.NewFrame(make([]feature.Column, 6), len(values))
	for c := range x.Data {
		for r := range values {
			x.Data[c][r] = values[(r+c)%len(values)]
		}
	}
	return x
}

// checkRead is what fuzzing asks of a model that was read: it predicts finite
// numbers, it can be saved and loaded, and written or refused.
func checkRead(t *testing.T, e *Ensemble, err error) {
	t.Helper()
	if err != nil {
		if daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("%v, want code invalid", err)
		}
		return
	}
	got := predictions(e, oddRows())
	for _, v := range got {
		if !finite(v) {
			t.Fatalf("prediction %g", v)
		}
	}
	again, err := Load(bytes.NewReader(saved(t, e)), "test")
	if err != nil {
		t.Fatal(err)
	}
	near(t, predictions(again, oddRows()), got)
	for name, write := range formats {
		var b bytes.Buffer
		if err := write(e, &b, nil); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Fatalf("%s: %v, want code invalid", name, err)
		}
	}
}

func seed(f *testing.F, library string) {
	for _, c := range foreignCases(f) {
		if file := c.model(f); strings.HasPrefix(c.File, library) && len(file) < 6000 {
			f.Add(file)
		}
	}
	for _, link := range []Link{Identity, Log, Logistic} {
		e := NewEnsemble(&Bins{columns: []columnBins{{cuts: []float32{0, 1}}, {categorical: true, cuts: []float32{0, 2, 40}}}}, .25, link)
		e.trees = []Tree{{
			nodes: []node{{right: 2, set: -1, lo: 1, span: 0}, {set: -1, value: 1}, {right: 4, column: 1}, {set: -1, value: 2}, {set: -1, value: 3}},
			sets:  []uint64{0b101},
		}}
		for name, write := range formats {
			var b bytes.Buffer
			if err := write(e, &b, nil); err != nil {
				f.Fatal(err)
			}
			if strings.HasPrefix(name, library) {
				f.Add(b.Bytes())
			}
		}
	}
}

func FuzzReadXGBoost(f *testing.F) {
	seed(f, "xgboost")
	f.Fuzz(func(t *testing.T, file []byte) {
		e, err := ReadXGBoost(bytes.NewReader(file))
		checkRead(t, e, err)
	})
}

func FuzzReadLightGBM(f *testing.F) {
	seed(f, "lightgbm")
	f.Fuzz(func(t *testing.T, file []byte) {
		e, err := ReadLightGBM(bytes.NewReader(file))
		checkRead(t, e, err)
	})
}
