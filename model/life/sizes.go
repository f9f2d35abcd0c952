package life

import "daycast"

// Sizes are what the mean mature series on sale sells by period: as observed,
// and after that as forecast. 0 is not known.
type Sizes struct {
	First  daycast.Day
	Step   daycast.Step
	Values []float64
}

// at is the size of the period that begins on day d; beyond the last it is
// that of the same weekday before, 0 before the first.
func (s *Sizes) at(d daycast.Day) float64 {
	k := int(d-s.First) / int(s.Step)
	if season := s.Step.Season(); k >= len(s.Values) && len(s.Values) >= season && s.Step == daycast.Daily {
		k = len(s.Values) - season + (k-len(s.Values))%season
	}
	if d < s.First || len(s.Values) == 0 {
		return 0
	}
	return s.Values[min(k, len(s.Values)-1)]
}

// observedSizes are those of a panel up to its origin.
func observedSizes(p *daycast.Panel, first daycast.Day) Sizes {
	n := int(p.Origin-first)/int(p.Step) + 1
	sum, count := make([]float64, n), make([]float64, n)
	window := periods(p.Step, matureDays)
	for i := range p.Series {
		state, units := p.StateOf(i), p.SpreadOf(i)
		from, last, at := 0, -window, int(p.Start[i]-first)/int(p.Step)
		if seen(p, i, first) {
			from = window
		}
		for t, s := range state {
			if s == daycast.Sold {
				last = t
			}
			if t >= from && t-last < window && s.Evidence() {
				sum[at+t] += float64(units[t])
				count[at+t]++
			}
		}
	}
	for t := range sum {
		sum[t] = max(0, sum[t]) / max(1, count[t])
	}
	return Sizes{First: first, Step: p.Step, Values: sum}
}

// periods is how many whole periods so many days are, at least one.
func periods(step daycast.Step, days int) int { return max(1, days/int(step)) }
