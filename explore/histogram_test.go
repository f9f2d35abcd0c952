package explore

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The histogram against sorting and counting.
func TestHistogram(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{1, 2, 3, 10, 1000} {
		for _, decade := range [][]float64{unitEdges, priceEdges} {
			values := make([]float32, n)
			for k := range values {
				values[k] = float32(math.Round(100*math.Exp(3*random.NormFloat64()))+1) / 100
			}
			h := newHistogram(slices.Values(values), decade)
			sorted := slices.Sorted(slices.Values(values))
			var sum float64
			for _, v := range sorted {
				sum += float64(v)
			}
			rank := func(q float64) Number { return Number(sorted[int(math.Ceil(q*float64(n)))-1]) }
			same(t, "statistics", []Number{h.Mean, h.Median, h.P95, h.Max},
				[]Number{Number(sum / float64(n)), rank(.5), rank(.95), Number(sorted[n-1])})
			for k, count := range h.Counts {
				want := int64(0)
				for _, v := range values {
					if v >= float32(h.Edges[k]) && v < float32(h.Edges[k+1]) {
						want++
					}
				}
				if count != want {
					t.Errorf("%d values in [%v, %v), want %d", count, h.Edges[k], h.Edges[k+1], want)
				}
			}
			if h.Counts[0] == 0 || h.Counts[len(h.Counts)-1] == 0 || len(h.Edges) != len(h.Counts)+1 {
				t.Errorf("edges %v, counts %v", h.Edges, h.Counts)
			}
		}
	}
}

// Prices that are edges begin their bins, whole numbers leave no gaps, and no
// positive number is without a bin.
func TestBins(t *testing.T) {
	for _, price := range []float32{.0125, .1, .63, .8, 1, 1.25, 3.15, 6.3, 8, 10, 1000} {
		if k := binOf(price, priceEdges); float32(edge(k, priceEdges)) != price {
			t.Errorf("%v is in the bin of %v", price, edge(k, priceEdges))
		}
	}
	before := binOf(1, unitEdges)
	for units := range 10_000 {
		k := binOf(float32(units+1), unitEdges)
		if k > before+1 {
			t.Errorf("there is a gap before %d", units+1)
		}
		before = k
	}
	for _, v := range []float32{math.SmallestNonzeroFloat32, math.MaxFloat32} {
		binOf(v, unitEdges)
	}
}
