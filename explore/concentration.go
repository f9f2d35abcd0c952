package explore

import (
	"cmp"
	"slices"
)

// Concentration says how much the best sellers are of all: the top Share of
// the series sold Units of what all did, at most a hundred points. What a
// series returned beyond its sales counts as nothing.
type Concentration struct {
	Share []Number `json:"share"`
	Units []Number `json:"units"`
}

// shown is the most points of the curve.
const shown = 100

func (s *shop) concentration(r *Report) {
	n := len(s.panel.Series)
	sold := make([]float64, n)
	var sum float64
	for i := range sold {
		sold[i] = max(0, s.unitsOf(i, 0))
		sum += sold[i]
	}
	r.Concentration = Concentration{Share: []Number{}, Units: []Number{}}
	if sum == 0 {
		return
	}
	slices.SortFunc(sold, func(a, b float64) int { return cmp.Compare(b, a) })
	var part float64
	done := 0
	for point := range shown {
		k := ((point+1)*n + shown - 1) / shown // rounded up
		if k == done {
			continue
		}
		for ; done < k; done++ {
			part += sold[done]
		}
		r.Concentration.Share = append(r.Concentration.Share, Number(float64(k)/float64(n)))
		r.Concentration.Units = append(r.Concentration.Units, Number(part/sum))
	}
}

// unitsOf is what series i sold from its t-th period on.
func (s *shop) unitsOf(i, t int) (sum float64) {
	units, state := s.panel.UnitsOf(i), s.panel.StateOf(i)
	for t = max(0, t); t < len(units); t++ {
		if state[t].Evidence() {
			sum += float64(units[t])
		}
	}
	return sum
}

// TopSeries is one of those that sold most in the last 56 days.
type TopSeries struct {
	ID       string `json:"id"`
	Item     string `json:"item"` // its name, or its id where it has none
	Place    string `json:"place"`
	Category string `json:"category"`
	Units    Number `json:"units"`
	Revenue  Number `json:"revenue"` // of the days with a price; null where there are none
}

// topSeries is how many are shown.
const topSeries = 20

func (s *shop) top(r *Report) {
	type best struct {
		i     int
		units float64
	}
	all := make([]best, 0, len(s.panel.Series))
	for i := range s.panel.Series {
		if units := s.unitsOf(i, s.panel.Len(i)-s.recent()); units > 0 {
			all = append(all, best{i, units})
		}
	}
	slices.SortStableFunc(all, func(a, b best) int { return cmp.Compare(b.units, a.units) })
	r.Top = []TopSeries{}
	for _, b := range all[:min(len(all), topSeries)] {
		series := s.panel.Series[b.i]
		r.Top = append(r.Top, TopSeries{
			ID: series.ID(), Item: cmp.Or(s.items[series.Item].Attributes["name"], series.Item), Place: series.Place,
			Category: s.category(b.i), Units: Number(b.units), Revenue: s.revenueOf(b.i),
		})
	}
}

// revenueOf is that of series i in the last 56 days.
func (s *shop) revenueOf(i int) Number {
	units, price, state := s.panel.UnitsOf(i), s.panel.PriceOf(i), s.panel.StateOf(i)
	var sum float64
	priced := false
	for t := max(0, len(units)-s.recent()); t < len(units); t++ {
		if state[t].Evidence() && known(price[t]) {
			priced = true
			sum += float64(units[t]) * float64(price[t])
		}
	}
	if !priced {
		return unknown
	}
	return Number(sum)
}
