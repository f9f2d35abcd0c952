package tree

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestKeysSortAsFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	values := []float32{inf, -inf, 0, 1, -1, 1e-45, -1e-45}
	for range 1000 {
		values = append(values, float32(rng.NormFloat64()))
	}
	keys := make([]uint32, len(values))
	for i, v := range values {
		keys[i] = ordered(v)
	}
	keys = sortKeys(keys, make([]uint32, len(keys)))
	slices.Sort(values)
	for i, key := range keys {
		if unordered(key) != values[i] {
			t.Fatalf("%g at %d, want %g", unordered(key), i, values[i])
		}
	}
}
