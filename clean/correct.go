package clean

import (
	"fmt"
	"slices"
)

// correct fills the training units: stock-outs are raised to the demand that is
// expected of them, and freak sales are capped. Where nothing changes, Train
// shares memory with Units.
func (a *assembly) correct() {
	p := a.panel
	p.Train = p.Units
	s := a.learnServed(a.expected)
	for i := range p.Series {
		a.restore(i, a.expected, s)
		a.capFreaks(i)
	}
}

// A freak is explained by so many other days that sold half as much within so
// many days, which are a rise that lasts or a season; or by a day like it a year
// before or after, give or take so many days.
const (
	riseDays   = 3
	riseWithin = 28
	yearSlack  = 3
)

// capFreaks caps the days of series i that sold beyond what training believes.
// What its category sold more than usual on the day, or what promotions and
// prices like the day's sell more, raises the limit.
func (a *assembly) capFreaks(i int) {
	p := a.panel
	units, lo := p.UnitsOf(i), p.Offsets[i]
	limit, ok := freakAbove(units)
	if !ok || slices.Max(units) <= limit {
		return
	}
	u := a.expected.of(i)
	for t, v := range units {
		if v <= limit || a.expectedPeak(units, t, limit/2) {
			continue
		}
		of := max(1, a.expected.others(u, i, t, a.expected.learns(i))) * max(1, u.lift[t])
		if most := limit * float32(of); v > most {
			a.change(lo+t, i, t, most, ChangeOutlier, func() string {
				return fmt.Sprintf("beyond %.3g times what its best fiftieth of days sells; "+
					"no rise that lasts, promotion, feast or day a year ago explains it", freakTimes*of)
			})
		}
	}
}

// expectedPeak reports whether days around, or about a year away, sold as
// much.
func (a *assembly) expectedPeak(units []float32, t int, much float32) bool {
	step := int(a.panel.Step)
	above := func(from, to int) (n int) {
		for k := max(0, from); k <= min(to, len(units)-1); k++ {
			if k != t && units[k] > much {
				n++
			}
		}
		return n
	}
	within, slack, year := riseWithin/step, yearSlack/step, a.panel.Step.Year()
	return above(t-within, t+within) >= riseDays || above(t-year-slack, t-year+slack) > 0 || above(t+year-slack, t+year+slack) > 0
}

// soldDays are the days sold, the smallest first.
func soldDays(units []float32) []float32 {
	var sold []float32
	for _, u := range units {
		if u > 0 {
			sold = append(sold, u)
		}
	}
	slices.Sort(sold)
	return sold
}

// freakTimes the 98th percentile of the days sold is where freaks begin. Lower
// caps cost more bias on bulk orders, which are real demand, than they save
// (bench/accuracy).
const freakTimes = 4

// freakAbove is the highest units that training believes by themselves. It
// wants twenty days sold before it judges.
func freakAbove(units []float32) (float32, bool) {
	sold := soldDays(units)
	if len(sold) < 20 {
		return 0, false
	}
	return freakTimes * sold[len(sold)*98/100], true
}
