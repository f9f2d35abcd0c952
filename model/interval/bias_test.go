package interval

import (
	"math"
	"testing"

	"daycast"
)

// atLevels has a window for each factor by which a shop sold more than was forecast.
func atLevels(factors ...float64) (rs []Residual) {
	for w, f := range factors {
		for k := range 100 {
			mean := 10 + float64(k%7)
			rs = append(rs, Residual{H: 1 + k%7, Mean: float32(mean), Actual: float32(mean * f * (.9 + .002*float64(k))), Window: int32(w), Series: int32(k / 7)})
		}
	}
	return rs
}

// Levels that differ by chance do not move the median; those that are all off by
// about as much do.
func TestUnbiased(t *testing.T) {
	for _, c := range []struct {
		name    string
		factors []float64
		want    float64 // median to mean
	}{
		{"none", []float64{1, 1, 1, 1, 1, 1}, 1},
		{"chance", []float64{1.1, .98, 1.12, 1.04, .97, 1.09}, 1},
		{"always", []float64{1.5, 1.48, 1.52, 1.5, 1.49, 1.51}, 1.5},
		{"one origin, a little", []float64{1.08}, 1},
		{"one origin, by half", []float64{.5}, .5},
	} {
		cal := Calibrate(atLevels(c.factors...), daycast.Daily, 7)
		got := float64(cal.Table.Quantile(1, 13, Own{}, .5, true)) / 13
		if math.Abs(got-c.want) > .025 {
			t.Errorf("%s: the median is %.3f of the mean, want %.2f", c.name, got, c.want)
		}
	}
}

// The width stays: a level that differs from origin to origin is not known ahead.
func TestUnbiasedKeepsTheWidth(t *testing.T) {
	width := func(factors ...float64) float64 {
		table := Calibrate(atLevels(factors...), daycast.Daily, 7).Table
		return float64(table.Quantile(1, 13, Own{}, .9, true) - table.Quantile(1, 13, Own{}, .1, true))
	}
	calm, restless := width(1.1, 1.1, 1.1, 1.1), width(1.4, .8, 1.4, .8)
	if restless < 2*calm {
		t.Errorf("levels that are all alike: %g wide; half each way: %g", calm, restless)
	}
}

func TestUnbiasedOfNothing(t *testing.T) {
	for _, rs := range [][]Residual{nil, {{H: 1, Mean: 3}}, {{H: 1, Actual: 3}}, {{H: 1, Mean: -1, Actual: 2}}} {
		if got := levelShift(rs); got != 0 {
			t.Errorf("%+v are shifted by %g", rs, got)
		}
	}
}
