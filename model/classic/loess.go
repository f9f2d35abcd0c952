package classic

import "math"

// loess smooths n values at the places 1 to n by local regression, and
// extrapolates to the places 0 and n+1. What a place takes of each value does
// not depend on the values, so that it is worked out once; without weights all
// places in the middle take alike.
//
// Cleveland, Devlin (1988), "Locally weighted regression: an approach to
// regression analysis by local fitting", JASA 83(403). Windows, weights and the
// thresholds of .001 and .999 are those of Cleveland's Fortran.
type loess struct {
	n       int
	rows    []loessRow // n+2, by place
	weights []float64  // of all rows
}

// loessRow is what a place takes: of the values from, from+1, ...
type loessRow struct{ from, at, n int }

// newLoess plans for a window of an odd number of places, >= 3, of degree 0 or
// 1. Values of weight 0 are gaps; nil weighs all alike.
func newLoess(n, window, degree int, weights []float64) *loess {
	l := &loess{n: n, rows: make([]loessRow, n+2)}
	half := (window + 2) / 2
	shared := -1
	for place := range n + 2 {
		left, right := 1, min(window, n)
		switch {
		case window >= n:
		case place > n:
			left, right = n-window+1, n
		case place > half:
			right = min(window+place-half, n)
			left = right - window + 1
		}
		middle := weights == nil && right-place == place-left
		if middle && shared >= 0 {
			l.rows[place] = loessRow{left - 1, l.rows[shared].at, l.rows[shared].n}
			continue
		}
		l.add(place, left, right, window, degree, weights)
		if middle && window < n {
			shared = place
		}
	}
	return l
}

// add works out a place's row from the values at the places left to right.
func (l *loess) add(place, left, right, window, degree int, weights []float64) {
	at := len(l.weights)
	reach := float64(max(place-left, right-place))
	if window > l.n {
		reach += float64((window - l.n) / 2)
	}
	total := 0.0
	for j := left; j <= right; j++ {
		w, r := 0.0, math.Abs(float64(j-place))
		switch {
		case r <= .001*reach:
			w = 1
		case r <= .999*reach:
			cube := r / reach
			cube *= cube * cube
			w = 1 - cube
			w *= w * w
		}
		if weights != nil {
			w *= weights[j-1]
		}
		total += w
		l.weights = append(l.weights, w)
	}
	l.rows[place] = loessRow{left - 1, at, right - left + 1}
	row := l.weights[at:]
	if !(total > 0) {
		l.rows[place].n = 0
		return
	}
	for k := range row {
		row[k] /= total
	}
	if reach > 0 && degree > 0 {
		l.tilt(row, left, float64(place))
	}
}

// tilt makes of the weights of a mean those of a line's value at a place.
func (l *loess) tilt(row []float64, left int, place float64) {
	centre, spread := 0.0, 0.0
	for k, w := range row {
		centre += w * float64(left+k)
	}
	for k, w := range row {
		d := float64(left+k) - centre
		spread += w * d * d
	}
	if math.Sqrt(spread) <= .001*float64(l.n-1) {
		return
	}
	slope := (place - centre) / spread
	for k := range row {
		row[k] *= slope*(float64(left+k)-centre) + 1
	}
}

// at is the smooth at a place, 0 to n+1; NaN where its window is all gaps.
func (l *loess) at(place int, y []float64) float64 {
	row := l.rows[place]
	if row.n == 0 {
		return nan
	}
	return dot(l.weights[row.at:row.at+row.n], y[row.from:])
}

// smooth writes the smooth at the places 1 to n. Where a window is all gaps it
// is that of the place before, at the start that of the first place which has
// one.
func (l *loess) smooth(y, out []float64) {
	for k := range l.n {
		out[k] = l.at(k+1, y)
	}
	level(out[:l.n])
}

// level puts the value before, or at the start the first, where there is none.
func level(values []float64) {
	last := 0.0
	for _, v := range values {
		if v == v {
			last = v
			break
		}
	}
	for k, v := range values {
		if v == v {
			last = v
		}
		values[k] = last
	}
}
