package mlp

import (
	"context"
	"math"
	"math/rand/v2"

	"daycast"
)

// lesson is what networks learn from.
type lesson struct {
	shape
	x               *rows
	y, w            []float32
	counts          bool
	mean, deviation float64 // of y, see slopes
}

func newLesson(x *rows, s shape, y, w []float32, counts bool) (*lesson, error) {
	l := &lesson{shape: s, x: x, y: y, w: make([]float32, len(y)), counts: counts}
	var weight, sum, squares float64
	for r := range y {
		v := 1.0
		if w != nil {
			v = float64(w[r])
		}
		weight += v
		sum += v * float64(y[r])
	}
	if !(weight > 0) {
		return nil, daycast.Errorf(daycast.Invalid, "model mlp: all rows weigh nothing")
	}
	l.mean = sum / weight
	for r := range y {
		v := 1.0
		if w != nil {
			v = float64(w[r])
		}
		l.w[r] = float32(v / weight * float64(len(y)))
		d := float64(y[r]) - l.mean
		squares += v * d * d
	}
	l.deviation = math.Sqrt(squares / weight)
	return l, nil
}

// begin is a network before it has learnt: the mean, near enough.
func (l *lesson) begin(r *rand.Rand) network {
	n := network{make([]float32, l.weights())}
	w := l.parts(n.Weights)
	normal := func(to []float32, deviation float64) {
		for k := range to {
			to[k] = float32(deviation * r.NormFloat64())
		}
	}
	normal(w.dense, math.Sqrt(2/float64(max(1, l.dense))))
	for k := range l.dense {
		w.dense[k*units+linear] = 0
	}
	normal(w.two, math.Sqrt(2./units))
	normal(w.three, 0.1*math.Sqrt(1./second))
	return n
}

// learn makes a network.
func (l *lesson) learn(ctx context.Context, m Regressor, r *rand.Rand) (network, error) {
	n := l.begin(r)
	if !(l.deviation > 0) || math.IsInf(l.deviation, 0) {
		return n, nil
	}
	g, p := make([]float32, len(n.Weights)), newDescent(l.shape, min(batch, l.x.n))
	weights, gradients := l.parts(n.Weights), l.parts(g)
	adam, slope := newAdam(len(g)), make([]float32, batch)
	x := &rows{columns: l.x.columns, categories: l.x.categories}
	order := r.Perm(l.x.n)
	steps := m.Epochs * ((l.x.n + batch - 1) / batch)
	step := 0
	for range m.Epochs {
		r.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for from := 0; from < len(order); from += batch {
			if err := ctx.Err(); err != nil {
				return network{}, err
			}
			some := order[from:min(from+batch, len(order))]
			l.gather(some, x)
			p.forward(weights, x)
			l.slopes(some, p.out, slope)
			clear(g)
			p.backward(weights, gradients, x, slope)
			adam.step(n.Weights, g, m.Rate*schedule(step, steps), m.Decay)
			step++
		}
	}
	return n, nil
}

// schedule is the share of the rate at a step: rising for a twentieth of the
// steps, then falling as a half cosine.
func schedule(step, steps int) float64 {
	at := (float64(step) + .5) / float64(steps)
	return min(at/.05, 1) * (1 + math.Cos(math.Pi*at)) / 2
}

// gather copies some rows into x.
func (l *lesson) gather(some []int, x *rows) {
	x.n = len(some)
	x.dense, x.levels = x.dense[:0], x.levels[:0]
	for _, r := range some {
		x.dense = append(x.dense, l.x.dense[r*x.columns:(r+1)*x.columns]...)
		x.levels = append(x.levels, l.x.levels[r*x.categories:(r+1)*x.categories]...)
	}
}

// slopes are the gradients of the loss in the rows' outputs: of counts over
// their mean, whose logarithm is put out, or of others less the mean and over
// the deviation.
func (l *lesson) slopes(some []int, out, slope []float32) {
	for k, r := range some {
		y, v := float64(l.y[r]), float64(out[k])
		if l.counts {
			v = math.Exp(min(v, highest)) - y/l.mean
		} else {
			v -= (y - l.mean) / l.deviation
		}
		slope[k] = l.w[r] * float32(v) / float32(len(some))
	}
}

// highest is where outputs are cut before they are exponents.
const highest = 20

// adam are the moments of the gradients.
type adam struct {
	first, second []float32
	steps         int
}

func newAdam(n int) *adam { return &adam{make([]float32, n), make([]float32, n), 0} }

// The shares of the moments that each step keeps.
const keepFirst, keepSecond = 0.9, 0.999

func (a *adam) step(w, g []float32, rate, decay float64) {
	a.steps++
	first := float32(rate / (1 - math.Pow(keepFirst, float64(a.steps))))
	unbias := float32(1 / (1 - math.Pow(keepSecond, float64(a.steps))))
	keep := float32(1 - rate*decay)
	m, v := a.first[:len(w)], a.second[:len(w)]
	g = g[:len(w)]
	for k, d := range g {
		m[k] += (1 - keepFirst) * (d - m[k])
		v[k] += (1 - keepSecond) * (d*d - v[k])
		w[k] = keep*w[k] - first*m[k]/(sqrt(v[k]*unbias)+1e-8)
	}
}

func sqrt(v float32) float32 { return float32(math.Sqrt(float64(v))) }
