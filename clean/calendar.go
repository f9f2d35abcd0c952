package clean

import "daycast"

// calendar is the dates and the named days on which a group is known to close.
type calendar struct {
	dates map[[2]int]bool // month, day of the month
	days  map[daycast.Day]bool
}

// always are dates on which one year's closure is enough to expect the next.
var always = map[[2]int]bool{{12, 25}: true, {12, 26}: true, {1, 1}: true}

// newCalendar learns the dates that were silent in every year seen: at least
// twice, or once on a date that the world keeps; and the words of signals
// (such as a holiday's name) whose days were all silent.
func newCalendar(a *assembly, g, shop *group) calendar {
	if !g.enough {
		g = shop
	}
	c := calendar{dates: map[[2]int]bool{}, days: map[daycast.Day]bool{}}
	quiet, seen := map[[2]int]int{}, map[[2]int]int{}
	for t, s := range g.silent {
		d := g.first + daycast.Day(t)
		if g.weekly[d.Weekday()] {
			continue
		}
		key := monthDay(d)
		seen[key]++
		if s {
			quiet[key]++
		}
	}
	for key, n := range quiet {
		c.dates[key] = n == seen[key] && (n >= 2 || always[key])
	}
	c.named(a, g)
	return c
}

// named closes the days ahead that carry a word whose past days were silent.
func (c calendar) named(a *assembly, g *group) {
	for k := range a.panel.Signals {
		s := &a.panel.Signals[k]
		if s.Codes == nil || len(g.series) == 0 {
			continue
		}
		i := g.series[0]
		quiet, seen := map[float32]int{}, map[float32]int{}
		for t, silent := range g.silent {
			d := g.first + daycast.Day(t)
			if v := s.At(i, d); v == v && !g.weekly[d.Weekday()] {
				seen[v]++
				if silent {
					quiet[v]++
				}
			}
		}
		for h := range a.panel.Ahead.Periods {
			d := a.ahead(h)
			if v := s.At(i, d); v == v && seen[v] > 0 && quiet[v] == seen[v] {
				c.days[d] = true
			}
		}
	}
}

func (c calendar) closed(d daycast.Day) bool { return c.days[d] || c.dates[monthDay(d)] }

func monthDay(d daycast.Day) [2]int {
	t := d.Time()
	return [2]int{int(t.Month()), t.Day()}
}
