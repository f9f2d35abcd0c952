package interval

import "math"

// pairs is a sum of products over pairs, and how many there were.
type pairs struct{ sum, n float64 }

func (p pairs) mean() float64 { return p.sum / max(1, p.n) }

// moments are the products of normal numbers over all pairs of forecasts of a
// kind, within windows.
type moments struct {
	series pairs // two periods of a series
	day    pairs // two series on a period
	far    pairs // two series on two periods
	next   pairs // two neighbouring periods of a series
	across pairs // two series on two neighbouring periods
}

// addWindow adds the pairs among those residuals of one window that are in.
// Sums over all pairs are squares of sums less those of single ones.
func (m *moments) addWindow(rs []Residual, zs []float64, in func(int) bool) {
	horizon := 0
	for _, r := range rs {
		horizon = max(horizon, r.H)
	}
	days, ofDay := make([]float64, horizon+1), make([]float64, horizon+1)
	var squares, n, series, ofSeries, own, owns float64 // of series: sums of squared sums and counts
	var sum, count float64                              // of the series that is being read
	last := -1                                          // in, of the same series
	for c, r := range rs {
		if c > 0 && r.Series != rs[c-1].Series {
			series, ofSeries, sum, count, last = series+sum*sum, ofSeries+count*count, 0, 0, -1
		}
		if !in(c) {
			continue
		}
		z := zs[c]
		squares, n, sum, count = squares+z*z, n+1, sum+z, count+1
		days[r.H] += z
		ofDay[r.H]++
		if last >= 0 && rs[last].H == r.H-1 {
			own, owns = own+zs[last]*z, owns+1
		}
		last = c
	}
	series, ofSeries = series+sum*sum, ofSeries+count*count
	var total, daily, ofDaily, across, acrosses float64
	for h, s := range days {
		total, daily, ofDaily = total+s, daily+s*s, ofDaily+ofDay[h]*ofDay[h]
		if h > 0 {
			across, acrosses = across+s*days[h-1], acrosses+ofDay[h]*ofDay[h-1]
		}
	}
	m.series.add(series-squares, ofSeries-n)
	m.day.add(daily-squares, ofDaily-n)
	m.far.add(total*total-daily-series+squares, n*n-ofDaily-ofSeries+n)
	m.next.add(own, owns)
	m.across.add(across-own, acrosses-owns)
}

func (p *pairs) add(sum, n float64) { p.sum, p.n = p.sum+sum, p.n+n }

// shares are the variances in common, learnt from so many windows.
func (m moments) shares(below float32, windows int) Shares {
	level := max(m.far.mean(), 0)
	s := Shares{
		Below: below, Level: max(level, leastLevel) * levelInflation(windows),
		Day: max(m.day.mean()-level, 0), Series: max(m.series.mean()-level, 0),
	}
	if total := s.Level + s.Day + s.Series; total > most {
		s.Level, s.Day, s.Series = s.Level*most/total, s.Day*most/total, s.Series*most/total
	}
	return s
}

// carries are the correlations of the common numbers of neighbouring periods,
// and of what is left of each series.
func (m moments) carries() (day, own float64) {
	level := max(m.far.mean(), 0)
	common, series := max(m.day.mean()-level, 0), max(m.series.mean()-level, 0)
	if common > leastLevel {
		day = carry((m.across.mean() - level) / common)
	}
	rest := 1 - level - common - series
	if rest > 1-most {
		own = carry((m.next.mean() - level - series - day*common) / rest)
	}
	return day, own
}

func carry(v float64) float64 { return math.Min(math.Max(v, 0), mostCarry) }
