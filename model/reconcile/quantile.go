package reconcile

import (
	"slices"

	"daycast"
)

// mostScale is by how much a distribution is scaled up, a choice: a series that
// sells once in a hundred days and is lifted to once in two has no hundredfold
// sale. What is left of the way is a shift.
const mostScale = 4

// carry is what takes a distribution from one mean to another: y*scale + shift.
// Both keep quantiles in order, and those that are not negative so.
func carry(from, to float64) (scale, shift float64) {
	if from <= 0 || to < 0 {
		return 1, to - from
	}
	scale = min(mostScale, to/from)
	return scale, to - scale*from
}

// Rescale gives forecasts the means that reconciliation found, series x Horizon,
// and moves their quantiles along: they are scaled as the mean is, up to four
// times, and shifted where that does not reach or the mean was not above zero.
// Quantiles keep their order, and where nonNegative is set none is below zero.
//
// Quantiles of series do not add up to those of their group: for these, see Paths.
func Rescale(f *daycast.Forecasts, mean []float32, nonNegative bool) error {
	if len(mean) != len(f.Mean) {
		return daycast.Errorf(daycast.Invalid, "%d means for the forecasts of %d", len(mean), len(f.Mean))
	}
	k := len(f.Levels)
	for c, to := range mean {
		scale, shift := carry(float64(f.Mean[c]), float64(to))
		for q, y := range f.Quantiles[c*k : (c+1)*k] {
			f.Quantiles[c*k+q] = carried(y, scale, shift, nonNegative)
		}
		f.Mean[c] = to
	}
	return nil
}

func carried(y float32, scale, shift float64, nonNegative bool) float32 {
	moved := float32(float64(y)*scale + shift)
	if nonNegative {
		moved = max(0, moved)
	}
	return moved
}

// Paths moves sample paths of the series from their base means to the reconciled
// ones, as Rescale moves quantiles, and adds them up: each path agrees, so that
// quantiles of sums, of groups as of weeks, are those of sums. samples has the
// columns of whole paths, the periods of the first before those of the second;
// base and reconciled have a column for each period. samples is not changed.
//
// Where there are base paths of groups too, which are not to be lost, a Method
// takes all paths at once as columns: that reconciles each of them (Panagiotelis,
// Gamakumara, Athanasopoulos, Hyndman 2023, EJOR 306(2)).
func Paths(h *Hierarchy, samples, base, reconciled Values, o Options) (Values, error) {
	H := base.Horizon
	for _, v := range []Values{samples, base, reconciled} {
		if err := v.check(h); err != nil {
			return Values{}, err
		}
	}
	if reconciled.Horizon != H || samples.Horizon%H != 0 {
		return Values{}, daycast.Errorf(daycast.Invalid, "paths of %d columns, means of %d and %d: want whole paths of one horizon", samples.Horizon, H, reconciled.Horizon)
	}
	out := NewValues(h, samples.Horizon)
	parallel(o.Threads, len(h.Series), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for t := range H {
				scale, shift := carry(float64(base.BottomOf(i)[t]), float64(reconciled.BottomOf(i)[t]))
				for k := t; k < samples.Horizon; k += H {
					out.BottomOf(i)[k] = carried(samples.BottomOf(i)[k], scale, shift, o.NonNegative)
				}
			}
		}
	})
	h.Sum(out, o.Threads)
	return out, nil
}

// Quantiles are those of paths: node x period x level, ascending along the
// levels as in daycast.Forecasts. Between two paths they are interpolated
// (definition 7 of Hyndman and Fan 1996). levels are in [0, 1], ascending.
func Quantiles(paths Values, horizon int, levels []float64, threads int) (upper []float64, bottom []float32, err error) {
	if horizon < 1 || paths.Horizon%horizon != 0 || !slices.IsSorted(levels) || len(levels) > 0 && (levels[0] < 0 || levels[len(levels)-1] > 1) {
		return nil, nil, daycast.Errorf(daycast.Invalid, "paths of %d columns over %d periods and levels %v: want whole paths, and levels that ascend from 0 to 1", paths.Horizon, horizon, levels)
	}
	return quantiles(paths.Upper, paths.Horizon, horizon, levels, threads), quantiles(paths.Bottom, paths.Horizon, horizon, levels, threads), nil
}

func quantiles[F float32 | float64](values []F, columns, horizon int, levels []float64, threads int) []F {
	nodes, k := len(values)/columns, len(levels)
	out := make([]F, nodes*horizon*k)
	parallel(threads, nodes, func(lo, hi int) {
		sorted := make([]F, columns/horizon)
		for node := lo; node < hi; node++ {
			own := values[node*columns : (node+1)*columns]
			for t := range horizon {
				for s := range sorted {
					sorted[s] = own[s*horizon+t]
				}
				slices.Sort(sorted)
				for q, level := range levels {
					at := level * float64(len(sorted)-1)
					below := int(at)
					above := min(below+1, len(sorted)-1)
					out[(node*horizon+t)*k+q] = sorted[below] + F(at-float64(below))*(sorted[above]-sorted[below])
				}
			}
		}
	})
	return out
}
