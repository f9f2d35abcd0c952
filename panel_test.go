package daycast_test

import (
	"math"
	"testing"

	"daycast"
)

func TestForecastsLayout(t *testing.T) {
	p := &daycast.Panel{Step: daycast.Weekly, Origin: 14, Series: make([]daycast.Series, 2)}
	f := daycast.NewForecasts(p, 3, []float64{0.1, 0.9})
	for k := range f.Mean {
		f.Mean[k] = float32(k)
	}
	for k := range f.Quantiles {
		f.Quantiles[k] = float32(k)
	}
	if m := f.MeanOf(1); len(m) != 3 || m[0] != 3 || m[2] != 5 {
		t.Errorf("means of the second series: %v", m)
	}
	if q := f.QuantilesAt(1, 2); len(q) != 2 || q[0] != 10 || q[1] != 11 {
		t.Errorf("quantiles of its last period: %v", q)
	}
	if f.Day(0) != 21 || f.Day(2) != 35 {
		t.Errorf("days %d and %d: a week apart from the origin on", f.Day(0), f.Day(2))
	}
}

func TestPanelSignal(t *testing.T) {
	s := daycast.PanelSignal{
		Step: daycast.Daily, Vector: []int32{0, 0, -1},
		First: []daycast.Day{10}, Vectors: [][]float32{{1, 2, 3}},
	}
	for _, c := range []struct {
		series int
		day    daycast.Day
		want   float32
	}{{0, 10, 1}, {1, 12, 3}} {
		if got := s.At(c.series, c.day); got != c.want {
			t.Errorf("At(%d, %d) = %v, want %v", c.series, c.day, got, c.want)
		}
	}
	for _, c := range []struct {
		series int
		day    daycast.Day
	}{{0, 9}, {0, 13}, {2, 10}, {0, -1000}} {
		if got := s.At(c.series, c.day); !math.IsNaN(float64(got)) {
			t.Errorf("At(%d, %d) = %v, want NaN: nothing is known there", c.series, c.day, got)
		}
	}
}
