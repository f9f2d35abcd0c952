package modeltest

import (
	"math"
	"testing"

	"daycast/feature"
	"daycast/model"
)

// HardlyKnown checks that a number which three rows in a hundred know, and all rows
// that are forecast, does not lead a regressor: the first column of x, which is
// changed.
func HardlyKnown(t *testing.T, m model.Regressor, x *feature.Frame, y []float32) {
	t.Helper()
	for k := range x.Rows {
		x.Data[0][k] = float32(math.NaN())
		if k%33 == 0 {
			x.Data[0][k] = 1 + float32(k)*1e-5
		}
	}
	p, err := m.Fit(t.Context(), x, y, nil, model.FitOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	before, after := make([]float32, x.Rows), make([]float32, x.Rows)
	p.Predict(x, before)
	for k := range x.Rows {
		x.Data[0][k] = 3
	}
	p.Predict(x, after)
	for k, v := range after {
		if v != before[k] {
			t.Fatalf("%s: row %d is %g, without the number %g", m.Name(), k, v, before[k])
		}
	}
}
