package evaluate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"daycast"
)

// A Choice is the models whose mean is forecast, weighed by small whole numbers.
type Choice struct {
	Members  []string
	Weights  []int         // of the members; nil: 1 each
	Score    Score         // on the windows that it was chosen on
	BySeries *SeriesChoice // where a choice for each series won; nil: the members forecast all
}

// Name is how tables call the choice.
func (c Choice) Name() string {
	if c.BySeries != nil {
		names := make([]string, len(c.BySeries.Choices))
		for k, own := range c.BySeries.Choices {
			names[k] = own.Name()
		}
		return "by series: " + strings.Join(names, " or ")
	}
	if len(c.Members) == 1 {
		return c.Members[0]
	}
	names := slices.Clone(c.Members)
	for k := range names {
		if w := c.Weight(k); w > 1 {
			names[k] = fmt.Sprintf("%d %s", w, names[k])
		}
	}
	return "mean(" + strings.Join(names, ",") + ")"
}

// Weight is that of the k-th member.
func (c Choice) Weight(k int) int {
	if c.Weights == nil {
		return 1
	}
	return c.Weights[k]
}

// Mean is what the choice forecasts at a window, as it would have been served:
// new and ended series are on a road of their own. It is nil where a member has
// nothing there.
func (c Choice) Mean(w *Window) []float32 { return w.right(c.blend(w)) }

// blend is what the chosen models alone forecast, in a slice of its own.
func (c Choice) blend(w *Window) []float32 {
	if c.BySeries != nil {
		return c.BySeries.blend(w)
	}
	sum, weights := make([]float64, len(w.Actual)), 0
	for k, name := range c.Members {
		mean := w.mean(name)
		if mean == nil {
			return nil
		}
		weight := c.Weight(k)
		weights += weight
		for at, v := range mean {
			sum[at] += float64(weight) * float64(v)
		}
	}
	mean := make([]float32, len(sum))
	for at, v := range sum {
		mean[at] = float32(v / float64(weights))
	}
	return mean
}

// Select is Choose, and a choice for each series where that was better on the
// newest window than the one for all, both made on older windows only.
func Select(windows []*Window, metric string) (Choice, bool) {
	c, ok := Choose(windows, metric)
	if !ok {
		return c, false
	}
	if own, ok := PerSeries(windows, metric); ok && own.Wins(metric) {
		c.BySeries = own
		c.Score = Pooled(windows, own.Mean)
	}
	return c, true
}

const (
	// biasLimit is the total bias beyond which a model does not count as good,
	// whatever its metric: the absolute error rewards forecasts that are too
	// low for series that seldom sell.
	biasLimit = 0.1
	// parts is how finely a blend's weights are cut: so many by least squares, and
	// so many for the best few alike, up to alongside of them, within nearBest of
	// the best. What was fitted fits the luck of the windows too, the best do less.
	parts     = 12
	alongside = 4
	nearBest  = 0.1
	// groupShare is how many parts more each model of groups has, where it is
	// within groupNear of the best. Such models err elsewhere than those of series
	// and know totals better; which is best of them, few windows do not tell. Over
	// thirteen shops this took 1% off the error of totals where blends were chosen
	// on six windows and 2% on one, and cost the series nothing.
	groupShare = 9
	groupNear  = 0.05
	fewSeries  = 250
	// repeatShare is the most of a blend of daily models that those have which say
	// single past periods again. How good they were says nothing of a window that has
	// a holiday in the week before: where ordinary weeks repeat themselves, nothing is
	// as good, and nothing as far off then. Weeks are repeated a year later, feasts
	// and all; and what errs half again as much or more is no help.
	repeatShare = 1. / 4
	repeatNear  = 0.5
)

// Choose blends the candidates: in one half by the weights with which they erred
// least over the windows, in the other the best few alike, and on top, in a shop of
// many series, models of groups that are about as good. Those that repeat single days
// are limited. What is best is told by the metric and the RMSE in equal parts. It is ok when at least one candidate forecast every window.
func Choose(windows []*Window, metric string) (Choice, bool) {
	ranked := Rank(windows, metric)
	if len(ranked) == 0 {
		return Choice{}, false
	}
	counts := share(windows, ranked, metric)
	j := judge{metric, ranked[0]}
	others := slices.DeleteFunc(slices.Clone(ranked), func(c Choice) bool {
		return windows[0].repeatsDays(c.Members[0]) || !(j.loss(c) <= 1+repeatNear)
	})
	if len(others) > 0 {
		limitRepeating(windows[0], counts, func() map[string]int { return share(windows, others, metric) })
	}
	return choiceOf(windows, counts), true
}

// share gives the candidates, best first by the metric, their parts of a blend.
func share(windows []*Window, ranked []Choice, metric string) map[string]int {
	j := judge{metric, ranked[0]}
	ranked = slices.SortedStableFunc(slices.Values(ranked), j.compare)
	counts := map[string]int{}
	for k, weight := range weigh(windows, ranked) {
		counts[ranked[k].Members[0]] = int(math.Round(parts * weight))
	}
	best := j.good(ranked, nearBest, alongside)
	for _, c := range best {
		counts[c.Members[0]] += parts / len(best)
	}
	if len(windows[0].Series) > fewSeries {
		for _, c := range j.good(ranked, groupNear, len(ranked)) {
			if windows[0].attempt(c.Members[0]).Grouped {
				counts[c.Members[0]] += groupShare
			}
		}
	}
	maps.DeleteFunc(counts, func(_ string, n int) bool { return n == 0 })
	return counts
}

// limitRepeating leaves those that repeat single periods their share at most, beside
// what others have among themselves.
func limitRepeating(w *Window, counts map[string]int, others func() map[string]int) {
	repeated, all := 0, 0
	for name, n := range counts {
		all += n
		if w.repeatsDays(name) {
			repeated += n
		}
	}
	if float64(repeated) <= repeatShare*float64(all) {
		return
	}
	maps.DeleteFunc(counts, func(name string, _ int) bool { return !w.repeatsDays(name) })
	rest := others()
	all = 0
	for _, n := range rest {
		all += n
	}
	for name, n := range counts {
		counts[name] = int(math.Round(repeatShare / (1 - repeatShare) * float64(all*n) / float64(repeated)))
	}
	maps.Copy(counts, rest)
}

// judge tells how good choices are beside one that they are compared with.
type judge struct {
	metric    string
	reference Choice
}

// loss is the mean of what a choice has of two errors to what the reference has.
func (j judge) loss(c Choice) float64 {
	r := j.reference
	return (ratio(loss(c.Score, j.metric), loss(r.Score, j.metric)) + ratio(c.Score.RMSE, r.Score.RMSE)) / 2
}

// ratio is a/b; where b is nothing, all that is more is alike.
func ratio(a, b float64) float64 {
	switch {
	case b > 0:
		return a / b
	case a > 0:
		return 2
	}
	return 1
}

func (j judge) compare(a, b Choice) int { return compare(a.Score, b.Score, j.loss(a), j.loss(b)) }

// good are those of the first most of ranked that are within a share of the best
// and no more biased.
func (j judge) good(ranked []Choice, within float64, most int) []Choice {
	best := ranked[0]
	var out []Choice
	for _, c := range ranked[:min(most, len(ranked))] {
		if biased(c.Score) == biased(best.Score) && !(j.loss(c) > (1+within)*j.loss(best)) {
			out = append(out, c)
		}
	}
	return out
}

// choiceOf is the blend of so many of each candidate.
func choiceOf(windows []*Window, counts map[string]int) Choice {
	c := Choice{Members: slices.Sorted(maps.Keys(counts))}
	divisor := 0
	for _, n := range counts {
		divisor = gcd(n, divisor)
	}
	for _, name := range c.Members {
		c.Weights = append(c.Weights, counts[name]/divisor)
	}
	if slices.Max(c.Weights) == 1 {
		c.Weights = nil
	}
	c.Score = Pooled(windows, c.Mean)
	return c
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Rank orders the candidates that forecast every window, the best first.
func Rank(windows []*Window, metric string) []Choice {
	var ranked []Choice
	if len(windows) == 0 {
		return nil
	}
	for _, a := range windows[0].Models {
		if !slices.ContainsFunc(windows, func(w *Window) bool { return w.mean(a.Model) == nil }) {
			ranked = append(ranked, choiceOf(windows, map[string]int{a.Model: 1}))
		}
	}
	slices.SortStableFunc(ranked, func(a, b Choice) int { return byMetric(a.Score, b.Score, metric) })
	return ranked
}

// byMetric compares by the metric's loss.
func byMetric(a, b Score, metric string) int {
	return compare(a, b, loss(a, metric), loss(b, metric))
}

// compare puts the lower loss first, and those with a total bias beyond the
// limit behind all others. Losses that are not numbers are alike.
func compare(a, b Score, lossA, lossB float64) int {
	x, y := biased(a), biased(b)
	switch {
	case y && !x, x == y && lossA < lossB:
		return -1
	case x && !y, x == y && lossB < lossA:
		return 1
	}
	return 0
}

func biased(s Score) bool { return math.Abs(s.Bias) > biasLimit }

// loss is what the best has least of: the metric, WAPE for a name that is none.
func loss(s Score, metric string) float64 {
	v, err := s.Metric(metric)
	if err != nil {
		return s.WAPE
	}
	return v
}

// attempt is the named candidate's; an empty one where there is none.
func (w *Window) attempt(name string) Attempt {
	for _, a := range w.Models {
		if a.Model == name {
			return a
		}
	}
	return Attempt{}
}

// repeatsDays reports whether the named candidate says single days again.
func (w *Window) repeatsDays(name string) bool {
	return w.Step == daycast.Daily && w.attempt(name).Repeating
}

// mean is what the named candidate forecast at the window, nil where it did not.
func (w *Window) mean(name string) []float32 { return w.attempt(name).Mean }

// Pooled scores the means that forecast gives over all windows together.
func Pooled(windows []*Window, forecast func(*Window) []float32) Score {
	var t tally
	for _, w := range windows {
		w.add(&t, forecast(w), nil, nil)
	}
	return t.score()
}
