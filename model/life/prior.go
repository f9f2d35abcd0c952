package life

import (
	"fmt"
	"math"

	"daycast"
)

// A Prior is what is known of a series before its own history says enough.
type Prior struct {
	First  daycast.Day // of the shop
	Sizes  Sizes
	Kin    Kin
	Curves Curves
	// Trust is the power of the curves that past series bear out, 0 to 1.
	Trust float64
	// Strength is how many units its kin have to have been expected to sell
	// before a series' own history counts half of its level.
	Strength float64
	// Spread is the variance of mature series' sizes about those by their kin,
	// relative to the square of the mean.
	Spread float64
	// Dispersion is the variance of a mature series' units about its mean,
	// relative to the mean; at least 1.
	Dispersion float64
	Whole      bool // units are whole numbers
	Ends       bool // silences beyond chance are ends
}

// mostKin is from how many mature series the sizes of kin are learnt at most.
const mostKin = 100_000

// newPrior learns from a panel; not ok where too little is
// on sale.
func newPrior(p *daycast.Panel) (*Prior, bool) {
	r := &Prior{First: firstDay(p), Whole: whole(p), Ends: silencesEnd(p), Strength: 1}
	r.Sizes = observedSizes(p, r.First)
	var kin []int
	var x []float64
	for _, i := range few(matureOf(p, r.First), mostKin) {
		n := p.Len(i)
		if sold, expected := against(p, i, n-periods(p.Step, matureDays), n, &r.Sizes); expected > 0 {
			kin, x = append(kin, i), append(x, max(0, sold/expected))
		}
	}
	if len(kin) == 0 || !(mean(x) > 0) {
		return nil, false
	}
	r.Kin = newKin(p, kin, x)
	r.Curves = newCurves(p, r)
	r.Dispersion = r.dispersion(p, kin, x)
	at := r.Kin.reader(p)
	r.Spread = spread(x, func(m int) float64 { return r.Kin.size(at.groups(kin[m])) })
	r.learn(p, kin)
	return r, true
}

func whole(p *daycast.Panel) bool {
	for _, u := range p.Units {
		if u != float32(math.Trunc(float64(u))) {
			return false
		}
	}
	return true
}

// spread is that of Prior: of the mature series' sizes about those by their kin.
func spread(x []float64, size func(m int) float64) float64 {
	var about, square float64
	for m, own := range x {
		kin := size(m)
		about += (own - kin) * (own - kin)
		square += kin * kin
	}
	return about / square
}

// dispersion is that of Prior.
func (r *Prior) dispersion(p *daycast.Panel, kin []int, x []float64) float64 {
	var about, sum float64
	for m, i := range kin {
		n := p.Len(i)
		state, units := p.StateOf(i), p.SpreadOf(i)
		for t := max(0, n-periods(p.Step, matureDays)); t < n; t++ {
			if s := r.Sizes.at(day(p, i, t)); state[t].Evidence() && s > 0 {
				e := float64(units[t]) - x[m]*s
				about += e * e
				sum += x[m] * s
			}
		}
	}
	return max(1, about/max(sum, 1e-9))
}

// String is the prior in a line.
func (r *Prior) String() string {
	return fmt.Sprintf("strength %.3g, spread %.3g, dispersion %.3g, %d launches, curve %.2f, trust %.2g, ends %t", r.Strength, r.Spread, r.Dispersion, r.Curves.Shop.N, r.Curves.of(nil, 1), r.Trust, r.Ends)
}
