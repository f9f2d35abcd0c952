package clean

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"daycast"
)

// The evidence that a silent day was closed rather than unlucky.
const (
	// A group of series that together sell fewer different series a day than
	// this can be silent by chance (a chance of e^-5 a day).
	minExpected = 5
	// A day is silent beside so many before and after it.
	aroundDays = 28
	// A day counts as silent below this share of the expected number of
	// series sold: a store that is closed still books a few.
	silentShare = 0.04
	// A series that sells on at least this share of its open days, and so much
	// on its poor ones (see farFromZero), is closed on the few others.
	steadyShare = 0.93
	// Nobody closes for more days than this: a longer silence is a break.
	longestClosure = 21
	// Weekdays are judged on so many weeks before the origin.
	weekdayWeeks = 26
	minWeeks     = 6
	// A weekday is closed when at least this share of its days were silent.
	closedShare = 0.9
)

// closures finds days on which a group of series did not trade. A group is a
// place, and each series that is steady enough to be judged alone.
type closures struct {
	a      *assembly
	found  map[string]map[string]bool // in words, by place
	groups []*group
}

// group is a set of series that open and close together.
type group struct {
	name   string
	series []int
	first  daycast.Day
	sold   []int // by day, or period, from first: how many of the series sold
	rows   []int // by day: how many have a row
	silent []bool
	low    []bool    // by day: far fewer than usual sold, though some
	usual  []float64 // by day: how many series sell on such a day
	over   float64   // by how much counts of series vary more than by chance
	own    []bool    // by day: of a weekday that is silent in these weeks
	why    []string  // by day: what makes a silent day a closure; "" where nothing does
	long   []bool    // by day: in a silence that is no closure
	writes bool      // silent days have rows, so that a row ahead does not mean open
	weekly [7]bool   // closed weekdays at the origin
	enough bool      // sells enough for silence to mean something
	shop   *group    // whose silent days are its own too, where it does not
}

func newClosures(a *assembly) *closures {
	c := &closures{a: a, found: map[string]map[string]bool{}, groups: a.places()}
	shop := c.shop()
	for _, g := range c.groups {
		g.count(a)
		g.judge(shop)
	}
	c.groups = append(c.groups, shop)
	return c
}

// places are the groups of series of one place each.
func (a *assembly) places() (groups []*group) {
	places := map[string]*group{}
	for i, s := range a.panel.Series {
		g := places[s.Place]
		if g == nil {
			g = &group{name: s.Place}
			places[s.Place] = g
			groups = append(groups, g)
		}
		g.series = append(g.series, i)
	}
	return groups
}

// shop is the group of all series, which learns the recurring dates where the
// places are too small to.
func (c *closures) shop() *group {
	g := &group{name: "shop"}
	for i := range c.a.panel.Series {
		g.series = append(g.series, i)
	}
	g.count(c.a)
	g.judge(nil)
	return g
}

func (g *group) count(a *assembly) {
	p := a.panel
	g.first = a.origin
	for _, i := range g.series {
		g.first = min(g.first, p.Start[i])
	}
	n := int(a.origin-g.first)/int(p.Step) + 1
	g.sold, g.rows = make([]int, n), make([]int, n)
	for _, i := range g.series {
		at, lo := int(p.Start[i]-g.first)/int(p.Step), p.Offsets[i]
		for t, u := range p.UnitsOf(i) {
			if u != 0 {
				g.sold[at+t]++
			}
			if a.rowed[lo+t] {
				g.rows[at+t]++
			}
		}
	}
}

// judge marks the silent days, those of the whole shop too where it is given, and
// finds what they say together.
func (g *group) judge(shop *group) {
	g.quiet(minExpected, aroundDays)
	g.quietWeekdays()
	if shop != nil {
		g.follow(shop)
	}
	g.conclude()
}

// quiet marks the silent periods: those far below the mean of so many before and
// after them, silent ones apart.
func (g *group) quiet(expected float64, around int) {
	n := len(g.sold)
	g.silent = make([]bool, n)
	var sum, open int
	lo, hi := 0, 0
	for t := range n {
		for ; hi < min(n, t+around+1); hi++ {
			if g.sold[hi] > 0 {
				sum, open = sum+g.sold[hi], open+1
			}
		}
		for ; lo < t-around; lo++ {
			if g.sold[lo] > 0 {
				sum, open = sum-g.sold[lo], open-1
			}
		}
		mean := float64(sum) / float64(max(open, 1))
		if mean >= expected {
			g.enough = true
			g.silent[t] = float64(g.sold[t]) < silentShare*mean
		}
	}
}

// conclude finds what the silent days say together.
func (g *group) conclude() {
	g.long = longRuns(g.silent)
	g.weekly = weekdays(g.silent, g.long, g.first)
	g.own = ownWeekdays(g.silent, g.long)
	g.expect()
	silent, written := 0, 0
	for t, s := range g.silent {
		if s {
			silent++
			if g.rows[t] > 0 {
				written++
			}
		}
	}
	g.writes = 2*written > silent
}

// follow has a place that sells too little for a day's silence to say anything be
// silent with the whole shop, where that says something.
func (g *group) follow(shop *group) {
	if g.enough || !shop.enough {
		return
	}
	g.shop = shop
	for t, sold := range g.sold {
		if by, _ := g.judged(t); by == shop && sold == 0 {
			g.silent[t] = true
		}
	}
}

// judged is the group that tells of day t, and the day's place there.
func (g *group) judged(t int) (*group, int) {
	if g.shop != nil {
		if at := t + int(g.first-g.shop.first); g.shop.silent[at] {
			return g.shop, at
		}
	}
	return g, t
}

// longRuns marks the days of silences longer than anybody closes for.
func longRuns(silent []bool) []bool {
	long := make([]bool, len(silent))
	for _, r := range runs(silent) {
		for t := r[0]; t < r[1] && r[1]-r[0] > longestClosure; t++ {
			long[t] = true
		}
	}
	return long
}

// runs are those of true, from and to.
func runs(silent []bool) (out [][2]int) {
	for lo := 0; lo < len(silent); lo++ {
		hi := lo
		for hi < len(silent) && silent[hi] {
			hi++
		}
		if hi > lo {
			out = append(out, [2]int{lo, hi})
		}
		lo = hi
	}
	return out
}

// weekdays are those that were nearly always silent in the last half year, not
// counting long silences.
func weekdays(silent, long []bool, first daycast.Day) (closed [7]bool) {
	var days, quiet [7]int
	for t, left := len(silent)-1, weekdayWeeks*7; t >= 0 && left > 0; t-- {
		if long[t] {
			continue
		}
		left--
		w := (first + daycast.Day(t)).Weekday()
		days[w]++
		if silent[t] {
			quiet[w]++
		}
	}
	for w := range closed {
		closed[w] = days[w] >= minWeeks && float64(quiet[w]) >= closedShare*float64(days[w])
	}
	return closed
}

func (c *closures) apply() {
	shop := c.groups[len(c.groups)-1]
	ofShop := newCalendar(c.a, shop)
	for _, g := range c.groups[:len(c.groups)-1] {
		recurring := ofShop
		if g.enough {
			recurring = newCalendar(c.a, g)
		}
		g.explain(c.a, recurring)
		ahead := make([]bool, c.a.panel.Ahead.Periods)
		for h := range ahead {
			ahead[h] = recurring.closed(c.a.ahead(h))
		}
		typed := make([]int, len(g.silent))
		for _, i := range g.series {
			c.close(i, g, ahead, typed)
		}
		for w, closed := range g.weekly {
			if closed {
				c.note(time.Weekday(w).String()+"s", g)
			}
		}
		for t, silent := range g.silent {
			d := g.first + daycast.Day(t)
			if silent && !g.weekly[d.Weekday()] && g.silence(t) == daycast.Closed {
				c.note(d.String(), g)
			}
		}
		c.a.tell(g, typed)
		c.a.lostParts(g, recurring)
	}
}

func (c *closures) note(what string, g *group) {
	if c.found[what] == nil {
		c.found[what] = map[string]bool{}
	}
	c.found[what][g.name] = true
}

// close types series i's silent days and closes days ahead.
func (c *closures) close(i int, g *group, dates []bool, typed []int) {
	p := c.a.panel
	state := p.StateOf(i)
	start := int(p.Start[i] - g.first)
	for t := range state {
		if g.silent[start+t] && (state[t] == daycast.Zero || state[t] == daycast.Missing) {
			state[t] = g.silence(start + t)
			typed[start+t]++
		}
	}
	weekly, listed := g.weekly, false
	if own, ok := c.steady(i); ok {
		for w := range weekly {
			weekly[w] = weekly[w] || own[w]
		}
		listed = !g.writes && c.listsOpenDays(i)
	}
	for h := range p.Ahead.Periods {
		day, k := c.a.ahead(h), i*p.Ahead.Periods+h
		p.Ahead.Closed[k] = (g.writes || !c.a.future[k]) && (listed || weekly[day.Weekday()] || dates[h])
		if dates[h] && !weekly[day.Weekday()] {
			c.note(day.String(), g)
		}
	}
}

// listsOpenDays reports whether the plan of a series has rows for most of the
// days ahead: like the rows of the past, they then leave out the closed ones.
func (c *closures) listsOpenDays(i int) bool {
	n := c.a.panel.Ahead.Periods
	rows := 0
	for _, has := range c.a.future[i*n : (i+1)*n] {
		if has {
			rows++
		}
	}
	return rows > n/2 && rows < n
}

// silence tells a closed day from a lost one: nobody closes for a month, and
// what closes the shop on a day does so on others like it.
func (g *group) silence(t int) daycast.DayState {
	if g.long[t] || g.why[t] == "" {
		return daycast.Missing
	}
	return daycast.Closed
}

// steady judges a series that can hardly miss an open day alone: its weekdays
// and its other silent days are then closures too.
func (c *closures) steady(i int) ([7]bool, bool) {
	p := c.a.panel
	state := p.StateOf(i)
	silent := make([]bool, len(state))
	for t, s := range state {
		silent[t] = s == daycast.Zero || s == daycast.Closed || s == daycast.Missing
	}
	long := longRuns(silent)
	weekly := weekdays(silent, long, p.Start[i])
	var open, sold int
	for t, s := range state {
		if long[t] || weekly[(p.Start[i]+daycast.Day(t)).Weekday()] || s == daycast.Closed || s == daycast.Missing {
			continue
		}
		open++
		if s == daycast.Sold || s == daycast.StockOut {
			sold++
		}
	}
	if open < minWeeks*5 || float64(sold) < steadyShare*float64(open) || !farFromZero(p.UnitsOf(i)) {
		return [7]bool{}, false
	}
	c.typeAlone(i, long, fmt.Sprintf("silent, where the series sells on %d of %d days and much on its poorest", sold, open), float64(sold)/float64(open))
	return weekly, true
}

// typeAlone types the silent days of a steady series: closed, or lost where they
// are too many. Those at the end may be for good, and stay.
func (c *closures) typeAlone(i int, long []bool, evidence string, probability float64) {
	state := c.a.panel.StateOf(i)
	end := len(state)
	for end > 0 && long[end-1] {
		end--
	}
	for lo := 0; lo < end; lo++ {
		to, why := daycast.Closed, evidence
		if long[lo] {
			to, why = daycast.Missing, evidence+": nobody closes for so long"
		}
		hi := lo
		for ; hi < end && state[hi] == daycast.Zero && long[hi] == long[lo]; hi++ {
			state[hi] = to
		}
		if hi == lo {
			continue
		}
		c.a.inferred.add(Inference{
			Scope: daycast.ScopeSeries, Key: c.a.panel.Series[i].ID(), Days: hi - lo, Periods: hi - lo, Evidence: why, Probability: probability,
		}, to, c.a.day(i, lo), c.a.day(i, hi-1))
		lo = hi - 1
	}
}

// farFromZero reports whether selling nothing by chance is out of the
// question: one sold day in twenty is the poorest that counts, and even that
// sells three pieces (a Poisson count of whose mean is zero once in 500 days)
// and a fifth of the median.
func farFromZero(units []float32) bool {
	var sold []float32
	for _, u := range units {
		if u > 0 {
			sold = append(sold, u)
		}
	}
	if len(sold) == 0 {
		return false
	}
	slices.Sort(sold)
	poor, median := sold[len(sold)/20], sold[len(sold)/2]
	return poor >= 3 && poor >= median/5
}

// words lists what was found, weekdays first, with where it was not found at
// every place.
func (c *closures) words() []string {
	const mostPlaces, mostWords = 3, 20
	var days, dates []string
	for what, at := range c.found {
		text := what
		if places := slices.Sorted(maps.Keys(at)); len(places) <= mostPlaces && len(places) < len(c.groups)-1 {
			text += " at " + strings.Join(places, ", ")
		} else if len(places) < len(c.groups)-1 {
			text += fmt.Sprintf(" at %d places", len(places))
		}
		if what[0] <= '9' {
			dates = append(dates, text)
		} else {
			days = append(days, text)
		}
	}
	slices.Sort(days)
	slices.Sort(dates)
	words := slices.Concat(days, dates)
	if n := len(words) - mostWords; n > 0 {
		words = append(words[:mostWords], fmt.Sprintf("and %d more", n))
	}
	return words
}
