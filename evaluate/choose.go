package evaluate

import (
	"math"
	"slices"
	"strings"
)

// A Choice is the models whose mean is forecast: one, or the few best.
type Choice struct {
	Members []string
	Score   Score // on the windows that it was chosen on
}

// Name is how tables call the choice.
func (c Choice) Name() string {
	if len(c.Members) == 1 {
		return c.Members[0]
	}
	return "mean(" + strings.Join(c.Members, ",") + ")"
}

const (
	// biasLimit is the total bias beyond which a model does not count as good,
	// whatever its metric: the absolute error rewards forecasts that are too
	// low for series that seldom sell.
	biasLimit = 0.1
	// blendOf is how many of the best are averaged.
	blendOf = 3
)

// Choose takes the best of the candidates, and of the means of the best few,
// over the windows: by the metric, those with a total bias beyond 10% behind
// all others. It is ok when at least one candidate forecast every window.
func Choose(windows []*Window, metric string) (Choice, bool) {
	ranked := Rank(windows, metric)
	if len(ranked) == 0 {
		return Choice{}, false
	}
	best := ranked[0]
	for n := 2; n <= min(blendOf, len(ranked)); n++ {
		var names []string
		for _, c := range ranked[:n] {
			names = append(names, c.Members[0])
		}
		slices.Sort(names)
		blend := Choice{Members: names}
		blend.Score = Pooled(windows, func(w *Window) []float32 { return w.Mean(names) })
		if less(blend.Score, best.Score, metric) {
			best = blend
		}
	}
	return best, true
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
			score := Pooled(windows, func(w *Window) []float32 { return w.Mean(name) })
			ranked = append(ranked, Choice{Members: name, Score: score})
		}
	}
	slices.SortStableFunc(ranked, func(a, b Choice) int {
		switch {
		case less(a.Score, b.Score, metric):
			return -1
		case less(b.Score, a.Score, metric):
			return 1
		}
		return 0
	})
	return ranked
}

// less reports whether a is the better score.
func less(a, b Score, metric string) bool {
	if x, y := math.Abs(a.Bias) > biasLimit, math.Abs(b.Bias) > biasLimit; x != y {
		return y
	}
	x, _ := a.Metric(metric)
	y, _ := b.Metric(metric)
	return x < y
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
