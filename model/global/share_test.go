package global

import (
	"math"
	"testing"
)

func TestShareDrawsAsManyAsAskedFor(t *testing.T) {
	rows, sizes := make([]float64, 1000), make([]float64, 1000)
	for k := range rows {
		rows[k], sizes[k] = 300, math.Exp(float64(k%100)/10) // up to 20,000 times the smallest
	}
	for _, power := range []float64{0, 1} {
		s := newShare(rows, sizes, 30_000, power)
		sum, last := 0.0, 0.0
		for k, n := range rows {
			sum += n * s.at(sizes[k])
			if k < 100 && s.at(sizes[k]) < last {
				t.Errorf("power %g: size %g is drawn less often than a smaller one", power, sizes[k])
			} else if k < 100 {
				last = s.at(sizes[k])
			}
		}
		if math.Abs(sum/30_000-1) > .001 {
			t.Errorf("power %g: %g rows, want 30,000", power, sum)
		}
		if same := s.at(sizes[0]) == s.at(sizes[99]); same != (power == 0) {
			t.Errorf("power %g: large and small series are drawn alike: %v", power, same)
		}
	}
	if s := newShare(rows, sizes, 1e6, 1); s.at(1) != 1 && !math.IsInf(s.rate, 1) {
		t.Error("all rows fit, and not all are drawn")
	}
	if s := newShare(rows, make([]float64, 1000), 30_000, 1); math.Abs(s.at(0)-.1) > .001 {
		t.Errorf("a shop that sold nothing: share %g, want .1", s.at(0))
	}
}
