package reconcile

import (
	"context"
	"math"

	"daycast"
)

// Align scales series so that their groups come nearer to the groups' own
// forecasts, as far as each level's strength says. With f[g] a factor for each
// group, and a series' factor the product of those of its groups,
//
//	log f[g] = strength * (log f[g] + log target[g] - log sum of g's scaled series)
//
// for all groups at once. One level of strength 1 is top-down by the series'
// forecasts; several of strength 1 are iterative proportional fitting (Deming and
// Stephan 1940, Ann. Math. Stat. 11(4)), which ends with the last level met where
// they contradict each other; strength s of one level alone goes the way s of the
// logarithm; levels that say the same share it, as in a ridge regression on the
// logarithms. It is solved in turns, level by level.
//
// A group moves by a factor of 20 at most, a choice: beyond, one of the two
// forecasts is no forecast. One whose series add up to nothing, or to less, stays.
// Locked groups are met in full as far as scaling can.
type Align struct {
	Strength map[string]float64 // by level, in [0, 1]; 0 where it has none
}

var farthest = math.Log(20)

// Rounds end when no factor moves by more than so much, or after so many: levels
// of strength 1 that contradict each other never settle. On M5's nine levels up to
// 14 rounds were needed at a quarter, 37 at a half, 103 at three quarters.
const (
	settled = 1e-7
	rounds  = 300
	locking = 2000 // with locked groups, which have to be met
)

// Reconcile is Method's. It refuses a strength outside [0, 1].
func (a Align) Reconcile(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error) {
	out, err := a.begin(ctx, h, base, o)
	if err != nil {
		return Values{}, err
	}
	factors, _, err := a.factors(ctx, h, base, out, o)
	if err != nil {
		return Values{}, err
	}
	H := base.Horizon
	h.eachCell(o.Threads, func(c int) {
		for _, i := range h.seriesOf(c) {
			own := out.BottomOf(int(i))
			for t := range own {
				if !o.Locks.bottom(int(i)*H + t) {
					own[t] = float32(float64(own[t]) * factors[t][c])
				}
			}
		}
	})
	h.Sum(out, o.Threads)
	return out, o.keepsLocks(h, base, out)
}

// Factors are the f[g] by which Reconcile scales, upper x Horizon: of base
// forecasts that are not at hand, such as those of one series, the product of its
// groups' gives what Reconcile would. What it refuses is refused.
func (a Align) Factors(ctx context.Context, h *Hierarchy, base Values, o Options) ([]float64, error) {
	bottom, err := a.begin(ctx, h, base, o)
	if err != nil {
		return nil, err
	}
	_, groups, err := a.factors(ctx, h, base, bottom, o)
	if err != nil {
		return nil, err
	}
	H := base.Horizon
	out := make([]float64, h.uppers*H)
	for t, logs := range groups {
		for u, l := range logs {
			out[u*H+t] = math.Exp(l)
		}
	}
	return out, nil
}

// begin is the sums of the series' own forecasts, once all is checked.
func (a Align) begin(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error) {
	if err := o.check(h, base); err != nil {
		return Values{}, err
	}
	for name, s := range a.Strength {
		if !(s >= 0 && s <= 1) {
			return Values{}, daycast.Errorf(daycast.Invalid, "level %q has strength %g, want 0 to 1", name, s)
		}
	}
	return BottomUp{}.Reconcile(ctx, h, base, Options{NonNegative: o.NonNegative, Threads: o.Threads})
}

// factors are, by column, those of the cells, and the logarithms of the groups'.
func (a Align) factors(ctx context.Context, h *Hierarchy, base, bottom Values, o Options) (cells, groups [][]float64, err error) {
	H := base.Horizon
	sums := h.sumCells(2*H, o.Threads, func(i int, sum []float64) { // free and locked units
		for t, y := range bottom.BottomOf(i) {
			if o.Locks.bottom(i*H + t) {
				sum[2*t+1] += float64(y)
			} else {
				sum[2*t] += float64(y)
			}
		}
	})
	cells, groups = make([][]float64, H), make([][]float64, H)
	parallel(o.Threads, H, func(lo, hi int) {
		for t := lo; t < hi && ctx.Err() == nil; t++ {
			cells[t], groups[t] = a.column(h, base, o, sums, t).fit(h)
		}
	})
	return cells, groups, ctx.Err()
}

// alignment is one column's work.
type alignment struct {
	levels   []int // those with something to say
	rounds   int
	strength []float64 // by upper node
	locked   []bool
	target   []float64 // of the free series
	free     []float64 // by cell, scaled by factor
	factor   []float64
}

func (a Align) column(h *Hierarchy, base Values, o Options, sums []float64, t int) *alignment {
	H := base.Horizon
	c := &alignment{
		rounds: rounds, strength: make([]float64, h.uppers), locked: make([]bool, h.uppers),
		target: make([]float64, h.uppers), free: make([]float64, h.cellCount()), factor: make([]float64, h.cellCount()),
	}
	for l, level := range h.Levels {
		says := false
		for u := level.First; u < level.First+len(level.Names); u++ {
			c.strength[u], c.target[u] = a.Strength[level.Name], base.Upper[u*H+t]
			if o.Locks.upper(u*H + t) {
				c.strength[u], c.locked[u], c.rounds = 1, true, locking
			}
			says = says || c.strength[u] > 0
		}
		if says {
			c.levels = append(c.levels, l)
		}
	}
	for k := range c.free {
		c.free[k], c.factor[k] = sums[(k*H+t)*2], 1
		for _, u := range h.groupsOf(k) {
			if u >= 0 {
				c.target[u] -= sums[(k*H+t)*2+1]
			}
		}
	}
	return c
}

// fit goes through the levels in turns until nothing moves, and is the cells'
// factors and the logarithms of the groups'.
func (c *alignment) fit(h *Hierarchy) (cells, log []float64) {
	sum, by := make([]float64, h.uppers), make([]float64, h.uppers)
	log = make([]float64, h.uppers)
	for range c.rounds {
		moved := 0.0
		for _, l := range c.levels {
			level := h.Levels[l]
			first, last := level.First, level.First+len(level.Names)
			clear(sum[first:last])
			for k, y := range c.free {
				if u := h.groupsOf(k)[l]; u >= 0 {
					sum[u] += y
				}
			}
			for u := first; u < last; u++ {
				next := c.next(u, log[u], sum[u])
				moved = max(moved, abs(next-log[u]))
				by[u] = math.Exp(next - log[u])
				log[u] = next
			}
			for k := range c.free {
				if u := h.groupsOf(k)[l]; u >= 0 {
					c.free[k] *= by[u]
					c.factor[k] *= by[u]
				}
			}
		}
		if moved < settled {
			break
		}
	}
	return c.factor, log
}

// next is the new logarithm of a group's factor.
func (c *alignment) next(u int, log, sum float64) float64 {
	if c.strength[u] == 0 || sum <= 0 {
		return log
	}
	if c.locked[u] {
		// Down to as good as nothing, where nothing is what it is to be.
		return max(-50, log+math.Log(max(0, c.target[u])/sum))
	}
	to := -farthest
	if c.target[u] > 0 {
		to = min(farthest, max(-farthest, log+math.Log(c.target[u]/sum)))
	}
	return c.strength[u] * to
}
