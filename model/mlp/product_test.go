package mlp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestProductIsItsDefinition compares the fast product with three plain loops,
// to the bit, straight and turned, with a number of rows that no four fit in.
func TestProductIsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	some := func(n int) []float32 {
		v := make([]float32, n)
		for k := range v {
			v[k] = float32(r.NormFloat64())
		}
		return v
	}
	for _, size := range []struct{ m, n, k int }{{7, 64, 9}, {8, 32, 256}, {4, 16, 1}, {3, 64, 5}, {5, 48, 3}, {4, 5, 2}, {0, 64, 3}, {3, 64, 0}} {
		a, b, c := some(size.m*size.k), some(size.k*size.n), some(size.m*size.n)
		for _, turned := range []bool{false, true} {
			down, right := size.k, 1
			if turned {
				down, right = 1, size.m
			}
			want := slices.Clone(c)
			for i := range size.m {
				for j := range size.n {
					for l := range size.k {
						want[i*size.n+j] += a[i*down+l*right] * b[l*size.n+j]
					}
				}
			}
			got := slices.Clone(c)
			product(got, a, b, size.m, size.n, size.k, down, right)
			plain := slices.Clone(c)
			productSingly(plain, a, b, size.m, size.n, size.k, down, right)
			if !slices.Equal(got, want) || !slices.Equal(plain, want) {
				t.Errorf("%+v, turned %t: not what the definition gives", size, turned)
			}
		}
	}
}

func TestAddIsItsDefinition(t *testing.T) {
	for n := range 20 {
		got, from := make([]float32, n), make([]float32, n+3)
		for k := range from {
			from[k] = float32(k) + .1
		}
		want := slices.Clone(got)
		addSingly(want, from)
		add(got, from)
		add(got, from)
		addSingly(want, from)
		if !slices.Equal(got, want) {
			t.Errorf("%d values: %v, want %v", n, got, want)
		}
	}
}

func BenchmarkProduct(b *testing.B) {
	const m, n, k = batch, units, 128
	c, x, y := make([]float32, m*n), make([]float32, m*k), make([]float32, k*n)
	for b.Loop() {
		product(c, x, y, m, n, k, k, 1)
	}
	b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
