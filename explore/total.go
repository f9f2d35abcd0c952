package explore

import (
	"slices"

	"daycast"
)

// Total is the whole shop by day. Units are summed over the series of which
// the day says something of demand, and null where it does of none; revenue is
// units times price, over those with a price.
type Total struct {
	Days     []string  `json:"days"`
	Units    []Number  `json:"units"`
	Revenue  []Number  `json:"revenue"`
	States   []string  `json:"states"` // of most listed series: open, closed or missing; not_listed where none is
	Holidays []Holiday `json:"holidays"`
}

// A Holiday is a day on which the signal "holiday" has a word, in any place.
type Holiday struct {
	Day  string `json:"day"`
	Name string `json:"name"`
}

// daysum adds the series of one day up.
type daysum struct {
	units, revenue float64
	priced         bool // any of them has a price
	states         [6]int64
}

// open is the number of series of which the day is evidence.
func (d *daysum) open() int64 {
	return d.states[daycast.Sold] + d.states[daycast.Zero] + d.states[daycast.StockOut]
}

// word is what the day was for most listed series.
func (d *daysum) word() string {
	open, closed, missing := d.open(), d.states[daycast.Closed], d.states[daycast.Missing]
	switch {
	case open+closed+missing == 0:
		return daycast.NotListed.String()
	case open >= closed && open >= missing:
		return "open"
	case closed >= missing:
		return daycast.Closed.String()
	}
	return daycast.Missing.String()
}

// known is the day's units where it is closed (none) or evidence; else false.
func (d *daysum) known() (float64, bool) {
	return d.units, d.open() > 0 || d.word() == daycast.Closed.String()
}

func (s *shop) sumDays() []daysum {
	p := s.panel
	days := make([]daysum, s.days)
	for i := range p.Series {
		units, price, from := p.UnitsOf(i), p.PriceOf(i), s.begins(i)
		for t, state := range p.StateOf(i) {
			d := &days[from+t]
			d.states[state]++
			if !state.Evidence() {
				continue
			}
			d.units += float64(units[t])
			if known(price[t]) {
				d.priced = true
				d.revenue += float64(units[t]) * float64(price[t])
			}
		}
	}
	return days
}

func (s *shop) total(r *Report) {
	n := len(s.daily)
	out := Total{Days: make([]string, n), Units: make([]Number, n), Revenue: make([]Number, n), States: make([]string, n)}
	for t := range s.daily {
		d := &s.daily[t]
		out.Days[t], out.States[t], out.Units[t], out.Revenue[t] = s.day(t).String(), d.word(), unknown, unknown
		if d.open() > 0 {
			out.Units[t] = Number(d.units)
		}
		if d.priced {
			out.Revenue[t] = Number(d.revenue)
		}
	}
	out.Holidays = s.holidays()
	r.Total = out
	if len(out.Holidays) == 0 {
		r.note("No holidays are marked: none are known of the country of the shop or its places.")
	}
	if !slices.ContainsFunc(s.daily, func(d daysum) bool { return d.priced }) {
		r.note("There is no revenue and no price response: the shop's prices are not known.")
	}
}

// holidays are those of all places by day and name, each once.
func (s *shop) holidays() []Holiday {
	signal, found := s.own["holiday"], []Holiday{}
	if signal == nil || signal.Codes == nil {
		return found
	}
	used := map[int32]bool{}
	for _, v := range signal.Vector {
		if v < 0 || used[v] {
			continue
		}
		used[v] = true
		for t, code := range signal.Vectors[v] {
			day := signal.First[v] + daycast.Day(t)*daycast.Day(signal.Step)
			if known(code) && day >= s.first && day <= s.panel.Origin && isHoliday(signal.Codes[int(code)]) {
				found = append(found, Holiday{day.String(), signal.Codes[int(code)]})
			}
		}
	}
	slices.SortFunc(found, func(a, b Holiday) int { return cmpPair(a.Day, b.Day, a.Name, b.Name) })
	return slices.Compact(found)
}

// isHoliday reports whether a shop's own word for a day names a holiday:
// Rossmann's column, for one, says "0" of days without.
func isHoliday(word string) bool {
	return !slices.Contains([]string{"", "0", "no", "none", "false"}, word)
}
