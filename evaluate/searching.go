package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"daycast"
)

// A searching is a search under way.
type searching struct {
	Search
	start       time.Time
	found       Searched
	open        map[daycast.Day]opened
	done, total int           // fits
	took        time.Duration // of those that did not fail
	fits        int           // how many those are
}

// opened is an origin's panel, and what came after it.
type opened struct {
	panel  *daycast.Panel
	window *Window
}

// openCells is how many series-periods of panels stay in memory from trial to
// trial, beside the newest: they have 9 to 13 bytes each.
const openCells = 30_000_000

func (r *searching) spent() time.Duration { return r.Backtest.Now().Sub(r.start) }

// late reports whether so many fits more would end after the time.
func (r *searching) late(fits int, end time.Duration) bool {
	if r.Backtest.Budget == 0 || r.fits == 0 {
		return false
	}
	return r.spent()+time.Duration(fits)*(r.took/time.Duration(r.fits)) > end
}

// originByOrigin tries all points on an origin, the best of them on the next
// one, and so on.
func (r *searching) originByOrigin(ctx context.Context, origins []daycast.Day, held int) error {
	r.found.Trials = []*Trial{{}}
	for p := range r.Points {
		if r.Trials > 0 && len(r.found.Trials) > r.Trials {
			break
		}
		r.found.Trials = append(r.found.Trials, &Trial{Number: len(r.found.Trials), Point: p})
	}
	for _, t := range r.found.Trials {
		t.model, t.Err = r.Build(t.Point)
	}
	alive := passed(r.found.Trials)
	r.total = r.cost(len(alive), len(origins)) + 2*held
	for k, origin := range origins {
		if len(alive) == 0 {
			break
		}
		clear(r.open)
		whole, err := r.try(ctx, origin, alive, r.deadline(len(alive), len(origins)-k, held), (*Trial).search)
		if err != nil {
			return err
		}
		if !whole {
			alive = r.cut(alive, k)
		}
		if !whole && k > 0 {
			break
		}
		alive = r.best(passed(alive))
	}
	clear(r.open)
	return nil
}

// oneByOne tries the default, then each point that Next asks for, on all
// origins.
func (r *searching) oneByOne(ctx context.Context, origins []daycast.Day, held int) error {
	r.total = (r.Trials+1)*len(origins) + 2*held
	var past []Point
	for n := range r.Trials + 1 {
		t := &Trial{Number: n}
		if n > 0 {
			p, ok := r.Next(past, r.losses())
			if !ok {
				break
			}
			if r.late(r.unknown(p, origins)+2*held, r.Backtest.Budget) {
				r.found.Untried = r.Trials + 1 - n
				break
			}
			past, t.Point = append(past, p), p
		}
		t.model, t.Err = r.Build(t.Point)
		r.found.Trials = append(r.found.Trials, t)
		for _, origin := range origins {
			if t.Err != nil {
				break
			}
			if _, err := r.try(ctx, origin, []*Trial{t}, math.MaxInt64, (*Trial).search); err != nil {
				return err
			}
		}
	}
	return nil
}

// losses are those of the trials but the default, in their order: their places
// in the search's own order, which knows more than the metric; not a number for
// those that failed.
func (r *searching) losses() []float64 {
	order := slices.Clone(r.found.Trials)
	r.sort(order)
	loss := make([]float64, len(order))
	for k, t := range order {
		loss[t.Number] = float64(k)
		if t.Err != nil {
			loss[t.Number] = math.NaN()
		}
	}
	return loss[1:]
}

// unknown is on how many of the origins the log does not know the point.
func (r *searching) unknown(p Point, origins []daycast.Day) (n int) {
	for _, o := range origins {
		if _, known := r.Log.find(p, o); !known {
			n++
		}
	}
	return n
}

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
// hears. It is not whole where the deadline would come before the last of them
// is done; the search's first is tried whatever the time.
func (r *searching) try(
	ctx context.Context, origin daycast.Day, trials []*Trial, deadline time.Duration, score func(*Trial, tally),
) (whole bool, err error) {
	for _, t := range trials {
		o, known := r.Log.find(t.Point, origin)
		if !known {
			if r.late(1, deadline) {
				return false, nil
			}
			if o, err = r.fit(ctx, t, origin); err != nil {
				return false, err
			}
		}
		t.Seconds += o.seconds
		if t.Err == nil {
			r.fits++
			score(t, o.sums)
		}
		if known {
			r.took += time.Duration(o.seconds * float64(time.Second))
		}
		r.done++
		if r.Backtest.Progress != nil {
			r.Backtest.Progress(r.done, max(r.done, r.total), fmt.Sprintf("%s at %s", t.Point, origin))
		}
	}
	return true, nil
}

// fit is a trial's outcome at an origin, which the log has from then on. A trial
// that fails has its error.
func (r *searching) fit(ctx context.Context, t *Trial, origin daycast.Day) (outcome, error) {
	began := r.spent()
	at, err := r.at(ctx, origin)
	if err != nil {
		return outcome{}, err
	}
	a := r.Backtest.attempt(ctx, t.model, at.panel, false)
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	o := outcome{seconds: a.Seconds}
	if t.Err = a.Err; t.Err != nil {
		return o, nil
	}
	at.window.add(&o.sums, a.Mean, nil, nil)
	r.took += r.spent() - began
	return o, r.Log.keep(t.Point, origin, o)
}

// at opens an origin, and leaves it open where there is room.
func (r *searching) at(ctx context.Context, origin daycast.Day) (opened, error) {
	if o, ok := r.open[origin]; ok {
		return o, nil
	}
	p, err := r.Backtest.Panel(ctx, origin)
	if err != nil {
		return opened{}, err
	}
	o := opened{p, newWindow(p, r.Backtest.Final, r.Backtest.Horizon, r.Backtest.Gap)}
	cells := 0
	for _, other := range r.open {
		cells += len(other.panel.Units)
	}
	if cells+len(p.Units) > openCells {
		clear(r.open)
	}
	r.open[origin] = o
	return o, nil
}

// cut ends the search at the k-th origin, for which time was too short. On the
// first, those that had their turn stay the only trials; on a later one, that
// origin counts for nobody, so that all are scored on the same.
func (r *searching) cut(alive []*Trial, k int) []*Trial {
	if k > 0 {
		r.found.Cut = true
		for _, t := range alive {
			t.back(k)
		}
		return alive
	}
	untried := func(t *Trial) bool { return t.Err == nil && t.Origins == 0 }
	before := len(r.found.Trials)
	r.found.Trials = slices.DeleteFunc(r.found.Trials, untried)
	r.found.Untried = before - len(r.found.Trials)
	return slices.DeleteFunc(alive, untried)
}

// holdout scores the best and the default on the origins that were held out.
func (r *searching) holdout(ctx context.Context, held []daycast.Day) error {
	var two []*Trial
	for k, t := range r.found.Trials {
		if t.Err == nil && (k == 0 || t.Default()) {
			two = append(two, t)
		}
	}
	for _, origin := range held {
		clear(r.open)
		if _, err := r.try(ctx, origin, passed(two), math.MaxInt64, (*Trial).hold); err != nil {
			return err
		}
	}
	return nil
}
