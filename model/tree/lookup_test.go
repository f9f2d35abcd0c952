package tree

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Lookups find the bins that a search finds: of cuts close together and far
// apart, of both signs, and of values on, beside and far from them.
func TestLookupsFindTheBins(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	inf := float32(math.Inf(1))
	for name, draw := range map[string]func() float32{
		"ratios":  func() float32 { return float32(math.Exp(rng.NormFloat64())) },
		"normal":  func() float32 { return float32(rng.NormFloat64()) },
		"close":   func() float32 { return 1 + float32(rng.IntN(4000))*0x1p-22 },
		"cluster": func() float32 { return float32(rng.IntN(2))*1e6 + float32(rng.IntN(2000))*1e-3 },
		"far":     func() float32 { return float32(math.Exp(80 * (rng.Float64() - .5))) },
		"whole":   func() float32 { return float32(rng.IntN(7)) },
	} {
		for n := range 40 {
			c := columnBins{}
			for range 1 + rng.IntN(254) {
				c.cuts = append(c.cuts, draw())
			}
			slices.Sort(c.cuts)
			c.cuts = slices.Compact(c.cuts)
			values := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, nan, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}
			for _, cut := range c.cuts {
				values = append(values, cut, math.Nextafter32(cut, inf), math.Nextafter32(cut, -inf), -cut)
			}
			for range 300 {
				values = append(values, draw())
			}
			l, out := newLookup(&c), make([]uint8, len(values))
			l.fill(out, values)
			for k, v := range values {
				if want := c.bin(v); uint16(out[k]) != want || l.bin(v) != want {
					t.Fatalf("%s %d: %g is in bins %d and %d of %d cuts, want %d", name, n, v, out[k], l.bin(v), len(c.cuts), want)
				}
			}
		}
	}
}
