package evaluate

import (
	"math"

	"daycast"
)

// Score holds the metrics of one model over some series and periods. y is what
// was sold, f what was forecast, n the number of pairs.
type Score struct {
	RMSE     float64 // sqrt(sum (y-f)^2 / n); units; least for the mean (Hyndman and Koehler 2006)
	MAE      float64 // sum |y-f| / n; units; least for the median (Hyndman and Koehler 2006)
	WAPE     float64 // sum |y-f| / sum |y|; a share (Kolassa and Schuetz 2007)
	Median   float64 // WAPE of the median in the place of f, for which it is least; NaN without one
	Bias     float64 // sum (f-y) / sum |y|; above zero: forecasts too high
	MASE     float64 // mean over series of MAE / in-sample MAE of seasonal naive (Hyndman and Koehler 2006)
	RMSSE    float64 // mean over series of RMSE / in-sample RMSE of naive (Makridakis et al. 2022, without weights)
	Pinball  float64 // mean over levels and pairs of max(q(y-f), (q-1)(y-f)) (Koenker and Bassett 1978); NaN without quantiles
	Coverage float64 // share of open periods inside the interval from the lowest to the highest level (Christoffersen 1998); NaN without quantiles
	N        int     // pairs
}

// Metrics are the names by which a score can be chosen.
var metricNames = []string{"wape", "rmse", "mae", "mase", "rmsse", "pinball"}

// Metric is the value of a metric by name: lower is better.
func (s Score) Metric(name string) (float64, error) {
	switch name {
	case "wape":
		return s.WAPE, nil
	case "rmse":
		return s.RMSE, nil
	case "mae":
		return s.MAE, nil
	case "mase":
		return s.MASE, nil
	case "rmsse":
		return s.RMSSE, nil
	case "pinball":
		return s.Pinball, nil
	}
	return 0, daycast.Errorf(daycast.Invalid, "metric %q is not known", name).WithField("metric").WithHint("want one of %v", metricNames)
}

// tally adds pairs up in the order in which they come, in float64.
type tally struct {
	n                         int
	absolute, squared, signed float64
	sold                      float64
	mase, rmsse               float64
	scaled                    int
	pinball                   float64
	quantiles                 int
	inside, open              int
	middle                    float64 // absolute errors of medians
	medians                   int
}

func (t *tally) pair(y, f float64) {
	t.n++
	t.absolute += math.Abs(y - f)
	t.squared += (y - f) * (y - f)
	t.signed += f - y
	t.sold += math.Abs(y)
}

// median is its level.
const median = 0.5

// quantile adds one forecast quantile.
func (t *tally) quantile(y, q, level float64) {
	t.quantiles++
	t.pinball += math.Max(level*(y-q), (level-1)*(y-q))
	if level == median {
		t.medians++
		t.middle += math.Abs(y - q)
	}
}

// interval adds one interval of an open period.
func (t *tally) interval(y, low, high float64) {
	t.open++
	if low <= y && y <= high {
		t.inside++
	}
}

// series adds one series' scaled errors; a scale of zero says nothing.
func (t *tally) series(mae, rmse float64, s scale) {
	if s.absolute > 0 && s.squared > 0 {
		t.mase += mae / s.absolute
		t.rmsse += rmse / math.Sqrt(s.squared)
		t.scaled++
	}
}

// plus is both together.
func (t tally) plus(o tally) tally {
	t.n, t.scaled, t.quantiles = t.n+o.n, t.scaled+o.scaled, t.quantiles+o.quantiles
	t.inside, t.open = t.inside+o.inside, t.open+o.open
	t.absolute, t.squared, t.signed = t.absolute+o.absolute, t.squared+o.squared, t.signed+o.signed
	t.sold, t.mase, t.rmsse, t.pinball = t.sold+o.sold, t.mase+o.mase, t.rmsse+o.rmsse, t.pinball+o.pinball
	t.middle, t.medians = t.middle+o.middle, t.medians+o.medians
	return t
}

func (t *tally) score() Score {
	n := float64(t.n)
	ofMedian := math.NaN()
	if t.medians == t.n {
		ofMedian = t.middle / t.sold
	}
	return Score{
		RMSE: math.Sqrt(t.squared / n), MAE: t.absolute / n,
		WAPE: t.absolute / t.sold, Median: ofMedian, Bias: t.signed / t.sold,
		MASE: t.mase / float64(t.scaled), RMSSE: t.rmsse / float64(t.scaled),
		Pinball: t.pinball / float64(t.quantiles), Coverage: float64(t.inside) / float64(t.open), N: t.n,
	}
}

// scale is a series' in-sample error of the naive forecasts, by which MASE and
// RMSSE divide.
type scale struct{ absolute, squared float64 }

// scaleOf computes the scale from the periods of evidence up to the origin:
// seasonal differences for absolute errors, first differences for squared.
func scaleOf(units []float32, state []daycast.DayState, season int) scale {
	var s scale
	var n, m int
	for t := range units {
		if !state[t].Evidence() {
			continue
		}
		if t >= season && state[t-season].Evidence() {
			s.absolute += math.Abs(float64(units[t] - units[t-season]))
			n++
		}
		if t >= 1 && state[t-1].Evidence() {
			d := float64(units[t] - units[t-1])
			s.squared += d * d
			m++
		}
	}
	return scale{s.absolute / math.Max(1, float64(n)), s.squared / math.Max(1, float64(m))}
}
