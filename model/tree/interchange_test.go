package tree

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
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
