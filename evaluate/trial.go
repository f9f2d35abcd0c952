package evaluate

import "daycast/model"

// A Trial is one point that was tried.
type Trial struct {
	Number  int     // in the order of trying; 0: the default
	Point   Point   // empty: the default
	Origins int     // searched: fewer than the best's where it was given up
	Score   Score   // over them, pooled; optimistic for the best
	Holdout Score   // over the origins held out; N is 0 for all but the best and the default
	Seconds float64 // fits and forecasts
	Err     error   // why it went no further
	model   model.Model
	sums    []tally // after each origin searched
	held    tally
}

// Default reports whether the trial is that of the default parameters.
func (t *Trial) Default() bool { return len(t.Point) == 0 }

// search adds an origin that is searched.
func (t *Trial) search(sum tally) {
	if t.Origins > 0 {
		sum = t.sums[t.Origins-1].plus(sum)
	}
	t.sums = append(t.sums, sum)
	t.Origins, t.Score = t.Origins+1, sum.score()
}

// back undoes what search added after the first k origins.
func (t *Trial) back(k int) {
	t.sums = t.sums[:k]
	t.Origins, t.Score = k, t.sums[k-1].score()
}

// hold adds an origin that was held out.
func (t *Trial) hold(sum tally) {
	t.held = t.held.plus(sum)
	t.Holdout = t.held.score()
}

// Better reports whether the trial did better than another on the origins that
// were held out: by the metric itself, and by all that Choose goes by.
func (t *Trial) Better(than *Trial, metric string) bool {
	a, errA := t.Holdout.Metric(metric)
	b, errB := than.Holdout.Metric(metric)
	return errA == nil && errB == nil && a < b && byMetric(t.Holdout, than.Holdout, metric) < 0
}
