package simulate

import (
	"math"
	"testing"
)

// The draws have the moments that their definitions give; 200,000 of them are
// within a few per cent.
func TestDice(t *testing.T) {
	const n = 200_000
	d := newDice(1, diceOfItem, 1)
	tests := map[string]struct {
		draw           func() float64
		mean, variance float64
	}{
		"negative binomial": {func() float64 { return float64(d.negativeBinomial(4, 2)) }, 4, 4 + 4*4/2.},
		"small mean":        {func() float64 { return float64(d.negativeBinomial(0.1, 5)) }, 0.1, 0.1 + 0.01/5},
		"geometric":         {func() float64 { return float64(d.geometric(0.25)) }, 3, 12},
		"days":              {func() float64 { return float64(d.days(2, 9)) }, 5.5, 63. / 12},
		"pareto":            {func() float64 { return d.pareto(4, math.Inf(1)) }, 4. / 3, 4. / (9 * 2)},
		"no demand":         {func() float64 { return float64(d.negativeBinomial(0, 2)) }, 0, 0},
	}
	for name, test := range tests {
		sum, squares := 0.0, 0.0
		for range n {
			x := test.draw()
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / n
		variance := squares/n - mean*mean
		if math.Abs(mean-test.mean) > 0.03*test.mean || math.Abs(variance-test.variance) > 0.15*test.variance {
			t.Errorf("%s: mean %.4f and variance %.4f, want %.4f and %.4f", name, mean, variance, test.mean, test.variance)
		}
	}
}

func TestDiceApart(t *testing.T) {
	first := map[uint64]bool{}
	for seed := range uint64(20) {
		for k := diceOfPlace; k <= diceOfCustomer; k++ {
			for number := range 500 {
				first[newDice(seed, k, number).Uint64()] = true
			}
		}
	}
	if want := 20 * 4 * 500; len(first) != want {
		t.Errorf("%d different dice of %d", len(first), want)
	}
}
