package classic

import "math"

// countSearch looks for the discount and the dispersion of a countState by
// coordinates, the one given the other.
type countSearch struct {
	state *countState
	units []float64 // evidence, counted in the state's unit
	shape []float64 // of their periods
	gaps  []float64 // periods since the evidence before
	// For a discount:
	means   []float64 // expected
	blurs   []float64 // what not to know the level multiplies the variance by
	logBlur []float64
}

func newCountSearch(h *History, s *countState) *countSearch {
	n := h.Evidence()
	memory := make([]float64, 6*n)
	column := func() []float64 {
		out := memory[:n:n]
		memory = memory[n:]
		return out
	}
	o := &countSearch{state: s, units: column(), shape: column(), gaps: column(), means: column(), blurs: column(), logBlur: column()}
	at, gap := 0, 0.0
	for t, y := range h.Units {
		gap++
		if y == y {
			o.units[at], o.shape[at], o.gaps[at] = y/s.unit, s.shape[t%h.Season], gap
			at, gap = at+1, 0
		}
	}
	return o
}

// run leaves the best discount and dispersion in the state. A warm search
// begins at those that it has.
func (o *countSearch) run(warm bool) {
	s := o.state
	low, high := innovation(highDiscount), innovation(lowDiscount)
	discount := innovation(s.discount)
	step := 1.0
	if warm {
		step = .1
	} else {
		o.filter(s.discount)
		s.dispersion = o.pearson() * s.unit
	}
	const rounds = 2 // the two hardly depend on each other
	for range rounds {
		discount = least(low, high, discount, step, func(v float64) float64 {
			o.filter(discountOf(v))
			return o.loss(s.dispersion / s.unit)
		})
		s.discount = discountOf(discount)
		o.filter(s.discount)
		s.dispersion = s.unit * math.Exp(least(0, math.Log(maxDispersion), math.Log(s.dispersion/s.unit), step/2, func(v float64) float64 {
			return o.loss(math.Exp(v))
		}))
		step = .1
	}
}

// innovation is the logarithm of how fast the variance of the level grows,
// in which the likelihood is nearly a parabola.
func innovation(discount float64) float64 { return math.Log(1/discount - 1) }

func discountOf(innovation float64) float64 { return 1 / (1 + math.Exp(innovation)) }

// filter fills what depends on the discount.
func (o *countSearch) filter(discount float64) {
	s := *o.state
	s.discount, s.level, s.b = discount, s.start, startWeight
	usual := discount
	for t, y := range o.units {
		level, b := s.mean+s.damping*(s.level-s.mean), usual*s.b
		if o.gaps[t] != 1 {
			level, b = s.after(o.gaps[t])
		}
		f := o.shape[t]
		o.means[t], o.blurs[t] = f*level/s.unit, 1+f/b
		s.b = b + f
		s.level = (level*b + y*s.unit) / s.b
	}
	for t, v := range o.blurs {
		o.logBlur[t] = math.Log(v)
	}
}

// pearson is the dispersion by moments.
func (o *countSearch) pearson() float64 {
	sum, n := 0.0, 0.0
	for t, y := range o.units {
		if m := o.means[t]; m > 0 {
			sum += (y - m) * (y - m) / (m * o.blurs[t])
			n++
		}
	}
	return min(maxDispersion, max(1, sum/max(1, n)))
}

// maxDispersion is that of an item whose sales are a million pieces or none.
const maxDispersion = 1e6

// loss is the negative logarithm of the likelihood but for what no parameter
// changes. With v the ratio of variance and mean, k = mean/(v-1):
//
//	log P(y) = log(gamma(y+k)/gamma(k)) - k*log(v) + y*log(1-1/v) - log(y!)
//
// For few pieces, gamma(y+k)/gamma(k) is a product of y factors, and the
// logarithm is taken of many periods' factors at once.
func (o *countSearch) loss(dispersion float64) float64 {
	const few, large = 12, 1e200
	logDispersion := math.Log(dispersion)
	sum, product := 0.0, 1.0
	for t, y := range o.units {
		m := o.means[t]
		if m <= 0 {
			continue
		}
		v := dispersion * o.blurs[t]
		k := m / (v - 1)
		sum += k * (logDispersion + o.logBlur[t])
		switch {
		case y == 0:
		case y <= few && y == math.Trunc(y) && k < 1e6:
			share := (v - 1) / v
			for j := 0.0; j < y; j++ {
				product *= (k + j) * share
			}
			if product > large || product < 1/large {
				sum -= math.Log(product)
				product = 1
			}
		default:
			sum -= logGammaRatio(k, y) + y*math.Log1p(-1/v)
		}
	}
	return sum - math.Log(product)
}

// logGammaRatio is log(gamma(k+y)/gamma(k)), by Stirling's series: Abramowitz,
// Stegun (1964), "Handbook of Mathematical Functions", 6.1.41. Two calls of
// math.Lgamma cost four times as much.
func logGammaRatio(k, y float64) float64 {
	const small = 8 // from which on the series is right to 1e-9
	shift := 0.0
	if k < small {
		top, bottom := 1.0, 1.0
		for j := 0.0; j < small; j++ {
			top *= k + j
			bottom *= k + y + j
		}
		shift = math.Log(top / bottom)
		k += small
	}
	z := k + y
	return shift + (z-.5)*math.Log(z) - (k-.5)*math.Log(k) - y + stirling(z) - stirling(k)
}

func stirling(z float64) float64 {
	inverse := 1 / z
	square := inverse * inverse
	return inverse * (1./12 - square*(1./360-square/1260))
}

// least is where f has its least value in [low, high], as far as it is a
// valley: steps double from start until they go up, then parabolas close in.
func least(low, high, start, step float64, f func(float64) float64) float64 {
	const close = .01
	b := min(high-step, max(low+step, start))
	a, c := b-step, b+step
	atA, atB, atC := f(a), f(b), f(c)
	for atA < atB && a > low {
		step *= 2
		b, c, atB, atC = a, b, atA, atB
		a = max(low, b-step)
		atA = f(a)
	}
	for atC < atB && c < high {
		step *= 2
		a, b, atA, atB = b, c, atB, atC
		c = min(high, b+step)
		atC = f(c)
	}
	if atA < atB || atC < atB { // the valley is at an end
		if atA < atC {
			return a
		}
		return c
	}
	for range 20 {
		next := parabola(a, b, c, atA, atB, atC)
		if !(next > a && next < c) || math.Abs(next-b) < close {
			return b
		}
		switch at := f(next); {
		case at < atB && next < b:
			b, c, atB, atC = next, b, at, atB
		case at < atB:
			a, b, atA, atB = b, next, atB, at
		case next < b:
			a, atA = next, at
		default:
			c, atC = next, at
		}
	}
	return b
}

// parabola is where the one through three points is least.
func parabola(a, b, c, atA, atB, atC float64) float64 {
	left, right := (b-a)*(atB-atC), (b-c)*(atB-atA)
	return b - ((b-a)*left-(b-c)*right)/(2*(left-right))
}
