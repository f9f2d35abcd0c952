package classic

import "math"

// arma is a stationary and invertible ARMA with its seasonal factors
// multiplied out:
//
//	y[t] = phi[0]*y[t-1] + phi[1]*y[t-2] + ... + e[t] + theta[0]*e[t-1] + ...
//
// Most of its coefficients are 0, so that the lags that are not are listed too.
type arma struct {
	r          int       // states of Harvey's form: max(lags of y, lags of e + 1)
	phi, theta []float64 // r each
	ar, ma     []term    // those that are not 0

	covariance []float64 // r+1: of the first state with y[t]; the last is 0
	own        [4][maxARMA]float64
	scratch    armaScratch
}

// term is a coefficient of a lag.
type term struct {
	lag int
	c   float64
}

// armaScratch is the memory of autocovariances.
type armaScratch struct{ steps, pure, mixed, psi, squares []float64 }

// nearestPartial bounds partial autocorrelations: single precision keeps a
// number of this size below 1.
const nearestPartial = 1 - 1.0/(1<<20)

// set makes a of partial autocorrelations, each in (-1, 1): first of the AR
// lags, then of the MA, the seasonal AR and the seasonal MA, for which they are
// those of the inverse.
//
// Barndorff-Nielsen, Schou (1973); Jones (1980), "Maximum likelihood fitting of
// ARMA models to time series with missing observations", Technometrics 22(3);
// Monahan (1984), "A note on enforcing stationarity in autoregressive-moving
// average models", Biometrika 71(2).
func (a *arma) set(o arimaOrder, partial []float64) {
	ar, partial := a.own[0][:o.P], a.part(0, o.P, 1, partial)
	ma, partial := a.own[1][:o.Q], a.part(1, o.Q, -1, partial)
	sar, partial := a.own[2][:o.SP], a.part(2, o.SP, 1, partial)
	sma := a.own[3][:o.SQ]
	a.part(3, o.SQ, -1, partial)

	a.r = o.states()
	a.phi, a.theta = zeros(a.phi, a.r), zeros(a.theta, a.r)
	multiply(a.phi, ar, sar, o.Season, -1)
	multiply(a.theta, ma, sma, o.Season, 1)
	a.ar, a.ma = terms(a.ar, a.phi), terms(a.ma, a.theta)
	a.covariances()
}

// part makes n coefficients of n partial autocorrelations and returns the rest.
func (a *arma) part(k, n int, sign float64, partial []float64) []float64 {
	out := a.own[k][:n]
	fromPartial(out, partial[:n])
	for i := range out {
		out[i] *= sign
	}
	return partial[n:]
}

// fromPartial is Durbin and Levinson's recursion.
func fromPartial(out, partial []float64) {
	var before [maxARMA]float64
	for k, p := range partial {
		p = min(max(p, -nearestPartial), nearestPartial)
		copy(before[:k], out[:k])
		for j := range k {
			out[j] -= p * before[k-1-j]
		}
		out[k] = p
	}
}

// multiply writes the product of a factor and its seasonal one; sign is that
// of their coefficients in the polynomials.
func multiply(out, plain, seasonal []float64, season int, sign float64) {
	copy(out, plain)
	for k, s := range seasonal {
		at := (k+1)*season - 1
		out[at] += s
		for j, c := range plain {
			out[at+1+j] += sign * c * s
		}
	}
}

func terms(out []term, coefficients []float64) []term {
	out = out[:0]
	for k, c := range coefficients {
		if c != 0 {
			out = append(out, term{k + 1, c})
		}
	}
	return out
}

// zeros is a slice of n zeros, in memory that s has where it is enough.
func zeros(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// covariances fills a.covariance for errors of variance 1. The state's part i
// is what is known of y[t+i] but its newer errors:
//
//	sum over j >= i of phi[j]*y[t-1-(j-i)] + theta[j-1]*e[t-(j-i)]
//
// Harvey (1989), "Forecasting, structural time series models and the Kalman
// filter", section 3.3.
func (a *arma) covariances() {
	s := &a.scratch
	gamma := a.autocovariances()
	s.psi = zeros(s.psi, a.r)
	for k := range s.psi {
		if k == 0 {
			s.psi[0] = 1
			continue
		}
		s.psi[k] = a.theta[k-1]
		for _, t := range a.ar {
			if t.lag <= k {
				s.psi[k] += t.c * s.psi[k-t.lag]
			}
		}
	}
	a.covariance = zeros(a.covariance, a.r+1)
	a.covariance[0] = gamma[0]
	for i := 1; i < a.r; i++ {
		sum := 0.0
		for _, t := range a.ar {
			if t.lag > i {
				sum += t.c * gamma[t.lag-i]
			}
		}
		for _, t := range a.ma {
			if t.lag >= i {
				sum += t.c * s.psi[t.lag-i]
			}
		}
		a.covariance[i] = sum
	}
}

// autocovariances are those of y at the lags 0 to p: those of the pure AR with
// the same phi, by the recursion of Durbin and Levinson backwards, weighed by
// theta's own.
func (a *arma) autocovariances() []float64 {
	s := &a.scratch
	p, q := 0, 0
	if n := len(a.ar); n > 0 {
		p = a.ar[n-1].lag
	}
	if n := len(a.ma); n > 0 {
		q = a.ma[n-1].lag
	}
	a.pure(p, p+q)
	s.squares = zeros(s.squares, q+1)
	s.squares[0] = 1
	for _, t := range a.ma {
		s.squares[0] += t.c * t.c
		s.squares[t.lag] += t.c
		for _, u := range a.ma {
			if u.lag > t.lag {
				s.squares[u.lag-t.lag] += t.c * u.c
			}
		}
	}
	s.mixed = zeros(s.mixed, p+1)
	for k := range s.mixed {
		sum := s.squares[0] * s.pure[k]
		for l := 1; l <= q; l++ {
			if c := s.squares[l]; c != 0 {
				sum += c * (s.pure[max(k-l, l-k)] + s.pure[k+l])
			}
		}
		s.mixed[k] = sum
	}
	return s.mixed
}

// pure fills the autocovariances of the AR(p) at the lags 0 to last.
func (a *arma) pure(p, last int) {
	s := &a.scratch
	// steps holds the predictors of order 1 to p, one below the other.
	s.steps = zeros(s.steps, p*p)
	variance := 1.0
	if p > 0 {
		copy(s.steps[(p-1)*p:], a.phi[:p])
	}
	for k := p - 1; k >= 0; k-- {
		row := s.steps[k*p : k*p+k+1]
		reflection := row[k]
		rest := max(1-reflection*reflection, math.SmallestNonzeroFloat64)
		variance /= rest
		for j := range k {
			s.steps[(k-1)*p+j] = (row[j] + reflection*row[k-1-j]) / rest
		}
	}
	s.pure = zeros(s.pure, last+1)
	s.pure[0] = variance
	for k := 1; k <= last; k++ {
		sum := 0.0
		if k <= p {
			for j, c := range s.steps[(k-1)*p : (k-1)*p+k] {
				sum += c * s.pure[k-1-j]
			}
		} else {
			for _, t := range a.ar {
				sum += t.c * s.pure[k-t.lag]
			}
		}
		s.pure[k] = sum
	}
}

// nearCircle reports whether a root of 1 - c[0]*z - c[1]*z^2 - ... lies within
// a radius: whether the polynomial stretched by it is not stationary.
func nearCircle(c []float64, radius float64) bool {
	var row, next [maxARMA]float64
	stretch := 1.0
	for k, v := range c {
		stretch *= radius
		row[k] = v * stretch
	}
	for k := len(c) - 1; k >= 0; k-- {
		reflection := row[k]
		if !(math.Abs(reflection) < 1) {
			return true
		}
		for j := range k {
			next[j] = (row[j] + reflection*row[k-1-j]) / (1 - reflection*reflection)
		}
		row = next
	}
	return false
}

// nearestRoot is auto.arima's: models with a root nearer to the unit circle
// are refused, as their likelihood is hard to tell from a simpler model's.
const nearestRoot = 1.01

// unsound reports whether a has a root that is too near. As statsforecast we
// let a single coefficient pass; and we measure seasonal roots in seasons, not
// in periods: a season that hardly changes has a seasonal difference and an MA
// of -.95, which auto.arima refuses.
func (a *arma) unsound(o arimaOrder) bool {
	return o.P+o.SP > 1 && a.near(0, o.P, o.SP, 1) || o.Q+o.SQ > 1 && a.near(1, o.Q, o.SQ, -1)
}

func (a *arma) near(k, n, seasonal int, sign float64) bool {
	plain, slow := a.own[k], a.own[k+2]
	for i := range plain {
		plain[i] *= sign
		slow[i] *= sign
	}
	return nearCircle(plain[:n], nearestRoot) || nearCircle(slow[:seasonal], nearestRoot)
}
