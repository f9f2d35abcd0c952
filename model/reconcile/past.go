package reconcile

import (
	"math"

	"daycast"
)

// A Window is a past origin: what was forecast from it, and what came. Its
// hierarchy is that of its own day.
type Window struct {
	Hierarchy *Hierarchy
	Base      Values // base forecasts of all nodes
	Actual    Values // NaN where it is not known what came
}

// check refuses a window whose parts do not fit.
func (w Window) check() error {
	if err := w.Base.check(w.Hierarchy); err != nil {
		return err
	}
	if err := w.Actual.check(w.Hierarchy); err != nil {
		return err
	}
	if w.Base.Horizon != w.Actual.Horizon {
		return daycast.Errorf(daycast.Invalid, "forecasts of %d columns, and %d of what came", w.Base.Horizon, w.Actual.Horizon)
	}
	return nil
}

// ErrorsAt lays the errors of past windows over the nodes of h: series by item
// and place, groups by the names of level and group. Each column of a window is
// one of errors, actual less forecast; NaN where it is not known, or where the
// node was not there. What a series erred stays its own when it changes its
// group; what a group erred stays the group's.
func ErrorsAt(h *Hierarchy, windows []Window) (Values, error) {
	columns := 0
	for _, w := range windows {
		if err := w.check(); err != nil {
			return Values{}, err
		}
		columns += w.Base.Horizon
	}
	if columns == 0 {
		return Values{}, daycast.Errorf(daycast.Invalid, "no past windows, so no errors")
	}
	out := NewValues(h, columns)
	for k := range out.Upper {
		out.Upper[k] = math.NaN()
	}
	for k := range out.Bottom {
		out.Bottom[k] = float32(math.NaN())
	}
	from := 0
	for _, w := range windows {
		uppers, series := w.Hierarchy.upperNames(), w.Hierarchy.seriesIndex()
		for u, name := range h.upperNames().names {
			if v, ok := uppers.of[name]; ok {
				subtract(out.UpperOf(u)[from:], w.Actual.UpperOf(v), w.Base.UpperOf(v))
			}
		}
		for i, s := range h.Series {
			if j, ok := series[s]; ok {
				subtract(out.BottomOf(i)[from:], w.Actual.BottomOf(j), w.Base.BottomOf(j))
			}
		}
		from += w.Base.Horizon
	}
	return out, nil
}

func subtract[F float32 | float64](out, actual, forecast []F) {
	for t, y := range actual {
		out[t] = y - forecast[t]
	}
}

type upperName struct{ level, group string }

// upperNames are the names of the upper nodes, and which node has one.
func (h *Hierarchy) upperNames() (out struct {
	names []upperName
	of    map[upperName]int
}) {
	out.of = map[upperName]int{}
	for _, l := range h.Levels {
		for g, name := range l.Names {
			n := upperName{l.Name, name}
			out.names = append(out.names, n)
			out.of[n] = l.First + g
		}
	}
	return out
}

func (h *Hierarchy) seriesIndex() map[daycast.Series]int {
	out := make(map[daycast.Series]int, len(h.Series))
	for i, s := range h.Series {
		out[s] = i
	}
	return out
}

// LevelRMSE is the loss that strengths and levels are chosen by where no other is
// named: by level, that of the series too, the root of the squared errors over
// the squared actual units, and the mean of those. It is optimal for the mean.
func LevelRMSE(w Window, got Values) float64 {
	var sum float64
	n := 0
	add := func(squared, actual float64) {
		if actual > 0 {
			sum += math.Sqrt(squared / actual)
			n++
		}
	}
	H := got.Horizon
	for _, l := range w.Hierarchy.Levels {
		from, to := l.First*H, (l.First+len(l.Names))*H
		add(squares(w.Actual.Upper[from:to], got.Upper[from:to]))
	}
	add(squares(w.Actual.Bottom, got.Bottom))
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// squares are the sums of squared errors and of squared actual values.
func squares[F float32 | float64](actual, forecast []F) (errors, total float64) {
	for k, y := range actual {
		if !math.IsNaN(float64(y)) {
			e := float64(y) - float64(forecast[k])
			errors += e * e
			total += float64(y) * float64(y)
		}
	}
	return errors, total
}
