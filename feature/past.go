package feature

import (
	"math"

	"daycast"
)

// Past is one series' own history up to an origin, summed up. It is computed
// from the series alone, oldest to newest, so that a live series and a batch
// agree to the bit.
type Past struct {
	p      *daycast.Panel
	i, t   int // series; index of the origin's period
	origin daycast.Day
	train  []float32 // up to the origin
	state  []daycast.DayState

	scale float64
	value [pastCount]float64
}

// windows are the lengths of the moving means in seasons: one, two, four and
// eight weeks, a quarter, half a year and a year.
var windows = [...]int{1, 2, 4, 8, 13, 26, 52}

// Positions of what Past keeps, in the order of pastNames.
const (
	pastLogScale = iota
	pastMean     // len(windows) of them
)

const (
	pastDeviation = pastMean + len(windows) + iota
	pastMax
	pastShare4
	pastShare13
	pastSinceSale
	pastAge
	pastTrend
	pastLast1
	pastLast2
	pastLast3
	pastYear
	pastCount
)

var pastNames = []string{
	"log_scale", "mean_1w", "mean_2w", "mean_4w", "mean_8w", "mean_13w", "mean_26w", "mean_52w",
	"deviation_4w", "max_8w", "share_sold_4w", "share_sold_13w", "since_sale", "age", "trend_4w",
	"last_1", "last_2", "last_3", "year_ago_level",
}

// At sums up series i at the origin that is its t-th period (from 0).
func (b *Bound) At(i, t int) *Past {
	past := &Past{}
	b.Reset(past, i, t)
	return past
}

// Reset is At into memory that is there.
func (b *Bound) Reset(past *Past, i, t int) {
	p := b.p
	*past = Past{
		p: p, i: i, t: t, origin: p.Start[i] + daycast.Day(t)*daycast.Day(p.Step),
		train: p.TrainOf(i)[:t+1], state: p.StateOf(i)[:t+1],
	}
	past.sum(seasonOf(p.Step))
}

// seasonOf is the unit of the windows in periods: a week of days, or, in a
// weekly panel, one week.
func seasonOf(s daycast.Step) int {
	if s == daycast.Weekly {
		return 1
	}
	return 7
}

// sum walks back from the origin once; each window is a prefix of that walk.
func (w *Past) sum(season int) {
	var sum, squares, positive float64
	var n, sold, positives int
	var means [len(windows)]float64
	var maximum float64
	deviation, share4, share13 := math.NaN(), math.NaN(), math.NaN()
	since, found := 0, false
	next := 0
	close := func(k int) {
		means[k] = math.NaN()
		if n > 0 {
			means[k] = sum / float64(n)
		}
		switch windows[k] {
		case 4:
			deviation = math.Sqrt(max(0, squares/float64(max(n, 1))-means[k]*means[k]))
			share4 = float64(sold) / float64(max(n, 1))
		case 13:
			share13 = float64(sold) / float64(max(n, 1))
		}
	}
	last := windows[len(windows)-1] * season
	for back := 0; back < min(last, w.t+1); back++ {
		for next < len(windows) && back == windows[next]*season {
			close(next)
			next++
		}
		k := w.t - back
		if !w.state[k].Evidence() {
			continue
		}
		v := float64(w.train[k])
		sum += v
		squares += v * v
		n++
		if v > 0 {
			positive += v
			positives++
		}
		if v != 0 {
			sold++
			if !found {
				since, found = back, true
			}
		}
		if back < 8*season {
			maximum = max(maximum, v)
		}
	}
	for ; next < len(windows); next++ {
		close(next)
	}
	if !found {
		since = w.t + 1
	}
	w.scale = scaleOf(means, positive/float64(max(positives, 1)))
	w.keep(means, deviation, maximum)
	w.value[pastShare4], w.value[pastShare13] = share4, share13
	w.value[pastSinceSale] = math.Log1p(float64(since))
	w.value[pastAge] = math.Log1p(float64(w.t))
	w.lasts(season)
}

// scaleOf blends a week, four weeks and a quarter, so that the scale follows a
// series without jumping with it. It never falls below a fiftieth of a usual
// sale, so that ratios stay finite for a series that sleeps.
func scaleOf(means [len(windows)]float64, sale float64) float64 {
	var sum, weight float64
	for _, k := range [...]struct {
		window int
		weight float64
	}{{0, 0.2}, {2, 0.5}, {4, 0.3}} {
		if m := math.Abs(means[k.window]); m == m {
			sum += k.weight * m
			weight += k.weight
		}
	}
	scale := 0.0
	if weight > 0 {
		scale = sum / weight
	}
	return max(scale, sale/50, noScale)
}

// noScale is the scale of a series without sales: any number above zero that
// makes its forecasts nothing.
const noScale = 1e-6

func (w *Past) keep(means [len(windows)]float64, deviation, maximum float64) {
	w.value[pastLogScale] = math.Log(w.scale)
	for k, m := range means {
		w.value[pastMean+k] = m / w.scale
	}
	w.value[pastDeviation] = deviation / w.scale
	w.value[pastMax] = maximum / w.scale
	w.value[pastTrend] = math.NaN()
	if four, eight := means[2], means[3]; eight > 0 {
		w.value[pastTrend] = four / eight
	}
}

// lasts keeps the last three values, and the level a year ago.
func (w *Past) lasts(season int) {
	k := w.t
	for n := range 3 {
		w.value[pastLast1+n] = math.NaN()
		for k >= 0 && !w.state[k].Evidence() {
			k--
		}
		if k >= 0 {
			w.value[pastLast1+n] = float64(w.train[k]) / w.scale
			k--
		}
	}
	year := 52 * season
	w.value[pastYear] = w.mean(w.t-year-4*season+1, w.t-year+1) / w.scale
}

// mean is that of the evidence at [lo, hi) up to the origin, NaN without any
// or where the range begins before the series.
func (w *Past) mean(lo, hi int) float64 {
	if lo < 0 {
		return math.NaN()
	}
	var sum float64
	n := 0
	for k := lo; k < min(hi, w.t+1); k++ {
		if w.state[k].Evidence() {
			sum += float64(w.train[k])
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// Scale is the level by which units are divided, in units a period, > 0.
func (w *Past) Scale() float64 { return w.scale }

// Sold reports whether the scale is that of sales. The ratio of later units to
// that of a series without any in the last year means nothing.
func (w *Past) Sold() bool { return w.scale > noScale }

func (w *Past) write(out *writer) {
	for _, v := range w.value {
		out.put(v)
	}
}
