package interval

import "math"

const (
	// usualLevel is how far a shop's level is off at an origin, on the log scale,
	// before any shows it: a twentieth. It counts as one origin.
	usualLevel = 0.05
	// clearBias is how many standard errors the bias of past origins has to be to
	// be more than chance.
	clearBias = 2
)

// levelShift is the share of their means by which residuals have to be shifted, so
// that errors tell how sales scatter around a forecast, and not that the levels of
// a few past origins were all a little high or low: the next one's is off by another
// amount, and a median moved by theirs errs more. What is more than chance of it stays,
//
//	shift = exp((1 - kept) * b) - 1    kept = max(0, 1 - (clearBias * se(b) / b)^2)
//
// with b the mean over the origins of log(sum of actuals / sum of means), in the
// way of positive-part shrinkage (James and Stein 1961, "Estimation with quadratic
// loss").
func levelShift(rs []Residual) float32 {
	b, se := bias(rs)
	if b == 0 {
		return 0
	}
	chance := clearBias * se / b
	return float32(math.Expm1((1 - max(0, 1-chance*chance)) * b))
}

// bias is the mean logarithm over the windows of what came to what was forecast,
// and its standard error; 0 where nothing came or was forecast.
func bias(rs []Residual) (mean, se float64) {
	var n, sum, squares float64
	for from := 0; from < len(rs); {
		var actual, forecast float64
		to := from
		for ; to < len(rs) && rs[to].Window == rs[from].Window; to++ {
			actual, forecast = actual+float64(rs[to].Actual), forecast+float64(rs[to].Mean)
		}
		if from = to; actual > 0 && forecast > 0 {
			b := math.Log(actual / forecast)
			n, sum, squares = n+1, sum+b, squares+b*b
		}
	}
	if n == 0 {
		return 0, 0
	}
	mean = sum / n
	return mean, math.Sqrt(max(0, squares-n*mean*mean)+usualLevel*usualLevel) / n
}
