package clean

import (
	"slices"

	"daycast"
)

const (
	// strayGap parts days that cannot belong to one shop's history.
	strayGap = 2 * 365
	// strayShare is the most rows that may be slips; fewer than strayRows rows
	// say nothing about each other.
	strayShare = 0.01
	strayRows  = 10
)

// findStray marks days that lie years before or after all others and hold
// hardly any rows: 1970-01-01, or 2204 for 2024. Late ones count as slips only
// where they have not come yet: a shop may well open again. It gives the last
// day that holds units, and counts the rows of the others.
func (p *profile) findStray(today daycast.Day, report *Report) {
	p.stray = make([]bool, len(p.days.days))
	var order []int32
	total := 0
	for n, rows := range p.dayRows {
		if rows > 0 {
			order = append(order, int32(n))
			total += rows
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return int(p.days.days[a] - p.days.days[b]) })
	if total >= strayRows {
		most := max(1, int(strayShare*float64(total)))
		order = p.cutStray(order, most, func(daycast.Day) bool { return true })
		slices.Reverse(order)
		order = p.cutStray(order, most, func(d daycast.Day) bool { return today > 0 && d > today })
		slices.Reverse(order)
	}
	if len(order) > 0 {
		p.last = p.days.days[order[len(order)-1]]
	}
	for n, rows := range p.dayRows {
		for range rows {
			if p.stray[n] {
				report.count(dayFarOff, 0, "a row of "+p.days.days[n].String())
			}
		}
	}
}

// dayFarOff is the reason for which rows of a stray day are left out.
const dayFarOff = "day_far_from_all_others"

// cutStray marks the days before the first wide gap of order, where they may
// be slips and hold at most so many rows, and gives the others.
func (p *profile) cutStray(order []int32, most int, may func(daycast.Day) bool) []int32 {
	rows := 0
	for k := 0; k+1 < len(order); k++ {
		here, next := p.days.days[order[k]], p.days.days[order[k+1]]
		if rows += p.dayRows[order[k]]; rows > most || !may(here) {
			return order
		}
		if max(here-next, next-here) > strayGap {
			for _, n := range order[:k+1] {
				p.stray[n] = true
			}
			return order[k+1:]
		}
	}
	return order
}
