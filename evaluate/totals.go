package evaluate

import (
	"maps"
	"math"
	"slices"

	"daycast"
)

// mostGroups is how many groups a level may have whose totals are looked at:
// with more they are hardly better known than the series.
const mostGroups = 300

func fewGroups(levels []daycast.Level) []daycast.Level {
	return slices.DeleteFunc(slices.Clone(levels), func(l daycast.Level) bool { return len(l.Names) > mostGroups })
}

// totalsError is how far forecasts are from the totals by day of the shop and
// of each level's groups:
//
//	mean over levels of  sum |Y - F| / sum |Y|     Y, F: a group's units on a day
//
// over what is scored of the series on sale. It is 0 where nothing sold.
func totalsError(windows []*Window, forecast func(*Window) []float32) float64 {
	errors, sold := map[string]float64{}, map[string]float64{}
	for _, w := range windows {
		mean := forecast(w)
		w.addTotals("", make([]int32, len(w.Series)), 1, mean, errors, sold)
		for _, l := range w.levels {
			w.addTotals(l.Name, l.Of, len(l.Names), mean, errors, sold)
		}
	}
	sum, n := 0.0, 0.0
	for _, level := range slices.Sorted(maps.Keys(errors)) {
		if sold[level] > 0 {
			sum += errors[level] / sold[level]
			n++
		}
	}
	return sum / math.Max(1, n)
}

// addTotals adds the errors and the units of a level's groups, of which series
// i is in of[i].
func (w *Window) addTotals(level string, of []int32, groups int, mean []float32, errors, sold map[string]float64) {
	difference, units := make([]float64, groups*w.Horizon), make([]float64, groups*w.Horizon)
	for i, g := range of {
		if g < 0 || !w.OnSale[i] {
			continue
		}
		for h := range w.Horizon {
			if y := float64(w.Actual[i*w.Horizon+h]); y == y {
				difference[int(g)*w.Horizon+h] += float64(mean[i*w.Horizon+h]) - y
				units[int(g)*w.Horizon+h] += y
			}
		}
	}
	for k, d := range difference {
		errors[level] += math.Abs(d)
		sold[level] += math.Abs(units[k])
	}
}
