package classic

import "slices"

// decompose is the season of a classical decomposition, by position from the
// first period: what is left of the units once a centred moving average over a
// season is taken off, or divided by, on average. A position without
// any is 0, or 1.
//
// Hyndman, Athanasopoulos (2021), section 3.4. A gap would tilt the averages that
// it is in, so that it is filled with average and season, and the
// decomposition is done again.
func decompose(units []float64, season int, multiplicative bool) []float64 {
	d := decomposition{units: units, filled: units, season: season, multiplicative: multiplicative}
	out := d.positions()
	if slices.ContainsFunc(units, func(y float64) bool { return y != y }) {
		const again = 3 // a fill's error is divided by the season each time
		d.filled = slices.Clone(units)
		for range again {
			d.fill(out)
			out = d.positions()
		}
	}
	return out
}

type decomposition struct {
	units, filled  []float64
	season         int
	multiplicative bool
}

func (d *decomposition) positions() []float64 {
	sums, counts := make([]float64, d.season), make([]float64, d.season)
	for t, y := range d.units {
		trend := centred(d.filled, t, d.season)
		if y != y || trend != trend || d.multiplicative && !(trend > 0) {
			continue
		}
		if counts[t%d.season]++; d.multiplicative {
			sums[t%d.season] += y / trend
		} else {
			sums[t%d.season] += y - trend
		}
	}
	total, n := 0.0, 0.0
	for k, c := range counts {
		if c > 0 {
			sums[k] /= c
			total += sums[k]
			n++
		}
	}
	for k, c := range counts {
		switch {
		case c == 0 && d.multiplicative:
			sums[k] = 1
		case c > 0 && d.multiplicative:
			sums[k] = max(leastDecomposed, sums[k]*n/max(total, leastDecomposed))
		case c > 0:
			sums[k] -= total / n
		}
	}
	return sums
}

// fill puts average and season where nothing is known.
func (d *decomposition) fill(season []float64) {
	trends := make([]float64, len(d.units))
	for t := range d.units {
		trends[t] = centred(d.filled, t, d.season)
	}
	for t, y := range d.units {
		switch {
		case y == y:
		case d.multiplicative:
			d.filled[t] = trends[t] * season[t%d.season]
		default:
			d.filled[t] = trends[t] + season[t%d.season]
		}
	}
}

// leastDecomposed is the least of a multiplicative season, so that it divides.
const leastDecomposed = 1e-3

// centred is the moving average around t over a season, NaN where that passes
// an end or has no evidence. Of an even season both ends count half.
func centred(units []float64, t, season int) float64 {
	half := season / 2
	if t-half < 0 || t+half >= len(units) {
		return nan
	}
	sum, n := 0.0, 0.0
	for k, y := range units[t-half : t+half+1] {
		if y != y {
			continue
		}
		weight := 1.0
		if season%2 == 0 && (k == 0 || k == 2*half) {
			weight = .5
		}
		sum += weight * y
		n += weight
	}
	if n == 0 {
		return nan
	}
	return sum / n
}

// lineSums is what a least-squares line needs: means, and sums of squares
// around them.
type lineSums struct{ n, t, y, tt, ty float64 }

func (l *lineSums) add(t, y float64) {
	l.n++
	dt := t - l.t
	l.t += dt / l.n
	l.y += (y - l.y) / l.n
	l.tt += dt * (t - l.t)
	l.ty += dt * (y - l.y)
}

// line is the value at 0 and the slope.
func (l *lineSums) line() (at, slope float64) {
	if l.tt > 0 {
		slope = l.ty / l.tt
	}
	return l.y - slope*l.t, slope
}
