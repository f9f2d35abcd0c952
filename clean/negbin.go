package clean

import "math"

// negativeBinomial is a count whose variance is mean + over*mean^2: a Poisson
// count of a rate that varies by a gamma. Over is 0 for a Poisson count.
type negativeBinomial struct{ mean, over float64 }

// none is the chance of a count of zero, (1 + over*mean)^(-1/over).
func (n negativeBinomial) none() float64 {
	if n.over < 1e-9 {
		return math.Exp(-n.mean)
	}
	return math.Exp(-math.Log1p(n.over*n.mean) / n.over)
}

// atMost is the chance of a count up to x.
func (n negativeBinomial) atMost(x int) float64 {
	size := 1 / max(n.over, 1e-9)
	rho := math.Log(n.mean) - math.Log(n.mean+size)
	term := -size * math.Log1p(n.mean/size) // the logarithm of P(0)
	sum := math.Exp(term)
	for k := range x {
		term += math.Log((float64(k)+size)/(float64(k)+1)) + rho
		sum += math.Exp(term)
	}
	return min(1, sum)
}

// notChance is the probability that what has so small a chance was no chance,
// where such a thing happens by itself on one day in so many.
func notChance(chance, oneIn float64) float64 { return 1 / (1 + chance*oneIn) }
