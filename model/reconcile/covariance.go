package reconcile

import (
	"math"

	"daycast"
)

// A Covariance is what W of MinT is: how far base forecasts err, and how much
// together. It is a diagonal and, where errors are known to go together, a
// product of few columns, so that a million series take no matrix of a million
// by a million:
//
//	W = diag(Upper, Bottom) + scale^2 * E E'        E the errors, node x T
//
// Only its proportions count: W and 2W reconcile alike.
type Covariance struct {
	Upper  []float64 // m, the diagonal, > 0
	Bottom []float32 // n, the diagonal, > 0
	errors Values    // E; no columns: W is diagonal
	scale  float64
}

// check refuses variances that are none.
func (w Covariance) check() error {
	for _, v := range w.Upper {
		if !(v >= 0) || math.IsInf(v, 0) {
			return daycast.Errorf(daycast.Invalid, "a group's variance is %g", v)
		}
	}
	for _, v := range w.Bottom {
		if !(v >= 0) || math.IsInf(float64(v), 0) {
			return daycast.Errorf(daycast.Invalid, "a series' variance is %g", v)
		}
	}
	return nil
}

// OLS trusts all nodes alike: a group's error is thought no larger than a series'.
func OLS(h *Hierarchy) Covariance {
	w := Covariance{Upper: make([]float64, h.uppers), Bottom: make([]float32, len(h.Series))}
	for u := range w.Upper {
		w.Upper[u] = 1
	}
	for i := range w.Bottom {
		w.Bottom[i] = 1
	}
	return w
}

// Structural thinks the series' errors alike and independent, so that a group's
// variance is the number of its series (Athanasopoulos et al. 2017, EJOR 262(1)).
// It needs no past.
func Structural(h *Hierarchy) Covariance {
	w := OLS(h)
	for u, n := range h.count {
		w.Upper[u] = max(1, float64(n))
	}
	return w
}

// Variance has the mean squared past errors on the diagonal (WLS by variance:
// Hyndman, Lee, Wang 2016, CSDA 97). The errors are those of ErrorsAt: NaN where
// they are not known; a node without any has its level's mean, or where that is
// not known either the series' mean times its number of series.
func Variance(h *Hierarchy, errors Values) (Covariance, error) {
	if err := errors.check(h); err != nil {
		return Covariance{}, err
	}
	w := Covariance{Upper: make([]float64, h.uppers), Bottom: make([]float32, len(h.Series))}
	var sum, n float64
	for i := range w.Bottom {
		w.Bottom[i] = float32(meanSquare(errors.BottomOf(i)))
		if !math.IsNaN(float64(w.Bottom[i])) {
			sum += float64(w.Bottom[i])
			n++
		}
	}
	if n == 0 || sum == 0 || math.IsInf(sum, 0) {
		return Covariance{}, daycast.Errorf(daycast.Invalid, "past errors of %d of %d series, in all %g: no variances to go by", int(n), len(h.Series), sum).
			WithHint("Structural needs none")
	}
	mean := sum / n
	floor := varianceFloor * mean
	for i, v := range w.Bottom {
		if math.IsNaN(float64(v)) {
			v = float32(mean)
		}
		w.Bottom[i] = max(v, float32(floor))
	}
	for u := range w.Upper {
		w.Upper[u] = meanSquare(errors.UpperOf(u))
	}
	h.fillUpper(w.Upper, mean, floor)
	return w, nil
}

// A node that never erred, such as a dead series, would be a lock, and locks may
// contradict each other. A choice: small enough to keep such a node's forecast.
const varianceFloor = 1e-6

// fillUpper gives groups without past errors their level's mean.
func (h *Hierarchy) fillUpper(variance []float64, bottom, floor float64) {
	for _, l := range h.Levels {
		own := variance[l.First : l.First+len(l.Names)]
		var sum, n float64
		for _, v := range own {
			if !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		for g, v := range own {
			if math.IsNaN(v) && n > 0 {
				v = sum / n
			} else if math.IsNaN(v) {
				v = bottom * float64(h.count[l.First+g])
			}
			own[g] = max(v, floor)
		}
	}
}

// meanSquare is that of the known errors, NaN without any.
func meanSquare[F float32 | float64](errors []F) float64 {
	var sum, n float64
	for _, e := range errors {
		if !math.IsNaN(float64(e)) {
			sum += float64(e) * float64(e)
			n++
		}
	}
	return sum / n
}
