package global

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// TestDrawsHaveTheMomentsThatWereLearnt draws what binOf has learnt.
func TestDrawsHaveTheMomentsThatWereLearnt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		counts             bool
		mean, dispersion   float64
		scale, within, sds float64
	}{
		{true, .3, 1, 1, .02, .05}, {true, 2, 3, 1, .05, .1}, {true, 400, 20, 400, 2, 6},
		{false, 2.5, 1, 3, .05, .1},
	} {
		want := math.Sqrt(c.mean * c.dispersion)
		n := noise{Counts: c.counts, Bins: []noiseBin{{UpTo: c.mean, Dispersion: c.dispersion}}}
		if !c.counts {
			var rows []observed
			for range 5000 {
				rows = append(rows, observed{units: c.mean + want*r.NormFloat64(), mean: c.mean, size: sizeOfMean(c.mean, c.scale), weight: 1})
			}
			n.Bins[0] = binOf(rows, false)
		}
		var drawn []float64
		d := n.draws(7, 0)
		for range 20_000 {
			v := d.draw(c.mean, c.scale, false)
			if c.counts && (v != math.Trunc(v) || v < 0) {
				t.Fatalf("%g pieces are drawn", v)
			}
			drawn = append(drawn, v)
		}
		mean, sd := stat.MeanStdDev(drawn, nil)
		if math.Abs(mean-c.mean) > c.within || math.Abs(sd-want) > c.sds {
			t.Errorf("%+v: mean %g, deviation %g, want %g", c, mean, sd, want)
		}
	}
}

// TestOutlook repeats the week of the last four known values of each weekday.
func TestOutlook(t *testing.T) {
	nan := float32(math.NaN())
	v := []float32{
		100, 1, nan, // too long ago
		1, 2, 3, 4, 5, 6, 7, 2, 2, nan, 4, 5, 6, 7, 3, 2, 3, 4, 5, 6, 7, 4, 2, 3, 4, 5, 6, nan, // and four weeks
	}
	got := weekdays(v, 7, 9)
	for h, want := range []float32{2.5, 2, 3, 4, 5, 6, 7, 2.5, 2} {
		if got[h] != want {
			t.Errorf("period %d: %g, want %g", h, got[h], want)
		}
	}
	if none := weekdays([]float32{nan}, 7, 8); none[6] == none[6] {
		t.Errorf("no values go on as %g", none[6])
	}
}
