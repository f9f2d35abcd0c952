// Package interval puts quantiles around the means of any model, learnt from
// how wrong it was at past origins.
package interval

import (
	"cmp"
	"math"
	"slices"

	"daycast"
)

// A Residual is one past forecast and what then came.
type Residual struct {
	H      int     // periods after the origin, >= 1
	Mean   float32 // the forecast
	Actual float32
	Own    Own   // of the series, at the origin
	Series int32 // its index at the origin
	Window int32 // the origin's index
}

// centre is what the error is from, with the mean shifted by a share of it.
func (r Residual) centre(shift float32) float64 { return float64(r.Mean) + float64(r.Mean*shift) }

// Table holds the errors of past forecasts, in groups of alike forecasts: a
// group of horizons, then a bin of equally many forecasts with about the same
// ratio of mean to spread. Errors are kept in units of the spread u, which
// knows the series' own,
//
//	e = (actual - mean) / u
//
// and a quantile of a new forecast is mean + e_q * u: split conformal
// prediction (Vovk, Gammerman, Shafer 2005; Lei et al. 2018) with a normalised
// score, conditional on the bin (Mondrian). The ratio orders forecasts by
// shape, from those of next to nothing, most of whose days have no sale, to
// those of hundreds a day, whatever the unit.
//
// Whole pieces are spread over the unit around them, so that errors have no
// gaps, and the quantile is rounded: that is the quantile of the count, and
// exactly zero wherever so many days have no sale (Machado and Santos Silva
// 2005, "Quantiles for counts", JASA 100).
type Table struct {
	Spread Spread
	Whole  bool // the shop sells in whole pieces
	Groups []Group
}

// Group is the bins of the horizons up to Last.
type Group struct {
	Last int
	Bins []Bin
}

// Bin is the past errors of forecasts with |mean| / u < Below (the last bin:
// all the rest).
type Bin struct {
	Below  float32
	Errors []float32 // ascending, at most grid of them: equally spaced quantiles
}

const (
	// binSize is how many errors a bin should hold: the 10% and 90% quantile
	// then have a standard error of about one and a half percentage points.
	binSize = 400
	mostBin = 24
	// fewest is how many errors a group of horizons has, or there is but one group:
	// of 42, which is what six origins of one product give for a week, none is at
	// the 97.5% quantile. Single products lost 2.4% less (pinball).
	fewest = 100
	// grid is how many quantiles of the errors are kept.
	grid = 401
)

// ends are the last horizons of the groups in weeks.
var ends = []int{1, 2, 4}

// NewTable learns from residuals of at least one past origin, whose means are
// shifted by a share of them, see levelShift. Without any the quantiles are a
// guess, see guess.
func NewTable(residuals []Residual, step daycast.Step, horizon int, shift float32) Table {
	t := Table{Spread: newSpread(residuals), Whole: whole(residuals)}
	from := 1
	for k, weeks := range ends {
		last := weeks * 7 / int(step)
		if k == len(ends)-1 || last >= horizon {
			last = horizon
		}
		of := t.errors(residuals, from, last, shift)
		if len(of) > 0 && len(of) < fewest {
			t.Groups = []Group{{Last: horizon, Bins: newBins(t.errors(residuals, 1, horizon, shift))}}
			break
		}
		t.Groups = append(t.Groups, Group{Last: last, Bins: newBins(of)})
		if from = last + 1; last == horizon {
			break
		}
	}
	return t
}

func whole(rs []Residual) bool {
	for _, r := range rs {
		if r.Actual != float32(math.Trunc(float64(r.Actual))) {
			return false
		}
	}
	return len(rs) > 0
}

// relative is one error in units of the spread, and the forecast's ratio.
type relative struct{ ratio, err float32 }

// errors are those of the horizons from one to another, in the order of rs.
func (t Table) errors(rs []Residual, from, last int, shift float32) []relative {
	var out []relative
	for k, r := range rs {
		if r.H < from || r.H > last {
			continue
		}
		own := t.own(r.Own)
		actual, u := float64(r.Actual), t.Spread.unit(float64(r.Mean), own)
		if own.Whole && r.Actual == float32(math.Trunc(actual)) {
			actual += spread(k)
		}
		out = append(out, relative{float32(math.Abs(float64(r.Mean)) / u), float32((actual - r.centre(shift)) / u)})
	}
	return out
}

// own is how a series sold, where one that never sold is like the shop.
func (t Table) own(o Own) Own {
	if o.Mean == 0 && o.Variance == 0 {
		o.Whole = t.Whole
	}
	return o
}

// spread is the k-th number of a sequence that fills (-1/2, 1/2) evenly: the
// golden section's, of which any run of neighbours is well spread (Knuth 1973,
// "The Art of Computer Programming" 6.4).
func spread(k int) float64 {
	_, f := math.Modf(float64(k+1) * (math.Phi - 1))
	return f - 0.5
}

// newBins never parts forecasts of the same ratio, which would all be looked up
// in one of the bins.
func newBins(rs []relative) []Bin {
	slices.SortStableFunc(rs, func(a, b relative) int { return cmp.Compare(a.ratio, b.ratio) })
	n := min(max(1, len(rs)/binSize), mostBin)
	var bins []Bin
	from := 0
	for k := range n {
		to := max(from, (k+1)*len(rs)/n)
		for to > 0 && to < len(rs) && rs[to].ratio == rs[to-1].ratio {
			to++
		}
		if to == from && len(bins) > 0 {
			continue
		}
		b := newBin(rs[from:to])
		if to < len(rs) {
			b.Below = rs[to].ratio
		}
		bins = append(bins, b)
		from = to
	}
	return bins
}

func newBin(rs []relative) Bin {
	errors := make([]float32, len(rs))
	for k, r := range rs {
		errors[k] = r.err
	}
	slices.Sort(errors)
	b := Bin{Below: math.MaxFloat32, Errors: errors}
	if len(errors) > grid {
		b.Errors = make([]float32, grid)
		for k := range grid {
			b.Errors[k] = at(errors, float64(k+1)/(grid+1))
		}
	}
	return b
}

// Quantile is the level's quantile of what the series of a forecast will sell.
func (t Table) Quantile(h int, mean float32, own Own, level float64, nonNegative bool) float32 {
	return t.marginal(h, mean, own, nonNegative).quantile(level)
}

// A marginal is the distribution of one forecast.
type marginal struct {
	errors      []float32 // none: a guess
	mean, u     float64
	own         Own
	nonNegative bool
}

func (t Table) marginal(h int, mean float32, own Own, nonNegative bool) marginal {
	own = t.own(own)
	u := t.Spread.unit(float64(mean), own)
	return marginal{t.bin(h, float32(math.Abs(float64(mean))/u)).Errors, float64(mean), u, own, nonNegative}
}

func (m marginal) quantile(level float64) float32 {
	q := m.mean
	if len(m.errors) == 0 {
		q = guess(m.mean, m.own, level)
	} else {
		q += float64(at(m.errors, level)) * m.u
	}
	if m.own.Whole {
		q = math.Round(q)
	}
	if m.nonNegative {
		q = max(q, 0)
	}
	return float32(q)
}

// bin is the errors of forecasts like one of horizon h: of the next shorter
// horizons where the past has none as long.
func (t Table) bin(h int, ratio float32) Bin {
	var bins []Bin
	for _, g := range t.Groups {
		if len(g.Bins) > 0 && len(g.Bins[0].Errors) > 0 {
			bins = g.Bins
		}
		if h <= g.Last && bins != nil {
			break
		}
	}
	for _, b := range bins {
		if ratio < b.Below {
			return b
		}
	}
	if len(bins) == 0 {
		return Bin{}
	}
	return bins[len(bins)-1]
}

// at is the level's quantile of n ascending values, of which the k-th has the
// level k/(n+1): with it a new value is below as often as it should be, however
// few there are.
func at(sorted []float32, level float64) float32 {
	x := min(max(level*float64(len(sorted)+1)-1, 0), float64(len(sorted)-1))
	k := int(x)
	if k+1 == len(sorted) {
		return sorted[k]
	}
	f := float32(x - float64(k))
	return sorted[k]*(1-f) + sorted[k+1]*f
}

// levelOf is the level of a value among ascending ones: what at undoes.
func levelOf(sorted []float32, v float32) float64 {
	k, _ := slices.BinarySearch(sorted, v)
	if k > 0 && k < len(sorted) {
		return (float64(k) + float64((v-sorted[k-1])/(sorted[k]-sorted[k-1]))) / float64(len(sorted)+1)
	}
	return (float64(k) + 0.5) / float64(len(sorted)+1)
}

// guess serves a shop whose history is too short for one past origin: normal
// quantiles, of the series' own variance and that of a Poisson count twice over.
func guess(mean float64, own Own, level float64) float64 {
	n := float64(own.Periods)
	variance := (n*float64(own.Variance) + prior*4*(math.Abs(mean)+0.25)) / (n + prior)
	return mean + math.Sqrt(2*variance)*math.Erfinv(2*level-1)
}
