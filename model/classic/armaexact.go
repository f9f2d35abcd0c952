package classic

import "math"

// A whitener turns a column into its one-step errors under an ARMA, each over
// the root of its variance, errors of the process having variance 1. It is
// linear, so that a regression's columns may be filtered apart.
type whitener interface {
	// prepare takes an ARMA, which must stay as it is until the next call, for
	// columns of n periods.
	prepare(a *arma, n int)
	// apply writes the errors of a column, 0 for a period that has none.
	apply(column, out []float64)
	// variances are the sum of the logarithms of the errors' variances, and of
	// how many errors.
	variances() (logs float64, n int)
}

// exact is the Kalman filter of a stationary series without gaps, in O(r) a
// period: the covariance P[t] of the state is never written, since
//
//	P[t+1] - P[t] = m[t] * w[t] * w[t]'
//
// has rank 1, whose parts have a recursion of their own. Once the filter has
// converged, errors have variance 1 and are
//
//	e[t] = y[t] - phi[0]*y[t-1] - ... - theta[0]*e[t-1] - ...
//
// over the few lags that count.
//
// Morf, Sidhu, Kailath (1974), "Some new algorithms for recursive estimation in
// constant, linear, discrete-time systems", IEEE TAC 19(4); Mélard (1984), "A
// fast algorithm for the exact likelihood of autoregressive-moving average
// models", Applied Statistics 33(1); Herbst (2015), "Using the Chandrasekhar
// recursions for likelihood evaluation of DSGE models", Computational Economics
// 45(4), whose notation this is.
type exact struct {
	arma  *arma
	n     int
	until int       // periods before the filter has converged
	gains []float64 // until x r: gain over variance
	roots []float64 // until: 1 / root of the variance
	logs  float64

	gain, change, state []float64 // r
}

// converged is how far the error's variance may be above its limit: next to
// nothing in the likelihood.
const converged = 1e-10

func (f *exact) prepare(a *arma, n int) {
	f.arma, f.n, f.logs = a, n, 0
	r := a.r
	f.gains, f.roots = f.gains[:0], f.roots[:0]
	f.gain, f.change = zeros(f.gain, r), zeros(f.change, r)
	variance := a.covariance[0]
	for i := range r {
		f.gain[i] = a.phi[i]*variance + a.covariance[i+1]
	}
	copy(f.change, f.gain)
	m, product := -1/variance, 1.0
	left := len(a.phi) // errors that the converged recursion looks back to
	f.until = n
	for t := range n {
		if variance < 1+converged {
			if left--; left < 0 {
				f.until = t
				break
			}
		}
		if product *= variance; product > 1e100 {
			f.logs += math.Log(product)
			product = 1
		}
		f.roots = append(f.roots, 1/math.Sqrt(variance))
		inverse := 1 / variance
		for _, g := range f.gain {
			f.gains = append(f.gains, g*inverse)
		}
		variance, m = f.advance(variance, m)
	}
	f.logs += math.Log(product)
}

// advance takes the gain and the change of covariance to the next period.
func (f *exact) advance(variance, m float64) (float64, float64) {
	r := f.arma.r
	phi, gain, w := f.arma.phi[:r], f.gain[:r], f.change[:r]
	z := w[0]
	after := max(variance+m*z*z, 1)
	mz, share := m*z, z/after
	later := w[1:]
	p, g, w0 := phi[:len(later)], gain[:len(later)], w[:len(later)] // no bounds to check
	for i, v := range later {
		shifted := p[i]*z + v
		c := g[i] + mz*shifted
		g[i] = c
		w0[i] = shifted - share*c
	}
	shifted := phi[r-1] * z
	gain[r-1] += mz * shifted
	w[r-1] = shifted - share*gain[r-1]
	return after, m * after / variance
}

func (f *exact) variances() (float64, int) { return f.logs, f.n }

func (f *exact) apply(y, out []float64) {
	r := f.arma.r
	f.state = zeros(f.state, r)
	phi, state := f.arma.phi[:r], f.state[:r]
	for t := range f.until {
		expected := state[0]
		e := y[t] - expected
		out[t] = e * f.roots[t]
		gain := f.gains[t*r:][:r]
		later := state[1:]
		p, g, s := phi[:len(later)], gain[:len(later)], state[:len(later)] // no bounds to check
		for i, v := range later {
			s[i] = v + p[i]*expected + g[i]*e
		}
		state[r-1] = phi[r-1]*expected + gain[r-1]*e
	}
	ar, ma := f.arma.ar, f.arma.ma
	for t := f.until; t < f.n; t++ {
		e := y[t]
		for _, k := range ar {
			e -= k.c * y[t-k.lag]
		}
		for _, k := range ma {
			e -= k.c * out[t-k.lag]
		}
		out[t] = e
	}
}
