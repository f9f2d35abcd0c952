package clean

import (
	"slices"

	"daycast"
)

// correct fills the training units: stock-outs are raised to what comparable
// days sold, and freak sales are capped. Where nothing changes, Train shares
// memory with Units.
func (a *assembly) correct() {
	p := a.panel
	p.Train = p.Units
	own := func() {
		if &p.Train[0] == &p.Units[0] {
			p.Train = slices.Clone(p.Units)
		}
	}
	for i := range p.Series {
		lo, state := p.Offsets[i], p.StateOf(i)
		for t, s := range state {
			if s == daycast.StockOut {
				own()
				p.Train[lo+t] = restored(p.Train[lo:lo+t], state[:t], p.Step.Season(), p.Units[lo+t])
			}
		}
		limit, ok := freakAbove(p.UnitsOf(i))
		if !ok {
			continue
		}
		for k := lo; k < p.Offsets[i+1]; k++ {
			if p.Units[k] > limit {
				own()
				p.Train[k] = limit
			}
		}
	}
}

// restored is the mean of the last four in-stock days of the same season
// position, where that is more than was sold.
func restored(before []float32, state []daycast.DayState, season int, sold float32) float32 {
	const want = 4
	var sum float32
	n := 0
	for t := len(before) - season; t >= 0 && n < want; t -= season {
		if state[t] == daycast.Sold || state[t] == daycast.Zero {
			sum += before[t]
			n++
		}
	}
	if n == 0 {
		return sold
	}
	return max(sold, sum/float32(n))
}

// freakAbove is the highest units that training believes: four times the
// 98th percentile of the days sold. Lower caps cost more bias on bulk orders,
// which are real demand, than they save (bench/accuracy). It wants twenty
// days sold before it judges.
func freakAbove(units []float32) (float32, bool) {
	var sold []float32
	for _, u := range units {
		if u > 0 {
			sold = append(sold, u)
		}
	}
	if len(sold) < 20 {
		return 0, false
	}
	slices.Sort(sold)
	return 4 * sold[len(sold)*98/100], true
}
