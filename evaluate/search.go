package evaluate

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"daycast"
	"daycast/model"
)

// A Search tries points of a space as parameters of a model, each on the same
// past origins, and the default beside them:
//
//	oldest                                                 newest
//	|-- searched: all trials, the best half, ... --|-- Holdout --|
//	     origin      origin      origin (first)      the default
//	                                                 and the best
//
// The best of many trials looks better than it is, since some of its lead is
// luck. So the newest origins are kept out of the search, and only the winner
// and the default are scored there: that comparison is honest, the scores of
// the search are not. An origin is searched only where its whole window had
// come by the oldest origin that is held out.
//
// Panels are built once an origin and shared by all trials. The result depends
// on the points, the seed and the data, not on threads; with a budget of time
// also on how fast the machine is.
type Search struct {
	Backtest Backtest // Models is not read, Budget is for the search as a whole
	Build    func(Point) (model.Model, error)
	Points   iter.Seq[Point] // Grid or Random
	Metric   string          // any but pinball: trials have no quantiles
	Trials   int             // at most so many points; 0: all
	Holdout  int             // newest origins that are kept out, >= 0
	// Keep is the share of trials that go on after each origin, the best so
	// far, in (0, 1]; 0: all do. The default always goes on. One half is
	// successive halving: Jamieson and Talwalkar (2016), "Non-stochastic best
	// arm identification and hyperparameter optimization", AISTATS. There the
	// resource is time of training; here it is origins, each of which is a
	// sample of its own: what is best on all is often given up on the first.
	Keep float64
}

// A Trial is one point that was tried.
type Trial struct {
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

// Run gives the trials, the best first: those that went further before those
// that were given up, and those that failed last, with their errors. It fails
// with code invalid where there is no origin to search on.
func (s Search) Run(ctx context.Context) ([]*Trial, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	origins, held := s.split()
	if len(origins) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the history is too short: no past origin is left to search on after %d are held out", len(held)).
			WithHint("hold out fewer origins, or shorten the horizon")
	}
	r := &searching{Search: s, start: s.Backtest.Now(), trials: s.trials()}
	alive := passed(r.trials)
	r.total = s.cost(len(alive), len(origins)) + 2*len(held)
	for k, origin := range origins {
		if len(alive) == 0 {
			break
		}
		whole, err := r.try(ctx, origin, alive, r.deadline(len(alive), len(origins)-k, len(held)), (*Trial).search)
		if err != nil {
			return nil, err
		}
		if !whole {
			alive = r.cut(alive, k)
		}
		if !whole && k > 0 {
			break
		}
		alive = s.best(passed(alive))
	}
	s.sort(r.trials)
	return r.trials, r.holdout(ctx, held)
}

func (s Search) check() error {
	if _, err := (Score{}).Metric(s.Metric); err != nil {
		return err
	}
	if s.Metric == "pinball" {
		return daycast.Errorf(daycast.Invalid, "a search has no quantiles to score by pinball loss").WithField("metric").
			WithHint("want another of %v", metricNames)
	}
	if !(s.Keep >= 0 && s.Keep <= 1) {
		return daycast.Errorf(daycast.Invalid, "keep %g: want a share of the trials, 0 to 1", s.Keep).WithField("keep")
	}
	return nil
}

// split parts the origins into those searched and those held out, both newest
// first.
func (s Search) split() (origins, held []daycast.Day) {
	all := s.Backtest.Origins
	held = all[:min(max(s.Holdout, 0), len(all))]
	length := daycast.Day(s.Backtest.Horizon) * daycast.Day(s.Backtest.Final.Step)
	for _, o := range all[len(held):] {
		if len(held) == 0 || o+length <= held[len(held)-1] {
			origins = append(origins, o)
		}
	}
	return origins, held
}

// trials builds a model for each point, the default's first.
func (s Search) trials() []*Trial {
	trials := []*Trial{{}}
	for p := range s.Points {
		if s.Trials > 0 && len(trials) > s.Trials {
			break
		}
		trials = append(trials, &Trial{Point: p})
	}
	for _, t := range trials {
		t.model, t.Err = s.Build(t.Point)
	}
	return trials
}

func passed(trials []*Trial) []*Trial {
	return slices.DeleteFunc(slices.Clone(trials), func(t *Trial) bool { return t.Err != nil })
}

// kept is how many of n trials go on after an origin.
func (s Search) kept(n int) int {
	if s.Keep == 0 {
		return n
	}
	return int(math.Ceil(s.Keep * float64(n)))
}

// cost is how many fits n trials take over so many origins.
func (s Search) cost(n, origins int) int {
	total := 0
	for range origins {
		total += n
		n = s.kept(n)
	}
	return total
}

// best are the trials that go on, and the default.
func (s Search) best(trials []*Trial) []*Trial {
	s.sort(trials)
	n := s.kept(len(trials))
	for k, t := range trials {
		if k >= n && t.Default() {
			return append(trials[:n:n], t)
		}
	}
	return trials[:n]
}

// sort puts the best first; equals stay in their order.
func (s Search) sort(trials []*Trial) {
	slices.SortStableFunc(trials, func(a, b *Trial) int {
		switch {
		case (a.Err == nil) != (b.Err == nil):
			return first(a.Err == nil)
		case a.Origins != b.Origins:
			return first(a.Origins > b.Origins)
		case less(a.Score, b.Score, s.Metric):
			return -1
		case less(b.Score, a.Score, s.Metric):
			return 1
		}
		return 0
	})
}

// first is the comparison's answer by whether the first of two comes first.
func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// A searching is a search under way.
type searching struct {
	Search
	start       time.Time
	trials      []*Trial
	done, total int // fits
}

func (r *searching) spent() time.Duration { return r.Backtest.Now().Sub(r.start) }

// deadline is when an origin has had its share of the time: as much of what is
// left as n trials there are of the fits that are left. A first origin that
// took all of it would leave none to compare the best on.
func (r *searching) deadline(n, origins, held int) time.Duration {
	spent, budget := r.spent(), r.Backtest.Budget
	if budget == 0 {
		return math.MaxInt64
	}
	share := float64(n) / float64(r.cost(n, origins)+2*held)
	return spent + time.Duration(share*float64(max(0, budget-spent)))
}

// try forecasts from one more origin with each of the trials, of which score
// hears. It is not whole where the deadline came before the last of them; the
// first is tried whatever the time.
func (r *searching) try(
	ctx context.Context, origin daycast.Day, trials []*Trial, deadline time.Duration, score func(*Trial, *Window, []float32),
) (whole bool, err error) {
	p, err := r.Backtest.Panel(ctx, origin)
	if err != nil {
		return false, err
	}
	w := newWindow(p, r.Backtest.Final, r.Backtest.Horizon)
	for n, t := range trials {
		if n > 0 && r.spent() > deadline {
			return false, nil
		}
		a := r.Backtest.attempt(ctx, t.model, p)
		if err := ctx.Err(); err != nil {
			return false, err
		}
		t.Seconds += a.Seconds
		if t.Err = a.Err; t.Err == nil {
			score(t, w, a.Mean)
		}
		r.done++
		if r.Backtest.Progress != nil {
			r.Backtest.Progress(r.done, max(r.done, r.total), fmt.Sprintf("%s at %s", t.Point, origin))
		}
	}
	return true, nil
}

// cut ends the search at the k-th origin, for which time was too short. On the
// first, those that had their turn stay the only trials; on a later one, that
// origin counts for nobody, so that all are scored on the same.
func (r *searching) cut(alive []*Trial, k int) []*Trial {
	if k > 0 {
		for _, t := range alive {
			t.back(k)
		}
		return alive
	}
	untried := func(t *Trial) bool { return t.Err == nil && t.Origins == 0 }
	r.trials = slices.DeleteFunc(r.trials, untried)
	return slices.DeleteFunc(alive, untried)
}

// holdout scores the best and the default on the origins that were held out.
func (r *searching) holdout(ctx context.Context, held []daycast.Day) error {
	var two []*Trial
	for k, t := range r.trials {
		if t.Err == nil && (k == 0 || t.Default()) {
			two = append(two, t)
		}
	}
	for _, origin := range held {
		if _, err := r.try(ctx, origin, passed(two), math.MaxInt64, (*Trial).hold); err != nil {
			return err
		}
	}
	return nil
}

// search adds an origin that is searched.
func (t *Trial) search(w *Window, mean []float32) {
	var sum tally
	if t.Origins > 0 {
		sum = t.sums[t.Origins-1]
	}
	w.add(&sum, mean, nil, nil)
	t.sums = append(t.sums, sum)
	t.Origins, t.Score = t.Origins+1, sum.score()
}

// back undoes what search added after the first k origins.
func (t *Trial) back(k int) {
	t.sums = t.sums[:k]
	t.Origins, t.Score = k, t.sums[k-1].score()
}

// hold adds an origin that was held out.
func (t *Trial) hold(w *Window, mean []float32) {
	w.add(&t.held, mean, nil, nil)
	t.Holdout = t.held.score()
}

// Better reports whether the trial did better than another on the origins that
// were held out: by the metric itself, and by all that Choose goes by.
func (t *Trial) Better(than *Trial, metric string) bool {
	a, errA := t.Holdout.Metric(metric)
	b, errB := than.Holdout.Metric(metric)
	return errA == nil && errB == nil && a < b && less(t.Holdout, than.Holdout, metric)
}
