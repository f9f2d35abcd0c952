package classic

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What goes by fours is what goes one by one, to the bit.
func TestSlopesByFours(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 4, 5, 12, 13, 57} {
		random := func() slopes {
			s := slopesFor(nil, n)
			for k := range n {
				*s.at(k) = r.NormFloat64()
			}
			return s
		}
		step := innovationStep{r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64()}
		quantities := []slopes{random(), random(), random(), random(), random()}
		twins := make([]slopes, len(quantities))
		for k, q := range quantities {
			twins[k] = slices.Clone(q)
		}
		var sums, twin normalEquations
		sums.start(n)
		twin.start(n)
		for range 3 {
			step.added(quantities[0], quantities[1], quantities[2], quantities[3])
			step.addedSingly(twins[0], twins[1], twins[2], twins[3])
			sums.add(quantities[3], .3)
			twin.addSingly(twins[3], .3)
			step.multiplied(quantities[0], quantities[1], quantities[2], quantities[3])
			step.multipliedSingly(twins[0], twins[1], twins[2], twins[3])
			quantities[3].relate(quantities[4], .7, 1.2)
			twins[3].relateSingly(twins[4], .7, 1.2)
			sums.add(quantities[3], -.2)
			twin.addSingly(twins[3], -.2)
		}
		for k, q := range quantities {
			if !slices.Equal(q, twins[k]) {
				t.Errorf("%d numbers, quantity %d: %v, one by one %v", n, k, q, twins[k])
			}
		}
		if !slices.Equal(sums.right, twin.right) || !slices.Equal(sums.square, twin.square) {
			t.Errorf("%d numbers: sums differ", n)
		}
	}
}
