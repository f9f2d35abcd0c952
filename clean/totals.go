package clean

import (
	"math"

	"daycast"
)

// totals sums the shop by each of its levels and period: the mean training
// units of the listed series that gave evidence.
func totals(p *daycast.Panel) *daycast.Totals {
	t := &daycast.Totals{First: p.Origin, Step: p.Step, Levels: []string{"shop"}}
	for _, s := range p.Start {
		t.First = min(t.First, s)
	}
	n := int(p.Origin-t.First)/int(p.Step) + 1
	whole := daycast.Level{Name: "shop", Names: []string{"shop"}, Of: make([]int32, len(p.Series))}
	add := func(l daycast.Level) {
		means, counts := levelMeans(p, l, t.First, n, p.TrainOf, evident)
		prices, _ := levelMeans(p, l, t.First, n, p.PriceOf, priced)
		t.Mean, t.Count, t.Price = append(t.Mean, means), append(t.Count, counts), append(t.Price, prices)
	}
	add(whole)
	for _, l := range p.Levels {
		t.Levels = append(t.Levels, l.Name)
		add(l)
	}
	return t
}

// evident reports whether training units say something about demand.
func evident(s daycast.DayState, _ float32) bool { return s.Evidence() }

// priced reports whether a series is listed and has a price.
func priced(s daycast.DayState, price float32) bool { return price == price && s != daycast.NotListed }

// levelMeans is the mean by group and period of those of the series' values
// that count, and how many they are.
func levelMeans(p *daycast.Panel, l daycast.Level, first daycast.Day, n int, values func(i int) []float32, count func(daycast.DayState, float32) bool) ([][]float32, [][]int32) {
	sums, counts := make([][]float64, len(l.Names)), make([][]int32, len(l.Names))
	for g := range sums {
		sums[g], counts[g] = make([]float64, n), make([]int32, n)
	}
	for i := range p.Series {
		g := l.Of[i]
		if g < 0 {
			continue
		}
		at := int(p.Start[i]-first) / int(p.Step)
		state := p.StateOf(i)
		for k, v := range values(i) {
			if count(state[k], v) {
				sums[g][at+k] += float64(v)
				counts[g][at+k]++
			}
		}
	}
	return meansOf(sums, counts), counts
}

// meansOf are NaN where nothing was counted.
func meansOf(sums [][]float64, counts [][]int32) [][]float32 {
	means := make([][]float32, len(sums))
	for g := range sums {
		means[g] = make([]float32, len(sums[g]))
		for k := range means[g] {
			means[g][k] = float32(math.NaN())
			if counts[g][k] > 0 {
				means[g][k] = float32(sums[g][k] / float64(counts[g][k]))
			}
		}
	}
	return means
}
