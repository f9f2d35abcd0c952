package classic

// decompose is the season of a classical decomposition, by position from the
// first period: what is left of the units once a centred moving average over a
// season is taken off, or divided by, on average. A position without
// any is 0, or 1.
//
// Hyndman, Athanasopoulos (2021), section 3.4. Averages are of the evidence in
// reach, so that a gap costs nothing.
func decompose(units []float64, season int, multiplicative bool) []float64 {
	sums, counts := make([]float64, season), make([]float64, season)
	for t, y := range units {
		trend := centred(units, t, season)
		if y != y || trend != trend || multiplicative && !(trend > 0) {
			continue
		}
		if counts[t%season]++; multiplicative {
			sums[t%season] += y / trend
		} else {
			sums[t%season] += y - trend
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
		case c == 0 && multiplicative:
			sums[k] = 1
		case c > 0 && multiplicative && total > 0:
			sums[k] = max(leastDecomposed, sums[k]*n/total)
		case c > 0:
			sums[k] -= total / max(1, n)
		}
	}
	return sums
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
