package classic

import "math"

// gapped are the innovations of a series with gaps, by kalman. Its columns are
// not differenced; the first one prepared for says where the gaps are.
type gapped struct {
	filter     kalman
	difference []float64
	units      []float64 // NaN in a gap
	gains      []float64 // n x size: of the periods that are none
	roots      []float64 // n: 1 / root of the variance; 0 where it tells of nothing else
	logs       float64
	n          int
}

func (f *gapped) prepare(a *arma, n int) {
	k := &f.filter
	k.start(a, f.difference)
	f.gains, f.roots, f.logs, f.n = zeros(f.gains, n*k.size), zeros(f.roots, n), 0, 0
	for t, y := range f.units[:n] {
		gain := f.gains[t*k.size : (t+1)*k.size]
		if y == y && k.settled {
			gain[0] = 1
			copy(gain[1:k.r], a.theta)
			f.roots[t] = 1
			f.n++
			continue // such a period changes nothing but the state
		}
		if y != y {
			k.step(y)
			continue
		}
		variance := k.variance()
		for i := range gain {
			gain[i] = k.gain[i] / variance
		}
		k.learn(0, variance)
		if len(f.difference) == 0 || variance < unlearnt {
			f.roots[t] = 1 / math.Sqrt(variance)
			f.logs += math.Log(variance)
			f.n++
		}
	}
}

func (f *gapped) variances() (float64, int) { return f.logs, f.n }

func (f *gapped) apply(y, out []float64) {
	k := &f.filter
	clear(k.state)
	for t := range f.roots {
		out[t] = 0
		if f.units[t] == f.units[t] {
			e := y[t] - k.expected()
			out[t] = e * f.roots[t]
			for i, g := range f.gains[t*k.size : (t+1)*k.size] {
				k.state[i] += g * e
			}
		}
		k.move()
	}
}

// conditional are the innovations of a series with gaps, as if a gap's value
// were what was expected of it, and all before the first periods' too: an
// approximation, cheap enough to choose the orders by.
type conditional struct {
	difference []float64
	units      []float64 // NaN in a gap
	arma       *arma
	all        []float64 // coefficients of the AR and the differences, multiplied
	ar         []term
	from, n    int
	filled     []float64
}

func (f *conditional) prepare(a *arma, n int) {
	f.arma = a
	f.all = zeros(f.all, a.r+len(f.difference)+1)
	f.all[0] = 1
	for _, t := range a.ar {
		f.all[t.lag] = -t.c
	}
	// Differences are few, so that the product is written over the AR from its
	// highest power down.
	for k := len(f.all) - 1; k >= 0; k-- {
		for j, c := range f.difference {
			if c != 0 && k-j-1 >= 0 && k-j-1 <= a.r {
				f.all[k] += c * f.autoregressive(k-j-1)
			}
		}
	}
	f.ar = f.ar[:0]
	for k, c := range f.all[1:] {
		if c != 0 {
			f.ar = append(f.ar, term{k + 1, -c})
		}
	}
	f.from = len(f.difference)
	if len(a.ar) > 0 {
		f.from += a.ar[len(a.ar)-1].lag
	}
	f.n = 0
	for _, y := range f.units[min(f.from, n):n] {
		if y == y {
			f.n++
		}
	}
}

// autoregressive is the coefficient of B^k in 1 - phi(B).
func (f *conditional) autoregressive(k int) float64 {
	if k == 0 {
		return 1
	}
	return -f.arma.phi[k-1]
}

func (f *conditional) variances() (float64, int) { return 0, f.n }

func (f *conditional) apply(y, out []float64) {
	n := len(f.units)
	f.filled = zeros(f.filled, n)
	last := 0.0
	for t := range min(f.from, n) {
		if f.units[t] == f.units[t] {
			last = y[t]
		}
		f.filled[t], out[t] = last, 0
	}
	ma := f.arma.ma
	for t := f.from; t < n; t++ {
		expected := 0.0
		for _, k := range f.ar {
			expected += k.c * f.filled[t-k.lag]
		}
		for _, k := range ma {
			if k.lag <= t {
				expected += k.c * out[t-k.lag]
			}
		}
		if f.units[t] == f.units[t] {
			f.filled[t], out[t] = y[t], y[t]-expected
		} else {
			f.filled[t], out[t] = expected, 0
		}
	}
}
