package evaluate

import (
	"math"
	"slices"
	"strings"
)

// A Choice is the models whose mean is forecast: one, or the few best.
type Choice struct {
	Members  []string
	Score    Score         // on the windows that it was chosen on
	BySeries *SeriesChoice // where a choice for each series won; nil: the members forecast all
	Totals   float64       // how far it is there from the totals by day of the shop and its groups, as a WAPE
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
	return "mean(" + strings.Join(c.Members, ",") + ")"
}

// Mean is what the choice forecasts at a window; nil where a member has nothing
// there.
func (c Choice) Mean(w *Window) []float32 {
	if c.BySeries != nil {
		return c.BySeries.Mean(w)
	}
	return w.Mean(c.Members)
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
	// blendOf is how many models are averaged at most.
	blendOf = 4
	// blendSlack is by how much the loss of a longer blend may be higher: the
	// best of many is lucky in part, and a mean of more errs less afterwards. On
	// past origins of Online Retail, Rossmann and FreshRetail 1% did as well as
	// 0 and 2%.
	blendSlack = 0.01
	// alike is within how much losses do not tell choices apart: the totals of
	// the shop and its groups then do, which have far less noise.
	alike = 0.005
)

// Choose takes the best of the candidates over the windows and adds to it, one
// at a time, the one with which the plain mean is best, while that costs next
// to nothing: forward selection with equal weights (Caruana et al. 2004,
// "Ensemble selection from libraries of models"). A model that is good alone
// and one that errs elsewhere make a better mean than two that are good alike.
// Of choices that are as good series by series it takes the one that comes
// nearest to the totals of the shop and its groups.
// It is ok when at least one candidate forecast every window.
func Choose(windows []*Window, metric string) (Choice, bool) {
	ranked := Rank(windows, metric)
	if len(ranked) == 0 {
		return Choice{}, false
	}
	best := nearest(ranked, metric)
	for len(best.Members) < blendOf {
		longer, ok := bestWith(windows, ranked, best, metric)
		if !ok || !worthwhile(longer.Score, best.Score, metric) {
			break
		}
		best = longer
	}
	return best, true
}

// bestWith is the best choice that has one member more.
func bestWith(windows []*Window, ranked []Choice, c Choice, metric string) (best Choice, ok bool) {
	var longer []Choice
	for _, r := range ranked {
		if !slices.Contains(c.Members, r.Members[0]) {
			names := append(slices.Clone(c.Members), r.Members[0])
			slices.Sort(names)
			longer = append(longer, choiceOf(windows, names))
		}
	}
	if len(longer) == 0 {
		return best, false
	}
	slices.SortStableFunc(longer, func(a, b Choice) int { return compare(a, b, metric) })
	return nearest(longer, metric), true
}

// nearest is the choice with the least error of totals among those that are as
// good as the first, which is the best.
func nearest(sorted []Choice, metric string) Choice {
	best := sorted[0]
	for _, c := range sorted[1:] {
		if biased(c.Score) == biased(sorted[0].Score) && loss(c.Score, metric) <= (1+alike)*loss(sorted[0].Score, metric) && c.Totals < best.Totals {
			best = c
		}
	}
	return best
}

// worthwhile is whether a longer blend is taken: its loss may be a little
// higher, but not its bias beyond the limit. Losses that are not numbers, where
// nothing is scored, gain nothing.
func worthwhile(longer, shorter Score, metric string) bool {
	if x, y := biased(longer), biased(shorter); x != y {
		return y
	}
	return loss(longer, metric) < (1+blendSlack)*loss(shorter, metric)
}

func choiceOf(windows []*Window, names []string) Choice {
	means := make(map[*Window][]float32, len(windows)) // read twice
	for _, w := range windows {
		means[w] = w.Mean(names)
	}
	mean := func(w *Window) []float32 { return means[w] }
	return Choice{Members: names, Score: Pooled(windows, mean), Totals: totalsError(windows, mean)}
}

// Rank orders the candidates that forecast every window, the best first.
func Rank(windows []*Window, metric string) []Choice {
	var ranked []Choice
	if len(windows) == 0 {
		return nil
	}
	for _, a := range windows[0].Models {
		name := []string{a.Model}
		if !slices.ContainsFunc(windows, func(w *Window) bool { return w.Mean(name) == nil }) {
			ranked = append(ranked, choiceOf(windows, name))
		}
	}
	slices.SortStableFunc(ranked, func(a, b Choice) int { return compare(a, b, metric) })
	return ranked
}

func compare(a, b Choice, metric string) int {
	switch {
	case less(a.Score, b.Score, metric):
		return -1
	case less(b.Score, a.Score, metric):
		return 1
	}
	return 0
}

// less reports whether a is the better score: those with a total bias beyond
// the limit are behind all others.
func less(a, b Score, metric string) bool {
	if x, y := biased(a), biased(b); x != y {
		return y
	}
	return loss(a, metric) < loss(b, metric)
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

// Mean is the plain mean of the named candidates' forecasts at the window, nil
// where one of them has none.
func (w *Window) Mean(names []string) []float32 {
	sum := make([]float64, len(w.Actual))
	for _, name := range names {
		k := slices.IndexFunc(w.Models, func(a Attempt) bool { return a.Model == name })
		if k < 0 || w.Models[k].Mean == nil {
			return nil
		}
		if len(names) == 1 {
			return w.Models[k].Mean
		}
		for c, v := range w.Models[k].Mean {
			sum[c] += float64(v)
		}
	}
	mean := make([]float32, len(sum))
	for c := range sum {
		mean[c] = float32(sum[c] / float64(len(names)))
	}
	return mean
}

// Pooled scores the means that forecast gives over all windows together.
func Pooled(windows []*Window, forecast func(*Window) []float32) Score {
	var t tally
	for _, w := range windows {
		w.add(&t, forecast(w), nil, nil)
	}
	return t.score()
}
