package reconcile

import (
	"context"
	"slices"

	"daycast"
)

// Learning is how strengths and levels are chosen on past windows.
type Learning struct {
	// Loss of a window's reconciled forecasts, >= 0, less is better; nil is LevelRMSE.
	Loss func(w Window, got Values) float64
	// Margin is by how much of the loss a choice has to pay, >= 0; 0 is a
	// thousandth, a choice: less is noise even in the mean over many windows.
	Margin      float64
	NonNegative bool
	Threads     int // >= 1
}

const margin = .001

// strengths that are tried. Finer ones differ by less than windows do.
var strengths = []float64{0, .25, .5, .75, 1}

// Align chooses the strength of each level by the mean over windows of the loss
// over that of the series' own forecasts, added up. Levels take turns, from that
// with the fewest groups on, until none gains by another strength. One that does
// not help by the margin in the mean, and in more than half of the windows at all,
// is not taken, and 0 is what a level begins with. gain is the share of the loss that the
// choice takes away, on the same windows that it was made on.
//
// Windows have to be older than what is then forecast or scored.
func (l Learning) Align(ctx context.Context, windows []Window) (a Align, gain float64, err error) {
	score, names, err := l.scorer(ctx, windows)
	if err != nil {
		return Align{}, 0, err
	}
	align := func(a Align) ([]float64, error) {
		return score(func(int) (Method, error) { return a, nil })
	}
	a = Align{Strength: map[string]float64{}}
	best := slices.Repeat([]float64{1}, len(windows))
	for changed, turn := true, 0; changed && turn < 4; turn++ {
		changed = false
		for _, name := range names {
			held, from := a.Strength[name], best
			for _, s := range strengths {
				if s == held {
					continue
				}
				before := a.Strength[name]
				a.Strength[name] = s
				losses, err := align(a)
				if err != nil {
					return Align{}, 0, err
				}
				if mean(losses) < mean(best) && l.pays(from, losses) {
					best, changed = losses, true
					continue
				}
				a.Strength[name] = before
			}
		}
	}
	for name, s := range a.Strength {
		if s == 0 {
			delete(a.Strength, name)
		}
	}
	return a, 1 - mean(best), nil
}

// Levels chooses the levels that MinT listens to, for Hierarchy.Using. It begins
// with all and leaves out, one at a time, the one without which the loss is
// least, as long as that costs less than the margin. build makes MinT for the
// windows[k], from errors of other windows where it needs some. gain is against
// the series' own forecasts, as in Align; no level left is bottom-up.
func (l Learning) Levels(ctx context.Context, windows []Window, build func(k int) (MinT, error)) (levels []string, gain float64, err error) {
	score, levels, err := l.scorer(ctx, windows)
	if err != nil {
		return nil, 0, err
	}
	built := make([]MinT, len(windows))
	for k := range windows {
		if built[k], err = build(k); err != nil {
			return nil, 0, err
		}
	}
	using := func(levels []string) (float64, error) {
		losses, err := score(func(k int) (Method, error) {
			m := built[k]
			m.Use = windows[k].Hierarchy.Using(levels...)
			return m, nil
		})
		return mean(losses), err
	}
	best, err := using(levels)
	if err != nil {
		return nil, 0, err
	}
	for len(levels) > 0 {
		least, without := 0.0, -1
		for k := range levels {
			loss, err := using(slices.Delete(slices.Clone(levels), k, k+1))
			if err != nil {
				return nil, 0, err
			}
			if without < 0 || loss < least {
				least, without = loss, k
			}
		}
		if least >= best+l.margin() {
			break
		}
		levels, best = slices.Delete(levels, without, without+1), least
	}
	return levels, 1 - best, nil
}

// Using is whether each upper node is of one of the levels, for MinT.Use.
func (h *Hierarchy) Using(levels ...string) []bool {
	use := make([]bool, h.uppers)
	for u, l := range h.level {
		use[u] = slices.Contains(levels, h.Levels[l].Name)
	}
	return use
}

func (l Learning) margin() float64 {
	if l.Margin > 0 {
		return l.Margin
	}
	return margin
}

// pays is whether losses are better than others by the margin in the mean, and in
// more than half of the windows.
func (l Learning) pays(others, losses []float64) bool {
	better := 0
	for k, loss := range losses {
		if loss < others[k] {
			better++
		}
	}
	return mean(losses) < mean(others)-l.margin() && 2*better > len(losses)
}

// mean is that of the windows' losses; NaN without any.
func mean(losses []float64) float64 {
	var sum float64
	for _, l := range losses {
		sum += l
	}
	return sum / float64(len(losses))
}

// scorer is, by window, a method's loss over bottom-up's, and the
// names of the windows' levels, those with few groups first.
func (l Learning) scorer(ctx context.Context, windows []Window) (func(func(k int) (Method, error)) ([]float64, error), []string, error) {
	if len(windows) == 0 {
		return nil, nil, daycast.Errorf(daycast.Invalid, "no past windows to choose on")
	}
	loss := l.Loss
	if loss == nil {
		loss = LevelRMSE
	}
	o := Options{NonNegative: l.NonNegative, Threads: l.Threads}
	plain := make([]float64, len(windows))
	groups, names := map[string]int{}, []string(nil)
	for k, w := range windows {
		if err := w.check(); err != nil {
			return nil, nil, err
		}
		got, err := BottomUp{}.Reconcile(ctx, w.Hierarchy, w.Base, o)
		if err != nil {
			return nil, nil, err
		}
		plain[k] = loss(w, got)
		for _, level := range w.Hierarchy.Levels {
			if _, ok := groups[level.Name]; !ok {
				names = append(names, level.Name)
			}
			groups[level.Name] = max(groups[level.Name], len(level.Names))
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return groups[a] - groups[b] })
	return func(method func(k int) (Method, error)) ([]float64, error) {
		losses := make([]float64, len(windows))
		for k, w := range windows {
			m, err := method(k)
			if err != nil {
				return nil, err
			}
			got, err := m.Reconcile(ctx, w.Hierarchy, w.Base, o)
			if err != nil {
				return nil, err
			}
			switch lost := loss(w, got); {
			case plain[k] > 0:
				losses[k] = lost / plain[k]
			case lost > 0: // series that were right have nothing to gain
				losses[k] = 2
			default:
				losses[k] = 1
			}
		}
		return losses, nil
	}, names, nil
}
