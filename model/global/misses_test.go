package global

import (
	"math"
	"testing"
)

// Forecasts of nothing have the least absolute errors where most days have no
// sales, and are not taken for that.
func TestBiasedRegressorsLose(t *testing.T) {
	own := misses{absolute: 110, squared: 500, signed: 15, sold: 100}
	for _, c := range []struct {
		other misses
		loses bool
	}{
		{misses{absolute: 90, squared: 490, signed: -5, sold: 100}, false},
		{misses{absolute: 90, squared: 490, signed: -12, sold: 100}, false},
		{misses{absolute: 90, squared: 490, signed: -60, sold: 100}, true},
	} {
		if got := math.IsInf(c.other.to(own), 1); got != c.loses {
			t.Errorf("%+v to %+v: loses %v", c.other, own, got)
		}
	}
}
