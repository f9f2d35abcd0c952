package mlp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// small is a lesson of a few rows with a category, some of whose levels have no
// weights.
func small(t *testing.T, counts bool) *lesson {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 1))
	const n = 11
	x := &rows{n: n, columns: 3, categories: 2}
	y, w := make([]float32, n), make([]float32, n)
	for k := range n {
		x.dense = append(x.dense, float32(r.NormFloat64()), float32(r.NormFloat64()), float32(k%2))
		x.levels = append(x.levels, int32(k%3)-1, 2+int32(k%2))
		y[k], w[k] = float32(r.IntN(5)), .5+r.Float32()
	}
	l, err := newLesson(x, shape{3, 4}, y, w, counts)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// slow is what the network puts out for a row by its definition, in float64.
func (l *lesson) slow(weights []float64, row int) float64 {
	one, two := make([]float64, units), make([]float64, second)
	f, g, h := l.first(), l.second(), l.last()
	for a := range units {
		one[a] = weights[f+a]
		for c, v := range l.x.dense[row*l.x.columns : (row+1)*l.x.columns] {
			one[a] += float64(v) * weights[c*units+a]
		}
		for _, level := range l.x.levels[row*l.x.categories : (row+1)*l.x.categories] {
			if level >= 0 {
				one[a] += weights[(l.dense+int(level))*units+a]
			}
		}
		if a != linear {
			one[a] = max(one[a], 0)
		}
	}
	out := weights[h+second] + one[linear]
	for b := range second {
		two[b] = weights[g+units*second+b]
		for a := range units {
			two[b] += one[a] * weights[g+a*second+b]
		}
		out += max(two[b], 0) * weights[h+b]
	}
	return out
}

// loss is what is minimised, in float64.
func (l *lesson) loss(weights []float64) float64 {
	sum := 0.0
	for r := range l.x.n {
		v, y := l.slow(weights, r), float64(l.y[r])
		w := float64(l.w[r]) / float64(l.x.n)
		if l.counts {
			sum += w * (math.Exp(v) - y/l.mean*v)
		} else {
			d := v - (y-l.mean)/l.deviation
			sum += w * d * d / 2
		}
	}
	return sum
}

// TestGradients compares what a network puts out with its definition, and its
// gradients with differences of the loss.
func TestGradients(t *testing.T) {
	for _, counts := range []bool{true, false} {
		l := small(t, counts)
		r := rand.New(rand.NewPCG(1, 2))
		n := l.begin(r)
		for k := range n.Weights {
			n.Weights[k] += float32(.1 * r.NormFloat64())
		}
		wide := make([]float64, len(n.Weights))
		for k, v := range n.Weights {
			wide[k] = float64(v)
		}
		p, g, slope := newDescent(l.shape, l.x.n), make([]float32, len(wide)), make([]float32, l.x.n)
		p.forward(l.parts(n.Weights), l.x)
		all := make([]int, l.x.n)
		for row := range all {
			all[row] = row
			if want := l.slow(wide, row); math.Abs(float64(p.out[row])-want) > 1e-4*(1+math.Abs(want)) {
				t.Fatalf("counts %t, row %d: out %g, want %g", counts, row, p.out[row], want)
			}
		}
		l.slopes(all, p.out, slope)
		p.backward(l.parts(n.Weights), l.parts(g), l.x, slope)
		for k := range wide {
			const step = 1e-6
			at := wide[k]
			wide[k] = at + step
			up := l.loss(wide)
			wide[k] = at - step
			down := l.loss(wide)
			wide[k] = at
			if want := (up - down) / (2 * step); math.Abs(float64(g[k])-want) > 1e-3*(1+math.Abs(want)) {
				t.Fatalf("counts %t, weight %d: gradient %g, want %g", counts, k, g[k], want)
			}
		}
	}
}
