package onnx

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/global"
	"daycast/model/modeltest"
)

var update = flag.Bool("update", false, "write testdata/rows.csv anew, for testdata/mlp.py")

var nan = float32(math.NaN())

var open = sync.OnceValues(Open)

// library is ONNX Runtime's, or the test is skipped.
func library(t testing.TB) *Library {
	t.Helper()
	l, err := open()
	if err == nil {
		return l
	}
	if os.Getenv("DAYCAST_REQUIRE") != "" {
		t.Fatal("DAYCAST_REQUIRE is set and the library is missing: ", err)
	}
	t.Skip("NOT TESTED without the library: ", err)
	return nil
}

// reads are the features of the tests' networks: a series' own, and its weekday,
// which every shop has.
var reads = []string{
	"mean_1w", "mean_2w", "mean_4w", "mean_13w", "deviation_4w", "share_sold_4w", "share_sold_13w", "trend_4w",
	"last_1", "last_2", "same_1", "same_4", "same_8", "log_scale",
}

// rows writes those of a shop: its features, and the ratio of the next day's
// units to the scale.
func rows(t *testing.T, path string) {
	t.Helper()
	p := modeltest.Shop(5, 12, 300)
	set := feature.NewSet(p)
	columns, reader := set.Columns(), set.Bind(p).Live()
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s,ratio\n", strings.Join(reads, ","))
	row := feature.NewFrame(columns, 1)
	for i := range p.Series {
		for k := 120; k+1 < p.Len(i); k += 4 {
			reader.Open(i, []feature.Want{{T: k, H: 1}})
			reader.Fill(row, 0)
			for _, name := range reads {
				c := slices.IndexFunc(columns, func(c feature.Column) bool { return c.Name == name })
				fmt.Fprintf(&text, "%g,", row.Data[c][0])
			}
			fmt.Fprintf(&text, "%g\n", float64(p.UnitsOf(i)[k+1])/reader.Scale(0))
		}
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// golden are the rows of testdata, of which testdata/mlp.py made the network.
func golden(t *testing.T) *feature.Frame {
	t.Helper()
	f, err := os.Open("testdata/rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var columns []feature.Column
	for _, name := range table[0][:len(reads)] {
		columns = append(columns, feature.Column{Name: name})
	}
	x := feature.NewFrame(columns, len(table)-1)
	for i, line := range table[1:] {
		for c := range columns {
			v, err := strconv.ParseFloat(line[c], 32)
			if err != nil {
				t.Fatal(err)
			}
			x.Data[c][i] = float32(v)
		}
	}
	return x
}

func network(t testing.TB, name string) Model {
	t.Helper()
	m, err := Read(filepath.Join("testdata", name), library(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func fit(t *testing.T, r model.Regressor, x *feature.Frame) *Predictor {
	t.Helper()
	p, err := r.Fit(t.Context(), x, nil, nil, model.FitOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*Predictor)
}

func predict(p model.Predictor, x *feature.Frame) []float32 {
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	return out
}

// ONNX Runtime in Python says the same, but for sums in another order.
func TestGolden(t *testing.T) {
	if *update {
		rows(t, "testdata/rows.csv")
		t.Skip("now run testdata/mlp.py")
	}
	x := golden(t)
	text, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	got := predict(fit(t, network(t, "mlp").Regressor, x), x)
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d", len(got), len(want))
	}
	for k := range got {
		if math.Abs(float64(got[k])-want[k]) > 1e-5 {
			t.Errorf("row %d: %g, in Python %g", k, got[k], want[k])
		}
	}
}

func TestConformance(t *testing.T) {
	loaders := map[string]model.Loader{"global": global.Loader(map[string]model.PredictorLoader{"onnx": Loader(open)})}
	modeltest.Run(t, network(t, "mlp"), loaders)
}

// An answer is the row's own, to the bit, whatever is asked with it.
func TestAnswersDoNotDependOnOtherRows(t *testing.T) {
	x := golden(t)
	p := fit(t, network(t, "mlp").Regressor, x)
	want := predict(p, x)
	order := rand.New(rand.NewPCG(1, 1)).Perm(x.Rows)
	mixed := feature.NewFrame(x.Columns, x.Rows)
	for k, i := range order {
		for c := range x.Data {
			mixed.Data[c][k] = x.Data[c][i]
		}
	}
	got := predict(p, mixed)
	for k, i := range order {
		if got[k] != want[i] {
			t.Fatalf("row %d: %g, among others %g", i, want[i], got[k])
		}
	}
	for i := range 20 {
		if got := predict(p, x.Slice(i, i+1))[0]; got != want[i] {
			t.Errorf("row %d: %g, alone %g", i, want[i], got)
		}
	}
}

// Units are what a network of ratios says, times the scale.
func TestUnitsAreRatiosTimesTheScale(t *testing.T) {
	x := golden(t)
	ratios := network(t, "mlp").Regressor.(Regressor)
	units := ratios
	units.Spec.Target = targetUnits
	a, b := predict(fit(t, ratios, x), x), predict(fit(t, units, x), x)
	scale := x.Data[len(reads)-1]
	for k := range a {
		if want := float64(a[k]) / math.Exp(float64(scale[k])); math.Abs(float64(b[k])-want) > 1e-6*math.Abs(want) {
			t.Errorf("row %d: %g, want %g", k, b[k], want)
		}
	}
}

// A network for two rows at once is given two, and an odd last row alone.
func TestFixedBatches(t *testing.T) {
	x := golden(t).Slice(0, 7)
	r := network(t, "mlp").Regressor.(Regressor)
	var err error
	if r.Network, err = os.ReadFile("testdata/two_rows.onnx"); err != nil {
		t.Fatal(err)
	}
	for k, v := range predict(fit(t, r, x), x) {
		if want := x.Data[0][k]; v != want && want == want {
			t.Errorf("row %d: %g, want %g", k, v, want)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	x := golden(t)
	whole := network(t, "mlp").Regressor.(Regressor)
	for want, change := range map[string]func(*Regressor, *feature.Frame){
		"no ONNX Runtime library": func(r *Regressor, _ *feature.Frame) { r.Library = nil },
		"no features [luck]":      func(r *Regressor, _ *feature.Frame) { r.Spec.Features = append(slices.Clone(reads[:13]), "luck") },
		"log_scale is no feature": func(r *Regressor, x *feature.Frame) {
			r.Spec.Target, r.Spec.Features = targetUnits, slices.Repeat([]string{"last_1"}, 14)
			x.Columns = slices.Clone(x.Columns)
			x.Columns[13].Name = "other"
		},
		"codes are this shop's": func(_ *Regressor, x *feature.Frame) {
			x.Columns = slices.Clone(x.Columns)
			x.Columns[0].Levels = 3
		},
		"14 features, its list 2": func(r *Regressor, _ *feature.Frame) { r.Spec.Features = reads[:2] },
		"nothing is missing":      func(r *Regressor, _ *feature.Frame) { r.Network = file(t, "log") },
		"[last_1] are missing": func(r *Regressor, x *feature.Frame) {
			r.Spec.Missing = nil
			x.Data = slices.Clone(x.Data)
			x.Data[8] = slices.Repeat([]float32{nan}, x.Rows)
		},
	} {
		r, frame := whole, *x
		change(&r, &frame)
		_, err := r.Fit(t.Context(), &frame, nil, nil, model.FitOptions{Threads: 1})
		if code := daycast.CodeOf(err); code != daycast.Invalid && r.Library != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v (%v), want %q", err, code, want)
		}
	}
	if _, err := whole.FitBlocks(t.Context(), func(feature.Sink) error { return nil }, nil, nil, model.FitOptions{}); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("no rows: %v, want code invalid", err)
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadRefuses(t *testing.T) {
	l := library(t)
	good, err := os.ReadFile("testdata/mlp.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		network, spec string
		want          string
	}{
		{"two_inputs", string(good), "2 inputs"}, {"doubles", string(good), "is not of float"}, {"wide", string(good), "one number for each row"},
		{"", string(good), "an empty file"}, {"this is no network", string(good), "ONNX Runtime"},
		{"mlp", `{"features": [], "target": "ratio"}`, "no features"}, {"mlp", `{"features": ["a"], "target": "luck"}`, "target"},
		{"mlp", `{"features": ["a"], "target": "ratio", "sort": 1}`, "unknown field"}, {"mlp", `{`, "unexpected EOF"},
		{"mlp", `{"features": ["a"], "target": "ratio"}`, "14 features, its list 1"},
		{"mlp", strings.Replace(string(good), `"missing"`, `"output": "luck", "missing"`, 1), "outputs are"},
		{"mlp", strings.Replace(string(good), `"missing"`, `"groups": ["luck"], "missing"`, 1), "luck"},
	} {
		path := filepath.Join(t.TempDir(), "net")
		network, err := os.ReadFile(filepath.Join("testdata", c.network+".onnx"))
		if err != nil {
			network = []byte(c.network)
		}
		for ending, content := range map[string][]byte{".onnx": network, ".json": []byte(c.spec)} {
			if err := os.WriteFile(path+ending, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Read(path, l); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want code invalid and %q", c.network, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "net"), l); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("no file: %v, want code not_found", err)
	}
}

func TestContentTellsNetworksApart(t *testing.T) {
	a := network(t, "mlp")
	r := a.Regressor.(Regressor)
	r.Spec.Target = targetUnits
	b := a
	b.Regressor = r
	if a.Content() != network(t, "mlp").Content() || a.Content() == b.Content() {
		t.Errorf("%s, read again %s, of units %s", a.Content(), network(t, "mlp").Content(), b.Content())
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "none.so"): "is not here", "libc.so.6": "is no ONNX Runtime library",
	} {
		t.Setenv(libraryVariable, path)
		_, err := Open()
		if daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), libraryVariable) {
			t.Errorf("%s: %v, want code unavailable, %q and the variable", path, err, want)
		}
	}
}

// A saved network is read back, or refused with code invalid before the library
// sees it. It needs no library.
func FuzzParse(f *testing.F) {
	missing := float32(0)
	p := &Predictor{header: header{Spec: Spec{Features: []string{"last_1"}, Target: targetRatio, Missing: &missing}, Columns: []int{3}, Scale: -1}, network: []byte("network")}
	var b bytes.Buffer
	if err := p.Save(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:40])
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse(bytes.NewReader(text))
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("%v, want code invalid", err)
			}
			return
		}
		var again bytes.Buffer
		if err := p.Save(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := parse(&again); err != nil {
			t.Errorf("saved again: %v", err)
		}
	})
}
