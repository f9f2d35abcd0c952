package evaluate

import (
	"math"
	"slices"

	"daycast"
)

// SeriesChoice is a choice of its own for each series.
type SeriesChoice struct {
	// Choices are what is chosen from, at most perSeriesOf; the first is the
	// choice for the shop as a whole, which also serves series that Of does
	// not name, such as new ones.
	Choices []Choice
	Of      map[daycast.Series]int // index in Choices, > 0
	// Whole and Own are the scores at the newest window of the first choice
	// and of the choices by series, both made on older windows only. N is 0
	// where there are none.
	Whole, Own Score
}

const (
	// perSeriesOf is how many choices there are for a series: among many that
	// are as good, the luckiest would win.
	perSeriesOf = 4
	// priorPeriods is how many periods of a series' own errors weigh as much as
	// the ranking of the shop: four windows of four weeks, a choice. Over six
	// origins of Online Retail no choice by series beat the blend for all; 28 to
	// 448 differ by chance.
	priorPeriods = 112
	// perSeriesGain is by how much the choice by series must lower the loss at
	// the newest window to be worth several models.
	perSeriesGain = 0.01
	// biasSlack is by how much the total bias may be further from zero for it:
	// a hundredth of the sales is less than totals differ by chance.
	biasSlack = 0.01
)

// Wins tells whether the choice by series was better out of sample: by 1% of
// the metric's loss, with a total bias that is no worse.
func (c *SeriesChoice) Wins(metric string) bool {
	return c.Own.N > 0 && loss(c.Own, metric) < (1-perSeriesGain)*loss(c.Whole, metric) &&
		math.Abs(c.Own.Bias) <= math.Abs(c.Whole.Bias)+biasSlack
}

// Members are the models of all choices, each once.
func (c *SeriesChoice) Members() []string {
	var names []string
	for _, choice := range c.Choices {
		names = append(names, choice.Members...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Mean is Choice.Mean of the choices by series.
func (c *SeriesChoice) Mean(w *Window) []float32 { return w.right(c.blend(w)) }

func (c *SeriesChoice) blend(w *Window) []float32 {
	means := make([][]float32, len(c.Choices))
	for k, choice := range c.Choices {
		if means[k] = choice.blend(w); means[k] == nil {
			return nil
		}
	}
	out := slices.Clone(means[0])
	for i, s := range w.Series {
		if k := c.Of[s]; k > 0 {
			lo, hi := i*w.Horizon, (i+1)*w.Horizon
			copy(out[lo:hi], means[k][lo:hi])
		}
	}
	return out
}

// PerSeries chooses for each series, on all windows, among the choice for the
// shop and the best few candidates, without those that repeat single days. For the
// test that Wins reads it also does so on the windows that had come by the newest
// one's origin. It is ok when Choose is.
//
// A series takes the choice k that has the least
//
//	L[i,k] + priorPeriods * (L[i,0] / n[i]) * (S[k] / S[0])
//
// where L[i,k] is the series' own loss, n[i] its number of periods and S[k]
// the loss by which Choose ranks, over all series: that ranking is a prior
// that a series has to speak against. Few observations of each series are why a choice by
// series often loses to one for all (Fildes 1989, "Evaluation of aggregate and
// individual forecast method selection rules", Management Science 35(9)).
func PerSeries(windows []*Window, metric string) (*SeriesChoice, bool) {
	c, ok := perSeries(windows, metric)
	if !ok {
		return nil, false
	}
	newest := windows[0]
	older := slices.DeleteFunc(slices.Clone(windows), func(w *Window) bool {
		return w.Origin+daycast.Day(w.Horizon)*daycast.Day(w.Step) > newest.Origin
	})
	then, ok := perSeries(older, metric)
	if !ok {
		return c, true
	}
	if own := then.Mean(newest); own != nil {
		c.Own = newest.Score(own, nil, nil)
		c.Whole = newest.Score(then.Choices[0].Mean(newest), nil, nil)
	}
	return c, true
}

func perSeries(windows []*Window, metric string) (*SeriesChoice, bool) {
	whole, ok := Choose(windows, metric)
	if !ok {
		return nil, false
	}
	c := &SeriesChoice{Choices: []Choice{whole}, Of: map[daycast.Series]int{}}
	for _, candidate := range Rank(windows, metric) {
		if len(c.Choices) < perSeriesOf && !slices.Equal(candidate.Members, whole.Members) && !biased(candidate.Score) &&
			!windows[0].repeatsDays(candidate.Members[0]) {
			c.Choices = append(c.Choices, candidate)
		}
	}
	l := newLedger(c.Choices, metric)
	for _, w := range windows {
		for k, choice := range c.Choices {
			l.add(w, k, choice.Mean(w), metric)
		}
	}
	for s, own := range l.series {
		if k := l.least(own); k > 0 {
			c.Of[s] = k
		}
	}
	return c, true
}

// A ledger holds what each choice lost on each series.
type ledger struct {
	series map[daycast.Series]*account
	prior  []float64 // loss over the shop relative to the first, by choice
}

type account struct {
	periods int
	losses  []float64 // by choice
}

func newLedger(choices []Choice, metric string) *ledger {
	l := &ledger{series: map[daycast.Series]*account{}}
	for _, c := range choices {
		l.prior = append(l.prior, loss(c.Score, metric)/loss(choices[0].Score, metric))
	}
	return l
}

// add books the k-th choice's forecasts at a window, of the series and periods
// that Score counts.
func (l *ledger) add(w *Window, k int, mean []float32, metric string) {
	for i, s := range w.Series {
		if !w.OnSale[i] {
			continue
		}
		n, loss := seriesLoss(w.Actual[i*w.Horizon:(i+1)*w.Horizon], mean[i*w.Horizon:(i+1)*w.Horizon], metric)
		if n == 0 {
			continue
		}
		own := l.series[s]
		if own == nil {
			own = &account{losses: make([]float64, len(l.prior))}
			l.series[s] = own
		}
		if k == 0 {
			own.periods += n
		}
		own.losses[k] += loss
	}
}

// seriesLoss is a window's loss of one series over n scored periods: squared
// errors for metrics that square; else absolute errors, and that of the
// window's total, without which forecasts of zero win wherever most days are.
func seriesLoss(actual, mean []float32, metric string) (n int, loss float64) {
	var absolute, squared, signed float64
	for h, y := range actual {
		if y != y {
			continue
		}
		n++
		e := float64(mean[h]) - float64(y)
		absolute += math.Abs(e)
		squared += e * e
		signed += e
	}
	if metric == "rmse" || metric == "rmsse" {
		return n, squared
	}
	return n, absolute + math.Abs(signed)
}

// least is the choice of the least shrunk loss; of equals the first.
func (l *ledger) least(own *account) int {
	scale := priorPeriods * own.losses[0] / float64(own.periods)
	best, least := 0, math.Inf(1)
	for k, loss := range own.losses {
		if loss += scale * l.prior[k]; loss < least {
			best, least = k, loss
		}
	}
	return best
}
