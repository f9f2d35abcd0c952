// Package interval puts quantiles around the means of any model, learnt from
// how wrong it was at past origins.
package interval

import (
	"math"
	"slices"

	"daycast"
)

// A Residual is one past forecast and what then came.
type Residual struct {
	H      int     // periods after the origin, >= 1
	Mean   float32 // the forecast
	Actual float32
}

// Table holds the errors of past forecasts, in groups of alike forecasts: a
// group of horizons, then a bin of equally many forecasts of about the same
// mean. Within a bin errors are kept relative to the mean, as
//
//	e = (actual - mean) / max(|mean|, Floor)
//
// and a quantile of a new forecast is mean + e_q * max(|mean|, Floor): split
// conformal prediction (Vovk, Gammerman, Shafer 2005; Lei et al. 2018) with a
// score normalised by the mean, conditional on the bin (Mondrian).
type Table struct {
	Groups []Group
}

// Group is the bins of the horizons up to Last.
type Group struct {
	Last int
	Bins []Bin
}

// Bin is the past errors of forecasts with |mean| < Below (the last bin: all
// the rest).
type Bin struct {
	Below  float32
	Floor  float32
	Errors []float32 // ascending, at most grid of them: equally spaced quantiles
}

const (
	// binSize is how many errors a bin should hold: the 10% and 90% quantile
	// then have a standard error of about one and a half percentage points.
	binSize = 400
	mostBin = 24
	// grid is how many quantiles of the errors are kept.
	grid = 401
)

// ends are the last horizons of the groups in weeks.
var ends = []int{1, 2, 4}

// NewTable learns from residuals of at least one past origin. Without any the
// quantiles are a guess, see guess.
func NewTable(residuals []Residual, step daycast.Step, horizon int) Table {
	var t Table
	from := 1
	for k, weeks := range ends {
		last := weeks * 7 / int(step)
		if k == len(ends)-1 || last >= horizon {
			last = horizon
		}
		var own []Residual
		for _, r := range residuals {
			if r.H >= from && r.H <= last {
				own = append(own, r)
			}
		}
		t.Groups = append(t.Groups, Group{Last: last, Bins: newBins(own)})
		if from = last + 1; last == horizon {
			break
		}
	}
	return t
}

func newBins(rs []Residual) []Bin {
	slices.SortFunc(rs, func(a, b Residual) int {
		if x, y := size(a), size(b); x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return 0
	})
	n := min(max(1, len(rs)/binSize), mostBin)
	var bins []Bin
	for k := range n {
		part := rs[k*len(rs)/n : (k+1)*len(rs)/n]
		b := newBin(part)
		if k < n-1 {
			b.Below = size(rs[(k+1)*len(rs)/n])
		}
		bins = append(bins, b)
	}
	return bins
}

func size(r Residual) float32 { return float32(math.Abs(float64(r.Mean))) }

func newBin(rs []Residual) Bin {
	var sum float64
	for _, r := range rs {
		sum += float64(size(r))
	}
	b := Bin{Below: math.MaxFloat32, Floor: float32(max(1e-6, sum/max(1, float64(len(rs)))/4))}
	errors := make([]float32, 0, len(rs))
	for _, r := range rs {
		errors = append(errors, (r.Actual-r.Mean)/max(size(r), b.Floor))
	}
	slices.Sort(errors)
	if len(errors) <= grid {
		b.Errors = errors
		return b
	}
	for k := range grid {
		b.Errors = append(b.Errors, errors[k*(len(errors)-1)/(grid-1)])
	}
	return b
}

// Quantile is the level's quantile of a forecast. A level above one half is
// the upper end of the central interval: where the lower end excludes less
// than its share, because nothing sells below zero, the upper end takes the
// rest, so that [quantile(1-level), quantile(level)] covers 2*level-1.
func (t Table) Quantile(h int, mean float32, level float64, nonNegative bool) float32 {
	b := t.bin(h, mean)
	if len(b.Errors) == 0 {
		return guess(mean, level)
	}
	unit := max(float32(math.Abs(float64(mean))), b.Floor)
	if level > 0.5 && nonNegative {
		low := max(0, mean+at(b.Errors, 1-level)*unit)
		level -= (1 - level) - below(b.Errors, (low-mean)/unit)
	}
	return mean + at(b.Errors, level)*unit
}

func (t Table) bin(h int, mean float32) Bin {
	if len(t.Groups) == 0 {
		return Bin{}
	}
	g := t.Groups[len(t.Groups)-1]
	for _, group := range t.Groups {
		if h <= group.Last {
			g = group
			break
		}
	}
	m := float32(math.Abs(float64(mean)))
	for _, b := range g.Bins {
		if m < b.Below {
			return b
		}
	}
	if len(g.Bins) == 0 {
		return Bin{}
	}
	return g.Bins[len(g.Bins)-1]
}

// at is the level's quantile of ascending values, between the two nearest.
func at(sorted []float32, level float64) float32 {
	x := min(max(level, 0), 1) * float64(len(sorted)-1)
	k := min(int(x), len(sorted)-1)
	if k+1 == len(sorted) {
		return sorted[k]
	}
	f := float32(x - float64(k))
	return sorted[k]*(1-f) + sorted[k+1]*f
}

// below is the share of ascending values that are less than v.
func below(sorted []float32, v float32) float64 {
	k, _ := slices.BinarySearch(sorted, v)
	return float64(k) / float64(len(sorted))
}

// guess serves a shop whose history is too short for one past origin: the
// spread of a Poisson count twice over.
func guess(mean float32, level float64) float32 {
	sd := 2 * math.Sqrt(math.Abs(float64(mean))+0.25)
	return mean + float32(sd*math.Sqrt2*math.Erfinv(2*level-1))
}
