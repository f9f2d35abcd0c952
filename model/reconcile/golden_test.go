package reconcile

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

type golden struct {
	Category, Place []int32
	Base, Errors    [][]float64 // node x column, groups first
	Methods         map[string][][]float64
	Tree            struct {
		Base    [][]float64
		TopDown [][]float64 `json:"top_down"`
	}
}

// nodes makes Values of rows, groups first.
func nodes(uppers int, rows [][]float64) Values {
	v := Values{Horizon: len(rows[0])}
	for k, row := range rows {
		if k < uppers {
			v.Upper = append(v.Upper, row...)
			continue
		}
		for _, y := range row {
			v.Bottom = append(v.Bottom, float32(y))
		}
	}
	return v
}

func readGolden(t *testing.T) (golden, *Hierarchy, *Hierarchy) {
	t.Helper()
	file, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(file, &g); err != nil {
		t.Fatal(err)
	}
	series := make([]daycast.Series, len(g.Category))
	category := daycast.Level{Name: "category", Names: []string{"a", "b", "c"}, Of: g.Category}
	place := daycast.Level{Name: "place", Names: []string{"x", "y"}, Of: g.Place}
	h, err := New(series, []daycast.Level{category, place})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := New(series, []daycast.Level{place})
	if err != nil {
		t.Fatal(err)
	}
	return g, h, tree
}

// TestHierarchicalForecast compares with hierarchicalforecast, see
// testdata/golden.py. Our series are float32: a millionth. It answers
// non-negative forecasts in float32 from a solver that stops at a millionth.
func TestHierarchicalForecast(t *testing.T) {
	g, h, tree := readGolden(t)
	errors := nodes(h.Uppers(), g.Errors)
	variance, err := Variance(h, errors)
	if err != nil {
		t.Fatal(err)
	}
	shrunk, err := Shrunk(h, errors, 1)
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]Method{
		"bottom_up": BottomUp{}, "ols": MinT{W: OLS(h)}, "structural": MinT{W: Structural(h)},
		"variance": MinT{W: variance}, "shrunk": MinT{W: shrunk},
	}
	for name, want := range g.Methods {
		base, o, tolerance := nodes(h.Uppers(), g.Base), Options{Threads: 1}, 2e-6
		kind, nonNegative := strings.CutSuffix(name, "_nonnegative")
		if nonNegative {
			o.NonNegative, tolerance = true, 2e-5
			for k, y := range base.Upper {
				base.Upper[k] = max(0, y)
			}
			for k, y := range base.Bottom {
				base.Bottom[k] = max(0, y)
			}
		}
		got, err := methods[kind].Reconcile(t.Context(), h, base, o)
		if err != nil {
			t.Fatal(name, err)
		}
		compare(t, name, got, want, tolerance)
	}
	got, err := Spread{Path: []string{"shop", "place"}}.Reconcile(t.Context(), tree, nodes(tree.Uppers(), g.Tree.Base), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "top_down", got, g.Tree.TopDown, 1e-6)
}

func compare(t *testing.T, name string, got Values, want [][]float64, tolerance float64) {
	t.Helper()
	worst := 0.0
	for k := range got.Horizon {
		col := mat.NewVecDense(len(want), nil)
		for node := range want {
			col.SetVec(node, want[node][k])
			worst = max(worst, math.Abs(column(got, k).AtVec(node)-want[node][k]))
		}
		near(t, name, got, k, col, tolerance)
	}
	t.Logf("%s: %.1e off at most", name, worst)
}
