package reconcile

import (
	"context"

	"daycast"
)

// Spread is top-down and middle-out: it takes the forecasts of one level and
// gives each group's to what it is made of, by shares. What is above that level
// is added up.
//
//	top-down by the series' forecasts     Path {"shop"}
//	top-down by forecast proportions      Path {"shop", "category", "brand"}
//	top-down by recent shares             Path {"shop"}, Shares the means of recent weeks
//	middle-out from the categories        Path {"category"}
//
// With a longer path a group's share of the one around it is that of its own
// base forecast (Athanasopoulos, Ahmed, Hyndman 2009, IJF 25(1)), and the series'
// shares are those within the last level's groups. A series that has no group in
// a level counts with its own share in the group before, and one that has none
// in the whole path keeps its base forecast.
//
// Shares that add up to nothing, or to less, are none: the difference is then
// shared alike. Spread keeps locked series and takes them off what is to be
// shared. Locks of groups it cannot promise, and refuses those that it breaks.
type Spread struct {
	Path   []string  // levels, each within the one before it; >= 1
	Shares []float64 // by series, units; nil: each period's base forecasts
}

// Reconcile is Method's. It refuses a path with a level that is not there, or
// that is not within the one before, with code invalid.
func (s Spread) Reconcile(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error) {
	if err := o.check(h, base); err != nil {
		return Values{}, err
	}
	path, err := s.levels(h)
	if err != nil {
		return Values{}, err
	}
	out := s.start(h, base, o, path)
	for k := len(path) - 1; k >= 0; k-- {
		if err := ctx.Err(); err != nil {
			return Values{}, err
		}
		s.match(h, base, o, path[k], out)
	}
	h.Sum(out, o.Threads)
	return out, o.keepsLocks(h, base, out)
}

// levels are the path's indices.
func (s Spread) levels(h *Hierarchy) ([]int, error) {
	if len(s.Path) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no level to spread from").WithHint("%q is there always", ShopLevel)
	}
	if s.Shares != nil && len(s.Shares) != len(h.Series) {
		return nil, daycast.Errorf(daycast.Invalid, "%d shares for %d series", len(s.Shares), len(h.Series))
	}
	var path []int
	for k, name := range s.Path {
		l := h.levelNamed(name)
		if l < 0 {
			return nil, daycast.Errorf(daycast.Invalid, "no level %q to spread from", name)
		}
		path = append(path, l)
		if k > 0 && !h.within(l, path[k-1]) {
			return nil, daycast.Errorf(daycast.Invalid, "level %q is not within %q: one of its groups lies in several", name, s.Path[k-1])
		}
	}
	return path, nil
}

// within is whether each group of a level lies in one group of the other.
func (h *Hierarchy) within(level, other int) bool {
	around := map[int32]int32{}
	for c := range h.cellCount() {
		groups := h.groupsOf(c)
		if groups[level] < 0 {
			continue
		}
		u, ok := around[groups[level]]
		if ok && u != groups[other] {
			return false
		}
		around[groups[level]] = groups[other]
	}
	return true
}

// start gives the series their shares.
func (s Spread) start(h *Hierarchy, base Values, o Options, path []int) Values {
	out := NewValues(h, base.Horizon)
	h.eachCell(o.Threads, func(c int) {
		shared := false
		for _, l := range path {
			shared = shared || h.groupsOf(c)[l] >= 0
		}
		for _, i := range h.seriesOf(c) {
			own := out.BottomOf(int(i))
			copy(own, base.BottomOf(int(i)))
			for t := range own {
				if s.Shares != nil && shared && !o.Locks.bottom(int(i)*base.Horizon+t) {
					own[t] = float32(s.Shares[i])
				}
				if o.NonNegative {
					own[t] = max(0, own[t])
				}
			}
		}
	})
	return out
}

// match moves the free series of each group of a level so that the group is its
// base forecast. Going from the finest level to the coarsest leaves the shares
// within the finer groups as they were.
func (s Spread) match(h *Hierarchy, base Values, o Options, level int, out Values) {
	H := base.Horizon
	const parts = 3 // of a cell's and column's: free units, locked units, free series
	cells := h.sumCells(parts*H, o.Threads, func(i int, sum []float64) {
		for t, y := range out.BottomOf(i) {
			if o.Locks.bottom(i*H + t) {
				sum[parts*t+1] += float64(y)
				continue
			}
			sum[parts*t] += float64(y)
			sum[parts*t+2]++
		}
	})
	sums := make([]float64, h.uppers*parts*H)
	h.sumLevel(level, cells, parts*H, sums)
	h.eachCell(o.Threads, func(c int) {
		u := int(h.groupsOf(c)[level])
		if u < 0 {
			return
		}
		for _, i := range h.seriesOf(c) {
			own := out.BottomOf(int(i))
			for t := range own {
				if o.Locks.bottom(int(i)*H + t) {
					continue
				}
				target := base.Upper[u*H+t] - sums[(u*H+t)*parts+1]
				if o.NonNegative {
					target = max(0, target)
				}
				own[t] = float32(scaled(float64(own[t]), target, sums[(u*H+t)*parts], sums[(u*H+t)*parts+2]))
			}
		}
	})
}

// scaled is one of n parts that add up to sum, moved so that they add up to target.
func scaled(part, target, sum, n float64) float64 {
	if sum > 0 && target >= 0 {
		return part * target / sum
	}
	return part + (target-sum)/n
}
