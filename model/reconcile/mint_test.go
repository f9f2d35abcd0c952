package reconcile

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

// covariances are all that MinT can go by.
func covariances(t testing.TB, h *Hierarchy) map[string]Covariance {
	t.Helper()
	errors := errorsLike(h, 5, 30)
	errors.Bottom[3], errors.Upper[40] = float32(math.NaN()), math.NaN()
	variance, err := Variance(h, errors)
	if err != nil {
		t.Fatal(err)
	}
	shrunk, err := Shrunk(h, errors, 2)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Covariance{"ols": OLS(h), "structural": Structural(h), "variance": variance, "shrunk": shrunk}
}

func TestMinTIsTheTextbooks(t *testing.T) {
	h := shop(t, 1, 24)
	base := disagreeing(h, 2, 3, 1)
	s := summing(h)
	for name, w := range covariances(t, h) {
		got, err := MinT{W: w}.Reconcile(t.Context(), h, base, Options{Threads: 2})
		if err != nil {
			t.Fatal(name, err)
		}
		coherent(t, h, got)
		for k := range base.Horizon {
			near(t, name, got, k, textbook(t, s, dense(h, w), column(base, k)), 1e-6)
		}
		again, err := MinT{W: w}.Reconcile(t.Context(), h, got, Options{Threads: 1})
		if err != nil {
			t.Fatal(name, err)
		}
		for k := range base.Horizon {
			near(t, name+", of what agrees", again, k, column(got, k), 1e-6)
		}
	}
}

// TestShrinkage compares W with the definition, node by node and pair by pair.
func TestShrinkage(t *testing.T) {
	h := shop(t, 1, 24)
	errors := errorsLike(h, 4, 30)
	w, err := Shrunk(h, errors, 3)
	if err != nil {
		t.Fatal(err)
	}
	nodes, T := h.Uppers()+len(h.Series), errors.Horizon
	e := mat.NewDense(nodes, T, nil)
	for k := range T {
		e.SetCol(k, column(errors, k).RawVector().Data)
	}
	var variances, squares float64
	cov := mat.NewSymDense(nodes, nil)
	cov.SymOuterK(1/float64(T), e)
	for i := range nodes {
		for j := range nodes {
			if i == j {
				continue
			}
			scale := math.Sqrt(cov.At(i, i) * cov.At(j, j))
			r := cov.At(i, j) / scale
			squares += r * r
			for k := range T {
				d := e.At(i, k)*e.At(j, k)/scale - r
				variances += d * d / float64(T*(T-1))
			}
		}
	}
	shrink := min(1, variances/squares)
	if shrink < .05 || shrink > .95 {
		t.Fatalf("a shrinkage of %g tries little", shrink)
	}
	got := dense(h, w)
	for i := range nodes {
		for j := range nodes {
			want := cov.At(i, j)
			if i != j {
				want *= 1 - shrink
			}
			if math.Abs(got.At(i, j)-want) > 1e-5*math.Sqrt(cov.At(i, i)*cov.At(j, j)) {
				t.Fatalf("W[%d,%d] is %g, want %g", i, j, got.At(i, j), want)
			}
		}
	}
}

// TestLocks compares with a least-squares problem in which locked nodes have as
// good as no variance.
func TestLocks(t *testing.T) {
	h := shop(t, 3, 24)
	base := disagreeing(h, 4, 3, 1)
	lock := Locks{Upper: make([]bool, len(base.Upper)), Bottom: make([]bool, len(base.Bottom))}
	at := func(u, column int) int { return u*base.Horizon + column }
	category, shop := h.Upper("category", "category1"), 0
	lock.Upper[at(category, 1)], lock.Upper[at(shop, 1)], lock.Upper[at(shop, 2)] = true, true, true
	for i := range 5 {
		lock.Bottom[at(i, 1)], lock.Bottom[at(2*i, 2)] = true, true
	}
	s := summing(h)
	for name, w := range covariances(t, h) {
		got, err := MinT{W: w}.Reconcile(t.Context(), h, base, Options{Threads: 2, Locks: lock})
		if err != nil {
			t.Fatal(name, err)
		}
		coherent(t, h, got)
		for k := range base.Horizon {
			full := dense(h, w)
			for node := range h.Uppers() + len(h.Series) {
				held := false
				if node < h.Uppers() {
					held = lock.Upper[at(node, k)]
				} else {
					held = lock.Bottom[at(node-h.Uppers(), k)]
				}
				if !held {
					continue
				}
				for other := range h.Uppers() + len(h.Series) {
					full.SetSym(node, other, 0)
				}
				full.SetSym(node, node, 1e-8)
			}
			near(t, name, got, k, textbook(t, s, full, column(base, k)), 1e-4)
		}
		for k, l := range lock.Bottom {
			if l && got.Bottom[k] != base.Bottom[k] {
				t.Errorf("%s: a locked series went from %g to %g", name, base.Bottom[k], got.Bottom[k])
			}
		}
		for k, l := range lock.Upper {
			if l && math.Abs(got.Upper[k]-base.Upper[k]) > 1e-5*base.Upper[k] {
				t.Errorf("%s: a locked group went from %g to %g", name, base.Upper[k], got.Upper[k])
			}
		}
	}
}

func TestLocksThatSayTheSame(t *testing.T) {
	h := shop(t, 3, 24)
	base := disagreeing(h, 4, 2, 1)
	all := Options{Threads: 1, Locks: Locks{Upper: make([]bool, len(base.Upper))}}
	h.Sum(base, 1)
	for k := range base.Upper {
		base.Upper[k] *= 1.5
		all.Locks.Upper[k] = true
	}
	got, err := MinT{W: Structural(h)}.Reconcile(t.Context(), h, base, all)
	if err != nil {
		t.Fatal(err)
	}
	coherent(t, h, got)
	base.Upper[0]++
	if _, err := (MinT{W: Structural(h)}).Reconcile(t.Context(), h, base, all); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("locks that contradict each other: %v, want code invalid", err)
	}
}

// TestNonNegative asks each answer for the conditions of Karush, Kuhn and Tucker
// of the least-squares problem: at zero the slope is not downwards, above it is
// none.
func TestNonNegative(t *testing.T) {
	for seed := range uint64(20) {
		h := shop(t, seed, 40)
		base := disagreeing(h, seed, 4, 6)
		s := summing(h)
		for name, w := range covariances(t, h) {
			got, err := MinT{W: w}.Reconcile(t.Context(), h, base, Options{Threads: 2, NonNegative: true})
			if err != nil {
				t.Fatal(name, err)
			}
			coherent(t, h, got)
			for _, y := range got.Bottom {
				if y < 0 {
					t.Fatalf("%s: a series at %g", name, y)
				}
			}
			var inverse mat.Dense
			if err := inverse.Inverse(dense(h, w)); err != nil {
				t.Fatal(err)
			}
			atZero := 0
			for k := range base.Horizon {
				var off, weighed, slope mat.VecDense
				off.SubVec(column(got, k), column(base, k))
				weighed.MulVec(&inverse, &off)
				slope.MulVec(s.T(), &weighed)
				for i := range h.Series {
					y, d := got.BottomOf(i)[k], slope.AtVec(i)*float64(w.Bottom[i])
					if y == 0 {
						atZero++
					}
					if y > 0 && math.Abs(d) > 1e-4 || d < -1e-4 {
						t.Fatalf("%s, seed %d: series %d is %g with slope %g", name, seed, i, y, d)
					}
				}
			}
			if atZero == 0 {
				t.Errorf("%s: no series is at zero, which tries nothing", name)
			}
		}
	}
}

// TestNonNegativeKeepsLockedGroups: locks that can all be kept are.
func TestNonNegativeKeepsLockedGroups(t *testing.T) {
	for seed := range uint64(15) {
		h := shop(t, seed, 40)
		base := disagreeing(h, seed, 4, 6)
		o := Options{Threads: 2, NonNegative: true, Locks: Locks{Upper: make([]bool, len(base.Upper))}}
		rng := rand.New(rand.NewPCG(seed, 9))
		truth := NewValues(h, base.Horizon)
		for k := range truth.Bottom {
			truth.Bottom[k] = float32(max(0, rng.NormFloat64()))
		}
		h.Sum(truth, 1)
		for k := range base.Upper {
			if rng.IntN(3) == 0 {
				base.Upper[k], o.Locks.Upper[k] = truth.Upper[k], true
			}
		}
		for name, w := range covariances(t, h) {
			got, err := MinT{W: w}.Reconcile(t.Context(), h, base, o)
			if err != nil {
				t.Fatal(seed, name, err)
			}
			coherent(t, h, got)
		}
	}
}

// TestUse: what a group has to say that does not count changes nothing.
func TestUse(t *testing.T) {
	h := shop(t, 3, 24)
	base := disagreeing(h, 4, 3, 1)
	for name, w := range covariances(t, h) {
		m := MinT{W: w, Use: make([]bool, h.Uppers())}
		for u := range m.Use {
			m.Use[u] = u%3 == 1
		}
		got, err := m.Reconcile(t.Context(), h, base, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		coherent(t, h, got)
		other := Values{Horizon: base.Horizon, Bottom: base.Bottom, Upper: append([]float64(nil), base.Upper...)}
		for k := range other.Upper {
			if !m.Use[k/base.Horizon] {
				other.Upper[k] = 1e6
			}
		}
		again, err := m.Reconcile(t.Context(), h, other, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for k := range base.Horizon {
			near(t, name, again, k, column(got, k), 0)
		}
		m.Use = make([]bool, h.Uppers())
		none, err := m.Reconcile(t.Context(), h, base, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		up, err := BottomUp{}.Reconcile(t.Context(), h, base, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		near(t, name+" of nothing", none, 0, column(up, 0), 0)
	}
}

func TestThreadsDoNotMatter(t *testing.T) {
	h := shop(t, 3, 400)
	base := disagreeing(h, 4, 3, 5)
	for name, w := range covariances(t, h) {
		for _, m := range []Method{MinT{W: w}, BottomUp{}, Spread{Path: []string{"shop", "category"}}} {
			one, err := m.Reconcile(t.Context(), h, base, Options{Threads: 1, NonNegative: true})
			if err != nil {
				t.Fatal(name, err)
			}
			five, err := m.Reconcile(t.Context(), h, base, Options{Threads: 5, NonNegative: true})
			if err != nil {
				t.Fatal(name, err)
			}
			for k := range base.Horizon {
				near(t, name, five, k, column(one, k), 0)
			}
		}
	}
}

func TestMinTRefuses(t *testing.T) {
	h := shop(t, 3, 24)
	nan := disagreeing(h, 4, 3, 1)
	nan.Upper[4] = math.NaN()
	below := disagreeing(h, 4, 3, 1)
	below.Bottom[7] = -1
	lock := Locks{Bottom: make([]bool, len(below.Bottom))}
	lock.Bottom[7] = true
	for name, c := range map[string]struct {
		m    MinT
		base Values
		o    Options
	}{
		"no number":            {MinT{W: OLS(h)}, nan, Options{}},
		"too few values":       {MinT{W: OLS(h)}, Values{Horizon: 3}, Options{}},
		"no covariance":        {MinT{}, disagreeing(h, 4, 3, 1), Options{}},
		"a lock below zero":    {MinT{W: OLS(h)}, below, Options{NonNegative: true, Locks: lock}},
		"locks of other cells": {MinT{W: OLS(h)}, disagreeing(h, 4, 2, 1), Options{Locks: lock}},
	} {
		if _, err := c.m.Reconcile(t.Context(), h, c.base, c.o); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (MinT{W: OLS(h)}).Reconcile(ctx, h, below, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Variance(h, NewValues(h, 3)); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("errors of nothing: %v, want code invalid", err)
	}
}
