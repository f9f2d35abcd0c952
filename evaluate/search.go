package evaluate

import (
	"context"
	"iter"
	"math"
	"slices"

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
// on the points, the seed and the data, not on threads, nor on what a log has of
// it; with a budget of time also on how fast the machine is. What the budget has
// no time for, by the mean of the fits so far, is not begun.
type Search struct {
	Backtest Backtest // Models is not read, Budget is for the search as a whole
	Build    func(Point) (model.Model, error)
	Points   iter.Seq[Point] // Grid or Random; not read where there is Next
	// Next is the point to try after those of the past, with their losses, such
	// as TPE.Next; false: there is none. Each trial then goes over all origins
	// before the next one begins, and all go on.
	Next    func(past []Point, loss []float64) (Point, bool)
	Metric  string    // any but pinball: trials have no quantiles
	Trials  int       // at most so many points; 0: all, which Next has no end of
	Holdout int       // newest origins that are kept out, >= 0
	Log     *TrialLog // has what was tried before, and hears of each trial; nil: none
	// Keep is the share of trials that go on after each origin, the best so
	// far, in (0, 1]; 0: all do. The default always goes on. One half is
	// successive halving: Jamieson and Talwalkar (2016), "Non-stochastic best
	// arm identification and hyperparameter optimization", AISTATS. There the
	// resource is time of training; here it is origins, each of which is a
	// sample of its own: what is best on all is often given up on the first.
	Keep float64
}

// A Searched is what came of a search.
type Searched struct {
	// Trials are the best first: those that went further before those that were
	// given up, and those that failed last, with their errors.
	Trials  []*Trial
	Untried int  // points that there was no time to begin
	Cut     bool // there was no time to search all origins
}

// Run fails with code invalid where there is no origin to search on.
func (s Search) Run(ctx context.Context) (*Searched, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	origins, held := s.split()
	if len(origins) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the history is too short: no past origin is left to search on after %d are held out", len(held)).
			WithHint("hold out fewer origins, or shorten the horizon")
	}
	r := &searching{Search: s, start: s.Backtest.Now(), open: map[daycast.Day]opened{}}
	search := r.originByOrigin
	if s.Next != nil {
		search = r.oneByOne
	}
	if err := search(ctx, origins, len(held)); err != nil {
		return nil, err
	}
	s.sort(r.found.Trials)
	return &r.found, r.holdout(ctx, held)
}

func (s Search) check() error {
	if _, err := (Score{}).Metric(s.Metric); err != nil {
		return err
	}
	if s.Metric == "pinball" {
		return daycast.Errorf(daycast.Invalid, "a search has no quantiles to score by pinball loss").WithField("metric").
			WithHint("want another of %v", metricNames)
	}
	if s.Next != nil && s.Trials < 1 {
		return daycast.Errorf(daycast.Invalid, "%d trials: want at least 1", s.Trials).WithField("trials")
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
		}
		return byMetric(a.Score, b.Score, s.Metric)
	})
}

// first is the comparison's answer by whether the first of two comes first.
func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}
