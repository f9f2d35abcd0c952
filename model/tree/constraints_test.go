package tree

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast/feature"
)

// constrained grows a few trees on wavy data of four columns.
func constrained(o Options, trees int) (*Ensemble, *feature.Frame) {
	const rows = 4000
	rng := rand.New(rand.NewPCG(12, 2))
	x := feature.NewFrame(make([]feature.Column, 4), rows)
	grad, hess := randomGradients(rng, rows, false)
	for i := range rows {
		for c := range x.Data {
			x.Data[c][i] = rng.Float32()
		}
		at := func(c int) float64 { return float64(x.Data[c][i]) }
		grad[i] -= float32(3*math.Sin(9*at(0)) + 2*at(0) + at(1)*at(2) - 2*at(3) + math.Cos(7*at(3)))
	}
	b := NewBins(x, allRows(rows), 1, 1)
	g, e := NewGrower(b.Matrix(x, 1), o), NewEnsemble(b, 0, Identity)
	for seed := range uint64(trees) {
		setAll(g.Gradients(), grad, hess)
		grown := g.Grow(allRows(rows), Values{Rate: .5}, seed)
		e.Add(grown)
		for _, leaf := range grown.Leaves {
			for _, r := range leaf.Rows {
				grad[r] += leaf.Value * hess[r]
			}
		}
	}
	return e, x
}

func TestMonotoneNeverTurns(t *testing.T) {
	o := loose
	o.Monotone = []int8{1, 0, 0, -1}
	for name, smooth := range map[string]float64{"plain": 0, "smoothed": 20} {
		o.PathSmooth = smooth
		e, x := constrained(o, 5)
		turned := 0
		for i := range 200 {
			row := []float32{x.Data[0][i], x.Data[1][i], x.Data[2][i], x.Data[3][i]}
			for c, sign := range []float32{0: 1, 3: -1} {
				if sign == 0 {
					continue
				}
				own := row[c]
				before := float32(math.Inf(-1))
				for v := float32(0); v < 1; v += .01 {
					row[c] = v
					p := sign * e.PredictRow(row)
					if p < before {
						turned++
					}
					before = p
				}
				row[c] = own
			}
		}
		if turned > 0 {
			t.Errorf("%s: %d steps in the wrong direction", name, turned)
		}
		if share := e.Importance(); share[0] < .05 || share[3] < .05 {
			t.Errorf("%s: constrained columns are hardly used: %v", name, share)
		}
	}
}

func TestInteractionsStayInTheirGroups(t *testing.T) {
	o := loose
	o.Interactions = [][]int{{0, 1}, {2, 3}, {1, 2}}
	e, _ := constrained(o, 5)
	for i := range e.trees {
		tr := &e.trees[i]
		var walk func(at int32, path []int)
		walk = func(at int32, path []int) {
			n := &tr.nodes[at]
			if n.right == 0 {
				allowed := slices.ContainsFunc(o.Interactions, func(group []int) bool {
					return !slices.ContainsFunc(path, func(c int) bool { return !slices.Contains(group, c) })
				})
				if !allowed {
					t.Fatalf("a path by columns %v", path)
				}
				return
			}
			path = append(slices.Clone(path), int(n.column))
			walk(at+1, path)
			walk(n.right, path)
		}
		walk(0, nil)
	}
}

// TestDepthWise: no leaf is left so high that another one was split two levels
// below, as all could be split.
func TestDepthWise(t *testing.T) {
	o := loose
	o.DepthWise, o.Leaves = true, 24
	e, _ := constrained(o, 1)
	depths := leafDepths(&e.trees[0])
	if len(depths) != 24 || slices.Max(depths)-slices.Min(depths) > 1 {
		t.Errorf("depths %v of %d leaves", depths, len(depths))
	}
}

func leafDepths(t *Tree) (depths []int) {
	var walk func(at int32, depth int)
	walk = func(at int32, depth int) {
		if n := &t.nodes[at]; n.right == 0 {
			depths = append(depths, depth)
		} else {
			walk(at+1, depth+1)
			walk(n.right, depth+1)
		}
	}
	walk(0, 0)
	return depths
}

// TestShrunkLeaves: values of leaves and the choice of the split are those
// that L1, L2 and path smoothing ask for, by brute force.
func TestShrunkLeaves(t *testing.T) {
	for trial := range uint64(40) {
		rng := rand.New(rand.NewPCG(trial, 13))
		const rows = 60
		x := oneColumn(0, make([]float32, rows))
		grad, hess := randomGradients(rng, rows, trial%2 == 0)
		for i := range rows {
			x.Data[0][i] = float32(rng.IntN(20))
			grad[i] += x.Data[0][i] / 10
		}
		o := loose
		o.Leaves, o.L1, o.L2, o.PathSmooth = 2, 5*rng.Float64(), rng.Float64(), 10*float64(trial%3)
		m := NewBins(x, allRows(rows), 1, 1).Matrix(x, 1)
		grown := growOn(NewGrower(m, o), allRows(rows), grad, hess, trial)
		value, gain := bruteShrunk(x.Data[0], grad, hess, &o)
		if gain < 1e-6 {
			continue
		}
		if len(grown.Leaves) != 2 {
			t.Fatalf("trial %d: no split, want one of gain %g", trial, gain)
		}
		if n := grown.Tree.nodes[0]; math.Abs(float64(n.gain)-gain) > 1e-4*(1+gain) {
			t.Errorf("trial %d: gain %g, want %g", trial, n.gain, gain)
		}
		for _, leaf := range grown.Leaves {
			if want := value(leaf.Rows); math.Abs(float64(leaf.Value)-want) > 1e-4*(1+math.Abs(want)) {
				t.Errorf("trial %d: value %g, want %g", trial, leaf.Value, want)
			}
		}
	}
}

// bruteShrunk is the value of any rows as a leaf below the root, and the best
// gain of a threshold.
func bruteShrunk(values, grad, hess []float32, o *Options) (value func(rows []uint32) float64, best float64) {
	sums := func(rows []uint32) (g, h float64) {
		for _, r := range rows {
			g, h = g+float64(grad[r]), h+float64(hess[r])
		}
		return g, h
	}
	newton := func(rows []uint32) float64 {
		g, h := sums(rows)
		return -math.Copysign(max(0, math.Abs(g)-o.L1), g) / (h + o.L2)
	}
	all := allRows(len(values))
	root := newton(all)
	value = func(rows []uint32) float64 {
		n := float64(len(rows))
		return (newton(rows)*n + root*o.PathSmooth) / (n + o.PathSmooth)
	}
	fall := func(rows []uint32) float64 {
		g, h := sums(rows)
		v := value(rows)
		return -2*g*v - 2*o.L1*math.Abs(v) - (h+o.L2)*v*v
	}
	for _, cut := range values {
		var left, right []uint32
		for i, v := range values {
			if v <= cut {
				left = append(left, uint32(i))
			} else {
				right = append(right, uint32(i))
			}
		}
		if len(left) > 0 && len(right) > 0 {
			best = max(best, fall(left)+fall(right)-fall(all))
		}
	}
	return value, best
}
