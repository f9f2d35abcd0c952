package classic

import "math"

// bestSmoothing is the constant in [low, high] with which simple exponential
// smoothing, started at the first of x, has the least squared errors:
//
//	f[0] = x[0], f[t+1] = alpha*x[t] + (1-alpha)*f[t], SSE = sum((x[t]-f[t])^2)
//
// One walk over x gives the errors and their slope for four constants at once,
// which costs hardly more than one, as each waits for its own last value. They
// are the ends and the first points of a golden section (Kiefer 1953,
// "Sequential minimax search for a maximum", Proc. AMS 4), by which we take the
// minimum that statsforecast's goes to where there are two. A cubic and Newton's
// steps find it, on the scale of alpha's logarithm, on which the errors are more
// alike and which saves every third walk. Where the errors do not tell constants apart, as of fewer than
// three values, it is the middle of the range. warm is where to begin, 0 where
// nothing is known.
func bestSmoothing(x []float64, low, high, warm float64) float64 {
	if len(x) < 3 {
		return (low + high) / 2
	}
	if warm > low && warm < high {
		return newton(x, low, high, warm)
	}
	const golden = 0.6180339887498949
	at := [4]float64{low, high - golden*(high-low), low + golden*(high-low), high}
	errors, slopes := squaredErrors(x, at)
	left := 1 // the minimum is between this point and the next
	switch {
	case errors[1] == errors[2]:
		return (low + high) / 2
	case errors[1] < errors[2] && slopes[1] > 0:
		left = 0
	case errors[2] < errors[1] && slopes[2] < 0:
		left = 2
	}
	switch {
	case left == 0 && slopes[0] >= 0:
		return low
	case left == 2 && slopes[3] <= 0:
		return high
	}
	a, b := at[left], at[left+1]
	la, lb := math.Log(a), math.Log(b)
	return newton(x, a, b, math.Exp(cubicMinimum(la, lb, errors[left], errors[left+1], a*slopes[left], b*slopes[left+1])))
}

// cubicMinimum is where the cubic with these values and slopes at a and b has
// its minimum: Nocedal, Wright (2006), "Numerical Optimization", equation 3.59.
func cubicMinimum(a, b, atA, atB, slopeA, slopeB float64) float64 {
	d := slopeA + slopeB - 3*(atA-atB)/(a-b)
	root := math.Sqrt(max(0, d*d-slopeA*slopeB))
	return b - (b-a)*(slopeB+root-d)/(slopeB-slopeA+2*root)
}

// newton finds where the slope of the squared errors turns positive in [a, b],
// beginning at an alpha between them; it halves the range, in logarithms, where
// Newton's step would leave it.
func newton(x []float64, a, b, alpha float64) float64 {
	const close = 1e-3 // of alpha; Newton's steps square the error: the last leaves 1e-6
	if !(alpha > a && alpha < b) {
		alpha = (a + b) / 2
	}
	for range 60 {
		first, second := derivatives(x, alpha)
		if first > 0 {
			b = alpha
		} else {
			a = alpha
		}
		// Newton's step for log(alpha), of which the errors are closer to a parabola.
		next := alpha * math.Exp(-first/(first+alpha*second))
		halved := !(next > a && next < b) || first+alpha*second <= 0
		if halved {
			next = math.Sqrt(a * b)
		}
		if step := math.Abs(next - alpha); step < close*alpha && !halved || step < 1e-12 {
			return next
		}
		alpha = next
	}
	return alpha
}

// squaredErrors are those of four constants, and their derivatives by them.
func squaredErrors(x []float64, alpha [4]float64) (errors, slopes [4]float64) {
	a0, a1, a2, a3 := alpha[0], alpha[1], alpha[2], alpha[3]
	f0, f1, f2, f3 := x[0], x[0], x[0], x[0] // forecasts
	var d0, d1, d2, d3 float64               // and their derivatives
	var s0, s1, s2, s3, g0, g1, g2, g3 float64
	for _, v := range x[1:] {
		e0, e1, e2, e3 := v-f0, v-f1, v-f2, v-f3
		s0, s1, s2, s3 = s0+e0*e0, s1+e1*e1, s2+e2*e2, s3+e3*e3
		g0, g1, g2, g3 = g0-e0*d0, g1-e1*d1, g2-e2*d2, g3-e3*d3
		f0, f1, f2, f3 = f0+a0*e0, f1+a1*e1, f2+a2*e2, f3+a3*e3
		d0, d1, d2, d3 = e0+(1-a0)*d0, e1+(1-a1)*d1, e2+(1-a2)*d2, e3+(1-a3)*d3
	}
	return [4]float64{s0, s1, s2, s3}, [4]float64{2 * g0, 2 * g1, 2 * g2, 2 * g3}
}

// derivatives are those of the squared errors by alpha, of first and second
// order, halved.
func derivatives(x []float64, alpha float64) (first, second float64) {
	keep := 1 - alpha
	f, d, dd := x[0], 0.0, 0.0 // the forecast and its own derivatives
	for _, v := range x[1:] {
		e := v - f
		first -= e * d
		second += d*d - e*dd
		f, d, dd = alpha*v+keep*f, e+keep*d, keep*dd-2*d
	}
	return first, second
}
