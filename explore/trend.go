package explore

import (
	"cmp"

	"daycast"
)

// A Trend is the units of a category by whole week, Monday first (in a weekly
// shop its own weeks): the eight best sold categories, and "other" for the
// rest. What a day without evidence sold is nothing.
type Trend struct {
	Category string   `json:"category"`
	Weeks    []string `json:"weeks"` // the first days
	Units    []Number `json:"units"`
}

// topCategories is how many are shown apart.
const topCategories = 8

func (s *shop) trend(r *Report) {
	first, long := 0, 1 // the first whole week, and a week in periods
	if s.panel.Step == daycast.Daily {
		first, long = s.monday(), 7
	}
	weeks := []string{}
	for t := first; t+long <= s.days; t += long {
		weeks = append(weeks, s.day(t).String())
	}
	r.Trend = []Trend{}
	if len(weeks) == 0 {
		r.note("There is no trend: the shop is younger than a week.")
		return
	}
	byName := map[string][]Number{}
	totals := map[string]float64{}
	for i := range s.panel.Series {
		name := s.categoryName(i)
		if byName[name] == nil {
			byName[name] = make([]Number, len(weeks))
		}
		units, from := s.panel.UnitsOf(i), s.begins(i)-first
		for t, state := range s.panel.StateOf(i) {
			if k := from + t; k >= 0 && k/long < len(weeks) && state.Evidence() {
				byName[name][k/long] += Number(units[t])
				totals[name] += float64(units[t])
			}
		}
	}
	names := sorted(byName, func(a, b string) int { return cmp.Or(cmp.Compare(totals[b], totals[a]), cmp.Compare(a, b)) })
	for k, name := range names {
		if k < topCategories {
			r.Trend = append(r.Trend, Trend{name, weeks, byName[name]})
			continue
		}
		if k == topCategories {
			r.Trend = append(r.Trend, Trend{"other", weeks, make([]Number, len(weeks))})
		}
		for w, units := range byName[name] {
			r.Trend[topCategories].Units[w] += units
		}
	}
}

// categoryName is what a page calls the category of series i.
func (s *shop) categoryName(i int) string { return categoryName(s.category(i)) }

func categoryName(category string) string { return cmp.Or(category, "no category") }
