package clean

// censored is what was wanted on a day that may have run out: mean is what it
// would sell in stock, sold what it did, unit and over the variance (see
// expected). Demand is a negative binomial: a Poisson number of packs of unit
// pieces, whose rate varies from day to day by a gamma with size 1/over.

// atLeast is the demand of a day known to be at least what was sold, because
// nothing was left: E[D | D >= sold], a tail of the negative binomial, summed
// from sold upwards. It is the Tobit model's expectation with counts in the
// place of a normal.
func atLeast(mean, sold, unit, over float64) float64 {
	if sold <= 0 || mean <= 0 {
		return max(sold, mean)
	}
	n, mu, size := sold/unit, mean/unit, 1/over
	rho := mu / (mu + size)
	var sum, weight float64
	for j, w := 0.0, 1.0; j < 1e5 && w > 1e-7*weight; j++ {
		sum += w * j
		weight += w
		w *= (n + j + size) / (n + j + 1) * rho
	}
	return sold + unit*sum/weight
}

// inPart is the demand of a day on which a share of the usual demand could be
// served: the rest is expected at the day's rate, which sales so far tell in
// part (the posterior of a gamma rate after a Poisson count). When sales end
// does not matter to it, even where they end because so much was sold.
func inPart(mean, sold, share, unit, over float64) float64 {
	size := 1 / over
	sold = max(sold, 0)
	return sold + (1-share)*mean*(size+sold/unit)/(size+share*mean/unit)
}
