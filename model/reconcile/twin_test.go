package reconcile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

// shop is n series in crossed levels; some series have no group in one of them.
func shop(t testing.TB, seed uint64, n int) *Hierarchy {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	series := make([]daycast.Series, n)
	for i := range series {
		series[i] = daycast.Series{Item: fmt.Sprintf("i%d", i/2), Place: fmt.Sprintf("p%d", i%2)}
	}
	level := func(name string, groups int, of func(i int) int32) daycast.Level {
		l := daycast.Level{Name: name, Of: make([]int32, n)}
		for g := range groups {
			l.Names = append(l.Names, fmt.Sprintf("%s%d", name, g))
		}
		for i := range l.Of {
			l.Of[i] = of(i)
		}
		return l
	}
	brand := make([]int32, n)
	for i := range brand {
		brand[i] = int32(rng.IntN(4)) - 1
	}
	category := func(i int) int32 { return int32(i/2) % 3 }
	h, err := New(series, []daycast.Level{
		level("category", 3, category),
		level("place", 2, func(i int) int32 { return int32(i) % 2 }),
		level("category@place", 6, func(i int) int32 { return 2*category(i) + int32(i)%2 }),
		level("brand", 3, func(i int) int32 { return brand[i] }),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// disagreeing are base forecasts that do not add up, errors that do not either,
// but go together.
func disagreeing(h *Hierarchy, seed uint64, horizon int, spread float64) Values {
	rng := rand.New(rand.NewPCG(seed, 2))
	v := NewValues(h, horizon)
	for k := range v.Bottom {
		v.Bottom[k] = float32(3 + spread*rng.NormFloat64())
	}
	h.Sum(v, 1)
	for k := range v.Upper {
		v.Upper[k] *= 1 + .2*rng.NormFloat64()
	}
	return v
}

func errorsLike(h *Hierarchy, seed uint64, columns int) Values {
	rng := rand.New(rand.NewPCG(seed, 3))
	v := NewValues(h, columns)
	for t := range columns {
		all := rng.NormFloat64()
		for i := range h.Series {
			v.Bottom[i*columns+t] = float32((.5 + rng.Float64()*float64(i%5)) * (all + rng.NormFloat64()))
		}
	}
	h.Sum(v, 1)
	for k := range v.Upper {
		v.Upper[k] = .7*v.Upper[k] + rng.NormFloat64()
	}
	return v
}

// summing is S, nodes x series: the twins' only picture of a hierarchy, by Members.
func summing(h *Hierarchy) *mat.Dense {
	m, n := h.Uppers(), len(h.Series)
	s := mat.NewDense(m+n, n, nil)
	for u := range m {
		for _, i := range h.Members(u) {
			s.Set(u, i, 1)
		}
	}
	for i := range n {
		s.Set(m+i, i, 1)
	}
	return s
}

// column is all nodes' values in column t.
func column(v Values, t int) *mat.VecDense {
	m, n := len(v.Upper)/v.Horizon, len(v.Bottom)/v.Horizon
	out := mat.NewVecDense(m+n, nil)
	for u := range m {
		out.SetVec(u, v.UpperOf(u)[t])
	}
	for i := range n {
		out.SetVec(m+i, float64(v.BottomOf(i)[t]))
	}
	return out
}

// dense is W, all of it.
func dense(h *Hierarchy, w Covariance) *mat.SymDense {
	m, n, T := h.Uppers(), len(h.Series), w.errors.Horizon
	out := mat.NewSymDense(m+n, nil)
	for k := range m + n {
		if k < m {
			out.SetSym(k, k, w.Upper[k])
		} else {
			out.SetSym(k, k, float64(w.Bottom[k-m]))
		}
	}
	for t := range T {
		out.SymRankOne(out, w.scale*w.scale, column(w.errors, t))
	}
	return out
}

// textbook is S (S' W^-1 S)^-1 S' W^-1 y.
func textbook(t testing.TB, s *mat.Dense, w mat.Symmetric, y *mat.VecDense) *mat.VecDense {
	t.Helper()
	var inverse, left, normal mat.Dense
	if err := inverse.Inverse(w); err != nil {
		t.Fatal(err)
	}
	left.Mul(s.T(), &inverse)
	normal.Mul(&left, s)
	var right, bottom, all mat.VecDense
	right.MulVec(&left, y)
	if err := bottom.SolveVec(&normal, &right); err != nil {
		t.Fatal(err)
	}
	all.MulVec(s, &bottom)
	return &all
}

// near fails unless a column is want, to float32's precision.
func near(t *testing.T, what string, got Values, column_ int, want *mat.VecDense, tolerance float64) {
	t.Helper()
	have := column(got, column_)
	for k := range want.Len() {
		if a, b := have.AtVec(k), want.AtVec(k); !(math.Abs(a-b) <= tolerance*(1+math.Abs(b))) {
			t.Fatalf("%s: node %d of column %d is %g, want %g", what, k, column_, a, b)
		}
	}
}

// coherent fails unless groups are the sums of their series.
func coherent(t *testing.T, h *Hierarchy, v Values) {
	t.Helper()
	for u := range h.Uppers() {
		for k, y := range v.UpperOf(u) {
			var sum float64
			for _, i := range h.Members(u) {
				sum += float64(v.BottomOf(i)[k])
			}
			if math.Abs(sum-y) > 1e-9*(1+math.Abs(sum)) {
				t.Fatalf("%s is %g in column %d, its series %g", h.Node(u), y, k, sum)
			}
		}
	}
}
