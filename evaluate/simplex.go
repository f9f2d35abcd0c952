package evaluate

import (
	"math"
	"slices"
)

const (
	// evenness is how strongly weights are held to equal ones, in the mean of the
	// squares of what the candidates forecast, but at most the squared error of the
	// best of them: much more and bad candidates are forecast with, much less and
	// one window's luck decides.
	evenness = 0.02
	// smallShare is the weight below which a candidate is not worth its fit.
	smallShare = 0.1
	// steps of the descent; with evenness the problem's condition is below a
	// few thousand.
	steps = 4000
)

// weigh gives the candidates weights, not negative and of sum 1, with which
// their mean has the least squared error over the windows (Granger and
// Ramanathan 1984, "Improved methods of combining forecasts", with the weights
// bounded), held to equal ones. A cell counts by the inverse of its series'
// units, as the errors of counts grow with them.
func weigh(windows []*Window, candidates []Choice) []float64 {
	k := len(candidates)
	n := equations{k: k, g: make([]float64, k*k), c: make([]float64, k)}
	for _, w := range windows {
		means := make([][]float32, k)
		for a, c := range candidates {
			means[a] = c.Mean(w)
		}
		n.add(w, means)
	}
	weights := n.solve()
	var sum float64
	most := slices.Max(weights)
	for a, v := range weights {
		if v < smallShare && v < most {
			weights[a] = 0
		}
		sum += weights[a]
	}
	for a := range weights {
		weights[a] /= sum
	}
	return weights
}

// equations are those of least squares, by candidate: g is X'X, of which the
// lower half is kept, c is X'y and y is y'y.
type equations struct {
	k    int
	g, c []float64
	y    float64
}

func (n *equations) add(w *Window, means [][]float32) {
	sizes, mean := w.sizes()
	x := make([]float64, n.k)
	for i, size := range sizes {
		if !w.OnSale[i] || size+mean == 0 {
			continue
		}
		inverse := 1 / (size + mean/2)
		for at := i * w.Horizon; at < (i+1)*w.Horizon; at++ {
			y := float64(w.Actual[at])
			if y != y {
				continue
			}
			for a := range x {
				x[a] = float64(means[a][at])
			}
			n.y += inverse * y * y
			for a, v := range x {
				v *= inverse
				n.c[a] += v * y
				for b := 0; b <= a; b++ {
					n.g[a*n.k+b] += v * x[b]
				}
			}
		}
	}
}

// sizes are by series the mean size of what is scored, and the mean of them
// over the series that sold.
func (w *Window) sizes() (sizes []float64, mean float64) {
	sizes = make([]float64, len(w.Series))
	sold := 0
	for i := range sizes {
		scored := 0
		for _, y := range w.Actual[i*w.Horizon : (i+1)*w.Horizon] {
			if y == y {
				sizes[i] += math.Abs(float64(y))
				scored++
			}
		}
		if scored > 0 && w.OnSale[i] {
			sizes[i] /= float64(scored)
			mean += sizes[i]
			sold++
		}
	}
	return sizes, mean / float64(max(sold, 1))
}

// solve minimises w'gw/2 - c'w + hold/2 |w - 1/k|^2 over the simplex, by
// accelerated projected gradients (Beck and Teboulle 2009). Equal weights come of
// equations of nothing.
func (n *equations) solve() []float64 {
	equal := 1 / float64(n.k)
	weights := slices.Repeat([]float64{equal}, n.k)
	var trace float64
	least := math.Inf(1)
	for a := range n.k {
		square := n.g[a*n.k+a]
		trace += square
		least = min(least, max(0, square-2*n.c[a]+n.y))
	}
	unit := trace / float64(n.k)
	if !(unit > 0) || math.IsInf(unit, 0) {
		return weights
	}
	hold := min(evenness, least/unit)
	rate := 1 / (float64(n.k) + hold)
	ahead, gradient, last := slices.Clone(weights), make([]float64, n.k), make([]float64, n.k)
	momentum := 1.0
	for range steps {
		for a := range gradient {
			gradient[a] = hold*(ahead[a]-equal) - n.c[a]/unit
			for b, v := range ahead {
				gradient[a] += n.g[max(a, b)*n.k+min(a, b)] / unit * v
			}
		}
		copy(last, weights)
		for a := range weights {
			weights[a] = ahead[a] - rate*gradient[a]
		}
		project(weights)
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		for a := range ahead {
			ahead[a] = weights[a] + (momentum-1)/next*(weights[a]-last[a])
		}
		momentum = next
	}
	return weights
}

// project moves v to the nearest point of the simplex (Duchi et al. 2008,
// "Efficient projections onto the l1-ball").
func project(v []float64) {
	sorted := slices.Clone(v)
	slices.Sort(sorted)
	slices.Reverse(sorted)
	var sum, shift float64
	for k, x := range sorted {
		sum += x
		if s := (sum - 1) / float64(k+1); x > s {
			shift = s
		}
	}
	for a := range v {
		v[a] = max(0, v[a]-shift)
	}
}
