package life

import (
	"fmt"

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
	Ends     bool // silences beyond chance are ends
}

// mostKin is from how many mature series the sizes of kin are learnt at most.
const mostKin = 100_000

// newPrior learns from a panel; not ok where too little is
// on sale.
func newPrior(p *daycast.Panel) (*Prior, bool) {
	r := &Prior{First: firstDay(p), Ends: silencesEnd(p), Strength: 1}
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
	r.learn(p, kin)
	return r, true
}

// String is the prior in a line.
func (r *Prior) String() string {
	return fmt.Sprintf("strength %.3g, %d launches, curve %.2f, trust %.2g, ends %t", r.Strength, r.Curves.Shop.N, r.Curves.of(nil, 1), r.Trust, r.Ends)
}
