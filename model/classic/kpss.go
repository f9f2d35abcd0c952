package classic

import "math"

// kpss is the statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992),
// "Testing the null hypothesis of stationarity against the alternative of a
// unit root", Journal of Econometrics 54, for a level: large where a series
// wanders. The long-run variance has Bartlett's weights over 3*sqrt(n)/13 lags,
// as in auto.arima.
func kpss(y []float64) float64 {
	n := float64(len(y))
	mean := 0.0
	for _, v := range y {
		mean += v
	}
	mean /= n
	e := make([]float64, len(y))
	var sum, wander, variance float64
	for t, v := range y {
		e[t] = v - mean
		sum += e[t]
		wander += sum * sum
		variance += e[t] * e[t]
	}
	lags := int(3 * math.Sqrt(n) / 13)
	for l := 1; l <= lags; l++ {
		variance += 2 * (1 - float64(l)/float64(lags+1)) * dot(e[l:], e)
	}
	if !(variance > 0) {
		return 0
	}
	return wander / (n * variance)
}

// kpssCritical is the statistic at the 5% level: their table 1.
const kpssCritical = .463

// differencesNeeded is how often y must be differenced until the test does not
// reject that it is stationary, at most maxDifferences. y is written over. As
// statsforecast we lose a period more at each.
func differencesNeeded(y []float64) int {
	d := 0
	for len(y) > 3 && !constant(y) && kpss(y) > kpssCritical && d < maxDifferences {
		d++
		y = lagged(y, 1)[1:]
	}
	return d
}

func constant(y []float64) bool {
	for _, v := range y {
		if v != y[0] {
			return false
		}
	}
	return true
}
