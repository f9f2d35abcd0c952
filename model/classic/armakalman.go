package classic

import "math"

// kalman is the filter of an ARIMA: its state is that of Harvey's ARMA and,
// below it, the last values of the series, by which differences are undone. It
// takes gaps, and starts with lags of which nothing is known.
//
//	y[t] = state[0] + sum of undo[k].c * state[r-1+undo[k].lag]
//
// Harvey (1989), section 3.4; Gardner, Harvey, Phillips (1980), "Algorithm AS
// 154", Applied Statistics 29(3), whose states these are. A period costs
// O(size^2), but O(r) once the filter has converged.
type kalman struct {
	arma    *arma
	undo    []term // coefficients of the differences, with the sign of a forecast
	r, size int    // states of the ARMA; all
	settled bool   // the covariance is that of one new error

	state      []float64 // size: predicted for the next period
	covariance []float64 // size x size: of that prediction, errors having variance 1
	gain, next []float64 // size, of the next value; size x size, scratch
	first      []float64 // size, scratch
}

// unknown is the variance of a lag of which nothing is known, in error
// variances, and unlearnt that above which an error tells of nothing else: both
// of R's arima.
const unknown, unlearnt = 1e6, 1e4

// start is the state before the first period. difference are the coefficients
// of the differences after the leading 1.
func (k *kalman) start(a *arma, difference []float64) {
	k.arma, k.r, k.size, k.settled = a, a.r, a.r+len(difference), false
	k.undo = terms(k.undo, difference)
	for i := range k.undo {
		k.undo[i].c = -k.undo[i].c
	}
	n, r := k.size, k.r
	k.state, k.gain = zeros(k.state, n), zeros(k.gain, n)
	k.covariance, k.next = zeros(k.covariance, n*n), zeros(k.next, n*n)
	copy(k.covariance, a.covariance[:r])
	// From the last state back: each is the one after it, moved by a period.
	for i := r - 1; i > 0; i-- {
		k.covariance[i*n] = a.covariance[i]
		for j := r - 1; j >= i; j-- {
			v := a.phi[i]*a.phi[j]*a.covariance[0] + a.phi[i]*a.covariance[j+1] + a.phi[j]*a.covariance[i+1] + a.theta[i-1]*a.theta[j-1]
			if j+1 < r {
				v += k.covariance[(i+1)*n+j+1]
			}
			k.covariance[i*n+j], k.covariance[j*n+i] = v, v
		}
	}
	for i := r; i < n; i++ {
		k.covariance[i*n+i] = unknown
	}
}

// expected is the next period's value, and variance that of its error.
func (k *kalman) expected() float64 {
	v := k.state[0]
	for _, t := range k.undo {
		v += t.c * k.state[k.r-1+t.lag]
	}
	return v
}

// variance fills gain with the covariance of the states with the next value,
// and returns that of the value itself.
func (k *kalman) variance() float64 {
	n := k.size
	for i := range n {
		row := k.covariance[i*n : (i+1)*n]
		v := row[0]
		for _, t := range k.undo {
			v += t.c * row[k.r-1+t.lag]
		}
		k.gain[i] = v
	}
	v := k.gain[0]
	for _, t := range k.undo {
		v += t.c * k.gain[k.r-1+t.lag]
	}
	return v
}

// step takes the next period's value, NaN for a gap, and returns its error and
// that error's variance.
func (k *kalman) step(y float64) (e, variance float64) {
	e = y - k.expected()
	if y != y {
		k.settled = false
		k.move()
		k.spread(0, k.variance())
		return e, nan
	}
	if k.settled {
		k.state[0] += e
		for i, c := range k.arma.theta[:k.r-1] {
			k.state[i+1] += c * e
		}
		k.move()
		return e, 1
	}
	variance = k.variance()
	k.learn(e, variance)
	return e, variance
}

// learn takes an error whose variance has just been worked out.
func (k *kalman) learn(e, variance float64) {
	inverse := 1 / max(variance, math.SmallestNonzeroFloat64)
	for i, g := range k.gain[:k.size] {
		k.state[i] += g * inverse * e
	}
	k.move()
	k.spread(inverse, variance)
	k.settle(variance)
}

// move takes the state to the next period.
func (k *kalman) move() {
	r, n, phi, s := k.r, k.size, k.arma.phi, k.state
	newest := k.expected()
	first := s[0]
	for i := range r - 1 {
		s[i] = s[i+1] + phi[i]*first
	}
	s[r-1] = phi[r-1] * first
	if n > r {
		copy(s[r+1:n], s[r:n-1])
		s[r] = newest
	}
}

// spread takes the covariance to the next period: T*P*T' and the variance of a
// new error, P being less gain*gain'*inverse, what the last error told of. T
// moves states up by one but for the few coefficients, so that all but those is
// a shift. gain is the covariance with the value of this period, which becomes
// a state where there are differences; none where it was seen.
func (k *kalman) spread(inverse, variance float64) {
	r, n, g := k.r, k.size, k.gain[:k.size]
	for i := range n {
		out := k.next[i*n : (i+1)*n]
		switch from := i + 1; {
		case i == r-1:
			clear(out)
		case i == r:
			k.newest(out, inverse, variance)
		default:
			if i > r {
				from = i - 1
			}
			k.shift(out, from, g[from]*inverse)
			if n > r && inverse == 0 {
				out[r] = g[from]
			}
		}
	}
	k.regress(inverse)
	k.covariance, k.next = k.next, k.covariance
	k.excite(1)
}

// shift writes a row of P less c*gain, moved.
func (k *kalman) shift(out []float64, from int, c float64) {
	r, n, g := k.r, k.size, k.gain
	row := k.covariance[from*n : (from+1)*n]
	later, told := row[1:r], g[1:r]
	told = told[:len(later)]
	for j, v := range later {
		out[j] = v - c*told[j]
	}
	out[r-1] = 0
	if n > r {
		out[r] = 0
		later, told = row[r:n-1], g[r:n-1]
		told = told[:len(later)]
		own := out[r+1:]
		for j, v := range later {
			own[j] = v - c*told[j]
		}
	}
}

// newest is the row of this period's value.
func (k *kalman) newest(out []float64, inverse, variance float64) {
	clear(out)
	if inverse != 0 {
		return
	}
	r, n := k.r, k.size
	copy(out[:r-1], k.gain[1:r])
	out[r] = variance
	copy(out[r+1:], k.gain[r:n-1])
}

// regress adds what the coefficients of the AR make of the first state.
func (k *kalman) regress(inverse float64) {
	if len(k.arma.ar) == 0 {
		return
	}
	r, n := k.r, k.size
	k.first = zeros(k.first, n)
	k.shift(k.first, 0, k.gain[0]*inverse)
	if n > r && inverse == 0 {
		k.first[r] = k.gain[0]
	}
	own := k.covariance[0] - k.gain[0]*k.gain[0]*inverse
	for _, t := range k.arma.ar {
		i := t.lag - 1
		for j, v := range k.first[:n] {
			k.next[i*n+j] += t.c * v
			k.next[j*n+i] += t.c * v
		}
		for _, u := range k.arma.ar {
			k.next[i*n+u.lag-1] += t.c * u.c * own
		}
	}
}

// excite adds the variance of an error to the ARMA's states.
func (k *kalman) excite(sign float64) {
	for i := range k.r {
		c := sign
		if i > 0 {
			c *= k.arma.theta[i-1]
		}
		if c == 0 {
			continue
		}
		row := k.covariance[i*k.size:]
		row[0] += c
		for _, t := range k.arma.ma {
			row[t.lag] += c * t.c
		}
	}
}

// settle looks whether all that is not known is the next error.
func (k *kalman) settle(variance float64) {
	if !(variance < 1+converged) {
		return
	}
	k.excite(-1)
	k.settled = true
	for _, v := range k.covariance[:k.size*k.size] {
		if math.Abs(v) > converged {
			k.settled = false
			break
		}
	}
	if k.settled {
		clear(k.covariance)
	}
	k.excite(1)
}
