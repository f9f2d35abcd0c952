package effects

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

// fitting is what the groups' fits share.
type fitting struct {
	design  *Design
	kept    []int // the ledger's signals that are the design's
	horizon int
	first   daycast.Day
}

const (
	// smoothDays is the half width of the window by which a group's level is
	// smoothed, five weeks on either side: less would eat holidays, more would
	// leave growth to the year's harmonics.
	smoothDays = 35
	// forget is the half-life in days by which older days weigh less.
	forget = 730
	rounds = 4
)

// solve estimates the effects of a group around those of the shop; it is not
// ok where the group sells too seldom for a logarithm. What each half-life of
// the recent level would have cost is added to recent.
func (f fitting) solve(g *sums, prior []float64, recent *losses) (Effects, bool) {
	d := f.design
	n := len(g.units)
	var rows [][]float64
	var y, w []float64
	var at []int
	days := 0
	for t := f.settled(g); t < n; t++ {
		if g.count[t] == 0 {
			continue
		}
		days++
		if m := g.units[t] / g.count[t]; m > 0 {
			row := make([]float64, d.width())
			g.row(d, f.kept, f.first, t, row)
			rows, y, at = append(rows, row), append(y, math.Log(m)), append(at, t)
			w = append(w, math.Exp2(-float64((n-1-t)*int(d.Step))/forget))
		}
	}
	if len(y) < minDays/int(d.Step) || float64(len(y)) < minShare*float64(days) {
		return Effects{}, false
	}
	beta := make([]float64, d.width())
	copy(beta, prior)
	level, robust := make([]float64, len(y)), w
	for range rounds {
		smooth(residuals(y, rows, beta, nil), robust, at, smoothDays/int(d.Step), level)
		var noise float64
		noise, robust = huber(residuals(y, rows, beta, level), w)
		beta = ridge(rows, residuals(y, rows, nil, level), robust, prior, d.prior(prior != nil), noise)
		if beta == nil {
			return Effects{}, false
		}
	}
	f.recent(g, rows, beta, at, recent)
	return Effects{Beta: beta}, true
}

// settleDays is how long a history is not looked at where it is long: series
// begin with a sale, so that the mean of those listed is too high at first.
const settleDays = 28

// settled is the first period that is looked at.
func (f fitting) settled(g *sums) int {
	begin, days := 0, settleDays/int(f.design.Step)
	for begin < len(g.count) && g.count[begin] == 0 {
		begin++
	}
	if len(g.count)-begin < 4*days {
		return begin
	}
	return begin + days
}

// residuals are y less the effects and the level, where given.
func residuals(y []float64, rows [][]float64, beta, level []float64) []float64 {
	out := make([]float64, len(y))
	for k := range y {
		out[k] = y[k]
		if beta != nil {
			out[k] -= dot(rows[k], beta)
		}
		if level != nil {
			out[k] -= level[k]
		}
	}
	return out
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for k, v := range a {
		sum += v * b[k]
	}
	return sum
}

// huber is the variance of the bulk of r, and the weights that keep the rest
// from bending the fit: a holiday that nothing announces is far below all
// other days on the log scale. Huber (1964), "Robust estimation of a location
// parameter", with his constant; the deviation is from the median size.
func huber(r, w []float64) (noise float64, weights []float64) {
	const limit, toDeviation = 1.345, 1.4826
	size := make([]float64, len(r))
	for k, v := range r {
		size[k] = math.Abs(v)
	}
	slices.Sort(size)
	sd := max(toDeviation*size[len(size)/2], 1e-3)
	weights = make([]float64, len(r))
	for k, v := range r {
		weights[k] = w[k] * min(1, limit*sd/max(math.Abs(v), 1e-9))
	}
	return sd * sd, weights
}

// smooth is the mean of r over the window around each period.
func smooth(r, w []float64, at []int, half int, out []float64) {
	lo, hi := 0, 0
	var sum, weight float64
	for k := range r {
		for ; hi < len(r) && at[hi] <= at[k]+half; hi++ {
			sum += w[hi] * r[hi]
			weight += w[hi]
		}
		for ; at[lo] < at[k]-half; lo++ {
			sum -= w[lo] * r[lo]
			weight -= w[lo]
		}
		out[k] = sum / weight
	}
}

// ridge minimises sum(w (y-xb)^2)/noise + sum(((b-prior)/sd)^2); nil where
// the equations have no solution.
func ridge(rows [][]float64, y, w, prior, sd []float64, noise float64) []float64 {
	n := len(sd)
	if n == 0 { // the history is too short for any effect: the level is all
		return []float64{}
	}
	a := mat.NewSymDense(n, nil)
	b := mat.NewVecDense(n, nil)
	used := make([]int, 0, n)
	for k, x := range rows {
		target := y[k]
		used = used[:0]
		for i, v := range x {
			if v != 0 {
				used = append(used, i)
				if prior != nil {
					target -= v * prior[i]
				}
			}
		}
		for p, i := range used {
			wx := w[k] * x[i] / noise
			b.SetVec(i, b.AtVec(i)+wx*target)
			for _, j := range used[p:] {
				a.SetSym(i, j, a.At(i, j)+wx*x[j])
			}
		}
	}
	for i := range n {
		a.SetSym(i, i, a.At(i, i)+1/(sd[i]*sd[i]))
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil
	}
	var delta mat.VecDense
	if err := c.SolveVecTo(&delta, b); err != nil {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = delta.AtVec(i)
		if prior != nil {
			out[i] += prior[i]
		}
	}
	return out
}

// recents are the half-lives in days that a group's recent level may have.
var recents = [...]float64{5, 10, 20, 40, 80}

// losses are how far each of the recents was from what followed.
type losses [len(recents)]float64

// best is the half-life in periods that did best over a level's groups
// together. For each group by itself chance decides: on M5 that cost 2% of the
// error of the groups' totals.
func (l *losses) best(step daycast.Step) float64 {
	best := len(recents) - 1
	for k := best; k >= 0; k-- {
		if l[k] < l[best] {
			best = k
		}
	}
	return recents[best] / float64(step)
}

// recent adds to loss how near each half-life's level came to the following
// horizon's, over origins of the last year a week apart.
func (f fitting) recent(g *sums, rows [][]float64, beta []float64, at []int, loss *losses) {
	n := len(g.units)
	units, expected := make([]float64, n), make([]float64, n)
	for k, t := range at {
		units[t], expected[t] = g.units[t]/g.count[t], math.Exp(dot(rows[k], beta))
	}
	step := float64(f.design.Step)
	for k, days := range recents {
		decay := math.Exp2(-step / days)
		var u, e float64
		for t := range n - f.horizon {
			u, e = u*decay+units[t], e*decay+expected[t]
			if e == 0 || (n-1-t)%7 != 0 || t < 28/int(step) || n-t > f.design.Step.Year()+f.horizon {
				continue
			}
			var nu, ne float64
			for h := t + 1; h <= t+f.horizon; h++ {
				nu, ne = nu+units[h], ne+expected[h]
			}
			if nu > 0 && u > 0 {
				loss[k] += math.Abs(math.Log(u / e * ne / nu))
			}
		}
	}
}
