package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"daycast/feature"
)

const fixtures = "testdata/interchange"

// A foreignCase is a model of another library's, rows, and what the library
// predicts for them; testdata/interchange.py writes it.
type foreignCase struct {
	File string
	Rows [][]*float32 // null for NaN
	Want []float32
}

func foreignCases(t testing.TB) []foreignCase {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(fixtures, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []foreignCase
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func (c *foreignCase) frame() *feature.Frame {
	x := feature.NewFrame(make([]feature.Column, len(c.Rows[0])), len(c.Rows))
	for r, row := range c.Rows {
		for i, v := range row {
			x.Data[i][r] = nan
			if v != nil {
				x.Data[i][r] = *v
			}
		}
	}
	return x
}

func (c *foreignCase) model(t testing.TB) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(fixtures, c.File))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// readForeign reads by the name of the file.
func readForeign(name string, file []byte) (*Ensemble, error) {
	if strings.Contains(name, "lightgbm") {
		return ReadLightGBM(bytes.NewReader(file))
	}
	return ReadXGBoost(bytes.NewReader(file))
}

// near compares with what a library predicts: XGBoost adds up in float32.
func near(t *testing.T, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d predictions, want %d", len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(float64(got[i]-want[i])) <= 1e-6*math.Abs(float64(want[i]))+1e-6) {
			t.Errorf("row %d: %g, want %g", i, got[i], want[i])
		}
	}
}

func predictions(e *Ensemble, x *feature.Frame) []float32 {
	out := make([]float32, x.Rows)
	e.Predict(x, out)
	return out
}

func TestForeignModelsPredictAsInTheirLibrary(t *testing.T) {
	for _, c := range foreignCases(t) {
		t.Run(c.File, func(t *testing.T) {
			e, err := readForeign(c.File, c.model(t))
			if err != nil {
				t.Fatal(err)
			}
			near(t, predictions(e, c.frame()), c.Want)
			// Ours can be saved and loaded.
			again, err := Load(bytes.NewReader(saved(t, e)), "test")
			if err != nil {
				t.Fatal(err)
			}
			near(t, predictions(again, c.frame()), c.Want)
		})
	}
}

// formats are the ways to write, by the end of the file's name.
var formats = map[string]func(e *Ensemble, w *bytes.Buffer, names []string) error{
	"xgboost.json": func(e *Ensemble, w *bytes.Buffer, names []string) error { return e.WriteXGBoostJSON(w, names) },
	"xgboost.ubj":  func(e *Ensemble, w *bytes.Buffer, names []string) error { return e.WriteXGBoostUBJSON(w, names) },
	"lightgbm.txt": func(e *Ensemble, w *bytes.Buffer, names []string) error { return e.WriteLightGBM(w, names) },
}

// A written is an ensemble of ours with rows to try it on.
type written struct {
	name string
	e    *Ensemble
	x    *feature.Frame
	only string // the library that can say it, or both
}

// someWritten are ensembles that we grew, with missing values and categories
// that training had not seen among the rows, and those of the fixtures.
func someWritten(t testing.TB) []written {
	t.Helper()
	e, x := mildEnsemble()
	last := &x.Data[len(x.Data)-1]
	for _, data := range x.Data {
		for i, v := range data {
			if v-v != 0 && v == v {
				data[i] = 0 // XGBoost refuses infinite ones
			}
		}
	}
	for i := range x.Rows {
		switch i % 7 {
		case 0:
			x.Data[i%len(x.Data)][i] = nan
		case 1:
			(*last)[i] = 300 + float32(i)
		}
	}
	out := []written{{name: "log", e: e, x: x}}
	for name, change := range map[string]func(e *Ensemble){
		"identity":   func(e *Ensemble) { e.link, e.start = Identity, -3.25 },
		"logistic":   func(e *Ensemble) { e.link, e.start = Logistic, .5 },
		"far":        func(e *Ensemble) { e.link, e.start = Logistic, -4.5 },
		"nearly 0":   func(e *Ensemble) { e.start = math.Log(1e-10) },
		"no trees":   func(e *Ensemble) { e.trees = nil },
		"one leaf":   func(e *Ensemble) { e.trees = []Tree{{nodes: []node{{set: -1, value: 2}}}} },
		"all left":   func(e *Ensemble) { e.trees = []Tree{oneSplit(e, 1, 1<<16-2)} },
		"missing":    func(e *Ensemble) { e.trees = []Tree{oneSplit(e, 0, 0)} },
		"all at all": func(e *Ensemble) { e.trees = []Tree{oneSplit(e, 0, 1<<16-1)} },
	} {
		e, _ := mildEnsemble()
		change(e)
		out = append(out, written{name: name, e: e, x: x})
	}
	for _, c := range foreignCases(t) {
		e, err := readForeign(c.File, c.model(t))
		if err != nil {
			t.Fatal(err)
		}
		w := written{name: c.File, e: e, x: c.frame()}
		if strings.Contains(c.File, "zeros") {
			w.only = "lightgbm"
		}
		if strings.HasPrefix(c.File, "xgboost") {
			w.only = "xgboost" // where some split parts unseen categories from missing ones
		}
		out = append(out, w)
	}
	return out
}

// mildEnsemble is someEnsemble with scores whose exp is no wild number.
func mildEnsemble() (*Ensemble, *feature.Frame) {
	e, x := someEnsemble(500)
	for _, t := range e.trees {
		for i := range t.nodes {
			t.nodes[i].value = max(-.5, min(.5, t.nodes[i].value))
		}
	}
	return e, x
}

// oneSplit is a tree that splits the first column of numbers by a range.
func oneSplit(e *Ensemble, lo, span uint16) Tree {
	column := 0
	for e.bins.columns[column].categorical {
		column++
	}
	return Tree{nodes: []node{
		{right: 2, set: -1, column: uint16(column), lo: lo, span: span, cover: 3},
		{set: -1, value: 1, cover: 1}, {set: -1, value: 2, cover: 2},
	}}
}

func TestWrittenModelsAreReadAgain(t *testing.T) {
	for _, w := range someWritten(t) {
		for name, write := range formats {
			if w.only != "" && !strings.HasPrefix(name, w.only) {
				continue
			}
			t.Run(w.name+" "+name, func(t *testing.T) {
				var b bytes.Buffer
				if err := write(w.e, &b, nil); err != nil {
					t.Fatal(err)
				}
				again, err := readForeign(name, b.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				near(t, predictions(again, w.x), predictions(w.e, w.x))
			})
		}
	}
}

// A trial is what testdata/predict.py loads and predicts.
type trial struct {
	Types []string     `json:"types"`
	Rows  [][]*float32 `json:"rows"`
	Files []string     `json:"files"`
}

// TestLibrariesPredictAsWeDo loads what we write in the libraries themselves.
func TestLibrariesPredictAsWeDo(t *testing.T) {
	python := os.Getenv("DAYCAST_TREES_PYTHON")
	if python == "" {
		t.Skip("DAYCAST_TREES_PYTHON does not name a python with the libraries of testdata/interchange.py")
	}
	all := someWritten(t)
	var trials []trial
	for i, w := range all {
		trials = append(trials, w.trial(t, filepath.Join(t.TempDir(), fmt.Sprint(i))))
	}
	manifest := filepath.Join(t.TempDir(), "trials.json")
	text, err := json.Marshal(trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, text, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python, "testdata/predict.py", manifest)
	command.Stderr = os.Stderr
	answer, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got [][][]float32
	if err := json.Unmarshal(answer[bytes.IndexByte(answer, '['):], &got); err != nil {
		t.Fatal(err)
	}
	files := 0
	for i, w := range all {
		want := predictions(w.e, w.x)
		for j, file := range trials[i].Files {
			t.Run(w.name+" "+filepath.Base(file), func(t *testing.T) { near(t, got[i][j], want) })
			files++
		}
	}
	t.Logf("%d models in %d files", len(all), files)
}

// trial writes the model in each format, without and with names.
func (w *written) trial(t *testing.T, prefix string) trial {
	out := trial{Rows: make([][]*float32, w.x.Rows)}
	var names []string
	for i, c := range w.e.bins.columns {
		names, out.Types = append(names, fmt.Sprintf("column %d", i)), append(out.Types, "q")
		if c.categorical {
			out.Types[i] = "c"
		}
	}
	for r := range out.Rows {
		for c := range w.x.Data {
			cell := &w.x.Data[c][r]
			if *cell != *cell {
				cell = nil
			}
			out.Rows[r] = append(out.Rows[r], cell)
		}
	}
	for name, write := range formats {
		if w.only != "" && !strings.HasPrefix(name, w.only) {
			continue
		}
		for i, given := range [][]string{nil, names} {
			var b bytes.Buffer
			if err := write(w.e, &b, given); err != nil {
				t.Fatal(err)
			}
			path := fmt.Sprint(prefix, "-", i, name)
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			out.Files = append(out.Files, path)
		}
	}
	return out
}
