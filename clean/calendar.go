package clean

import (
	"fmt"
	"slices"
	"time"

	"daycast"
)

// A rule is a way in which a date comes again in another year.
type rule struct {
	kind byte // 'd': month and day; 'e': days after Easter Sunday; 'n': the n-th weekday of a month; 'l': the last
	a, b int
	w    time.Weekday
}

// rules are all that a day satisfies.
func rules(d daycast.Day) []rule {
	t := d.Time()
	month, day := int(t.Month()), t.Day()
	rs := []rule{{kind: 'd', a: month, b: day}, {kind: 'n', a: month, b: (day + 6) / 7, w: d.Weekday()}}
	if (d + 7).Time().Month() != t.Month() {
		rs = append(rs, rule{kind: 'l', a: month, w: d.Weekday()})
	}
	if after := int(d - easter(t.Year())); after >= -7 && after <= 60 {
		rs = append(rs, rule{kind: 'e', a: after})
	}
	return rs
}

// String is the rule in words.
func (r rule) String() string {
	switch r.kind {
	case 'd':
		return fmt.Sprintf("%d %s", r.b, time.Month(r.a))
	case 'n':
		return fmt.Sprintf("%s number %d of %s", r.w, r.b, time.Month(r.a))
	case 'l':
		return fmt.Sprintf("the last %s of %s", r.w, time.Month(r.a))
	}
	return fmt.Sprintf("day %+d from Easter Sunday", r.a)
}

// kept reports whether the world keeps the day: one year's closure is then
// enough to expect the next. They are 25 and 26 December, 1 January, Good
// Friday, Easter Sunday and Easter Monday.
func (r rule) kept() bool {
	switch r {
	case rule{kind: 'd', a: 12, b: 25}, rule{kind: 'd', a: 12, b: 26}, rule{kind: 'd', a: 1, b: 1},
		rule{kind: 'e', a: -2}, rule{kind: 'e', a: 0}, rule{kind: 'e', a: 1}:
		return true
	}
	return false
}

// easter is Easter Sunday of a Gregorian year, by the anonymous algorithm
// (Meeus, Astronomical Algorithms, 1991, chapter 8).
func easter(year int) daycast.Day {
	a, b, c := year%19, year/100, year%100
	d, e, f := b/4, b%4, (b+8)/25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return daycast.DayOf(time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC))
}

// calendar is what the years of a group say of its dates.
type calendar struct {
	quiet, low, seen map[rule]int           // how many such days were silent, sold little, and were there
	words            map[daycast.Day][]word // such as a holiday's name
	wordQuiet        map[word]int
	wordSeen         map[word]int
}

// word is what a signal of words says on a day.
type word struct {
	signal int
	code   float32
}

// newCalendar counts the days of a group; weekly closed days say nothing of
// their dates.
func newCalendar(a *assembly, g *group) calendar {
	c := calendar{
		quiet: map[rule]int{}, low: map[rule]int{}, seen: map[rule]int{},
		words: map[daycast.Day][]word{}, wordQuiet: map[word]int{}, wordSeen: map[word]int{},
	}
	for t, silent := range g.silent {
		if g.closedWeekday(t) {
			continue
		}
		for _, r := range rules(g.first + daycast.Day(t)) {
			c.seen[r]++
			if silent {
				c.quiet[r]++
			}
			if g.low != nil && g.low[t] {
				c.low[r]++
			}
		}
	}
	c.learnWords(a, g)
	return c
}

// learnWords reads the signals of words, of the past and of the days ahead.
func (c calendar) learnWords(a *assembly, g *group) {
	if len(g.series) == 0 {
		return
	}
	i := g.series[0]
	for k := range a.panel.Signals {
		s := &a.panel.Signals[k]
		if s.Codes == nil {
			continue
		}
		for t, silent := range g.silent {
			d := g.first + daycast.Day(t)
			if v := s.At(i, d); v == v && !g.closedWeekday(t) {
				c.wordSeen[word{k, v}]++
				if silent {
					c.wordQuiet[word{k, v}]++
				}
				c.words[d] = append(c.words[d], word{k, v})
			}
		}
		for h := range a.panel.Ahead.Periods {
			if v := s.At(i, a.ahead(h)); v == v {
				c.words[a.ahead(h)] = append(c.words[a.ahead(h)], word{k, v})
			}
		}
	}
}

// closed reports whether a day ahead is one on which the group closes: all days
// of its date were silent, in two years at least unless the world keeps it, or
// all of its word.
func (c calendar) closed(d daycast.Day) bool {
	for _, r := range rules(d) {
		if n := c.quiet[r]; n == c.seen[r] && (n >= 2 || n == 1 && r.kept()) {
			return true
		}
	}
	return slices.ContainsFunc(c.words[d], func(w word) bool { return c.wordSeen[w] > 0 && c.wordQuiet[w] == c.wordSeen[w] })
}

// explains says why a silent day of the past is a closure; "" if nothing does.
func (c calendar) explains(a *assembly, d daycast.Day) string {
	for _, w := range c.words[d] {
		if s := &a.panel.Signals[w.signal]; 2*c.wordQuiet[w] > c.wordSeen[w] {
			return fmt.Sprintf("%s %q: %d of %d such days were silent", s.Name, s.Codes[int(w.code)], c.wordQuiet[w], c.wordSeen[w])
		}
	}
	for _, r := range rules(d) {
		if r.kept() && 2*c.quiet[r] > c.seen[r] {
			return "a day that the world keeps: " + r.String()
		}
		if n := c.quiet[r]; n >= 2 && 2*n > c.seen[r] {
			return fmt.Sprintf("silent in %d of %d years: %s", n, c.seen[r], r)
		}
	}
	return ""
}

// lowToo says that a day which sold little does so every year: it is shorter,
// and no part of the feed is lost.
func (c calendar) lowToo(d daycast.Day) string {
	for _, r := range rules(d) {
		if n := c.low[r]; n >= 2 && n == c.seen[r] {
			return fmt.Sprintf("in each of %d years: %s", n, r)
		}
	}
	return ""
}
