package life

import "daycast"

// evidence is what a series has sold, and what its kin would have at the same
// age on the same days.
type evidence struct {
	periods        int // on which it was on offer and something is known of its demand
	sold, expected float64
}

// evidenceOf is that of series i up to its period end; x is its size by its
// kin.
//
// Where the feed tells since when it was on offer, those days count too, and
// the first sale is a day like others. Where it does not, a series begins with
// a sale by definition: that day sells 1 + m where others sell m, if numbers
// of units are as geometric as shops' mostly are.
func (r *Prior) evidenceOf(p *daycast.Panel, i, end int, x float64, c Curve) evidence {
	var e evidence
	before := 0
	if seen(p, i, r.First) {
		before = waited(p, i)
	}
	state, units := p.StateOf(i), p.SpreadOf(i)
	for t := -before; t < min(end, len(state)); t++ {
		s := r.Sizes.at(day(p, i, t))
		if s <= 0 || t >= 0 && !state[t].Evidence() {
			continue
		}
		e.periods++
		e.expected += x * s * c.at(max(0, t)*int(p.Step))
		if t >= 0 {
			e.sold += max(0, float64(units[t]))
		}
		if t == 0 && before == 0 {
			e.expected++
		}
	}
	return e
}
