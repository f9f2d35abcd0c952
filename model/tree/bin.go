// Package tree grows regression trees on histograms of binned features, for
// model/gbm and model/forest to share.
//
//	Frame --Bins--> Matrix --Grower--> Tree, Tree, ... --> Ensemble
//
// The method is that of Ke et al. (2017), "LightGBM: a highly efficient
// gradient boosting decision tree", with gradients in whole numbers after Shi
// et al. (2022), "Quantized training of gradient boosting decision trees":
// sums of whole numbers are exact, so no result depends on the order in which
// threads add.
package tree

import (
	"cmp"
	"slices"

	"daycast/feature"
)

// Each column has bin 0 for missing values and up to 255 bins for the others,
// so that a bin is a byte.
const (
	missingBin   = 0
	maxValueBins = 255
	maxCuts      = 65_534 // so that a bin fits 16 bits
	// 200,000 rows place the edge of a bin of 1/255 of them to within about
	// 4% of the bin's rows (one sigma); LightGBM's bin_construct_sample_cnt.
	sampleRows = 200_000
)

// Bins maps the values of a frame's columns to bins.
type Bins struct {
	columns []columnBins
	// exclusive are groups of columns that were never seen to differ from
	// their usual values at once, in the rows that the bins were made from.
	exclusive [][]sparse
}

// columnBins are the bins of one column, with cuts ascending.
//
//	a number v:  bin 1 + the number of cuts < v     at most 254 cuts
//	category v:  bin 1 + the index of v in cuts     at most maxCuts
//
// NaN is missing, and so is a category that is not among the cuts, unless
// they have a bin of their own, the last: levels that are too rare to learn
// from one by one, and those that come later. Numbers of models from elsewhere
// may have more cuts, too.
type columnBins struct {
	categorical bool
	other       bool // a category >= 0 that is not among the cuts has the last bin
	cuts        []float32
}

// NewBins finds the bins of x from the given rows, or from a seeded sample of
// 200,000 of them. Numbers are cut at quantiles, and between all values where
// they are at most 255. Of categories the most frequent levels get a bin each,
// 254 where there are more than fit a byte: see NewBinsLevels for more.
func NewBins(x *feature.Frame, rows []uint32, seed uint64, threads int) *Bins {
	return NewBinsLevels(x, rows, maxValueBins-1, seed, threads)
}

// NewBinsLevels is NewBins with bins for more levels of a category than the
// 254 most frequent: for all that come three times at least, up to levels of
// them, at most 65,534. Trees then take longer, and learn more by heart: on
// simulated sales of 3,000 items, whose past sales told the level, the test
// deviance rose from 1.561 to 1.580; it may pay where nothing else does.
func NewBinsLevels(x *feature.Frame, rows []uint32, levels int, seed uint64, threads int) *Bins {
	if len(rows) > sampleRows {
		rows = Sample(rows, sampleRows/float64(len(rows)), seed)
	}
	return exactBins(x, rows, levels, threads)
}

// exactBins finds bins from all of the rows.
func exactBins(x *feature.Frame, rows []uint32, levels, threads int) *Bins {
	b := &Bins{columns: make([]columnBins, len(x.Columns))}
	sparseColumns := make([]*sparse, len(x.Columns))
	team := NewTeam(threads)
	defer team.Stop()
	team.Each(len(x.Columns), func(c int) {
		keys := make([]uint32, 0, len(rows))
		for _, r := range rows {
			if v := x.Data[c][r]; v == v {
				keys = append(keys, ordered(v+0)) // -0 becomes 0
			}
		}
		counted := countDistinct(sortKeys(keys, make([]uint32, len(keys))))
		if codes := x.Columns[c].Levels; codes > 0 {
			b.columns[c] = levelBins(counted, codes, min(levels, maxCuts))
		} else {
			b.columns[c] = columnBins{cuts: quantileCuts(counted, len(keys))}
		}
		sparseColumns[c] = newSparse(c, &b.columns[c], counted, x.Data[c], rows)
	})
	b.exclusive = bundle(b.columns, sparseColumns)
	return b
}

type counted struct {
	value float32
	count int
}

// countDistinct takes ascending keys of values.
func countDistinct(keys []uint32) []counted {
	out := make([]counted, 0, len(keys))
	for begin := 0; begin < len(keys); {
		end := begin + 1
		for end < len(keys) && keys[end] == keys[begin] {
			end++
		}
		out = append(out, counted{unordered(keys[begin]), end - begin})
		begin = end
	}
	return out
}

// levelRows is how often a level has to come in the sample to get a bin.
const levelRows = 3

// levelBins gives the most frequent levels, codes in 0..codes-1, a bin each;
// where there are others, those share one.
func levelBins(values []counted, codes, most int) columnBins {
	values = slices.DeleteFunc(values, func(v counted) bool {
		return v.value < 0 || v.value >= float32(codes) || v.value != float32(int(v.value))
	})
	slices.SortStableFunc(values, func(a, b counted) int { return cmp.Compare(b.count, a.count) })
	few := len(values)
	for len(values) > maxValueBins && few >= maxValueBins && values[few-1].count < levelRows {
		few-- // down to as many as fit a byte, with one bin for the others
	}
	if len(values) > maxValueBins {
		few = min(few, most)
	}
	c := columnBins{categorical: true, other: few < len(values), cuts: make([]float32, 0, few)}
	for _, v := range values[:few] {
		c.cuts = append(c.cuts, v.value)
	}
	slices.Sort(c.cuts)
	return c
}

// quantileCuts cuts total values into bins of about the same count; a value
// as frequent as a bin of its own gets one.
func quantileCuts(values []counted, total int) []float32 {
	cuts := make([]float32, 0, min(len(values), maxValueBins))
	free, inBin := maxValueBins, 0
	for i, v := range values[:max(0, len(values)-1)] {
		inBin += v.count
		next := values[i+1]
		// Values left, this bin's included, over bins left, this one included.
		target := float64(total) / float64(free)
		if len(values) > maxValueBins && float64(inBin) < target && float64(next.count) < target {
			continue
		}
		cuts = append(cuts, between(v.value, next.value))
		total -= inBin
		inBin = 0
		if free--; free == 1 {
			break
		}
	}
	return cuts
}

// between is a number in [a, b), half way where that is a number.
func between(a, b float32) float32 {
	if mid := float32((float64(a) + float64(b)) / 2); mid >= a && mid < b {
		return mid
	}
	return a
}

func (c *columnBins) bin(v float32) uint16 {
	if v != v {
		return missingBin
	}
	at := below(c.cuts, v)
	if c.categorical && (at == len(c.cuts) || c.cuts[at] != v) {
		if c.other && v >= 0 {
			return uint16(c.last())
		}
		return missingBin
	}
	return uint16(at + 1)
}

// below is the number of cuts < v, without a branch that depends on v.
func below(cuts []float32, v float32) int {
	if len(cuts) == 0 {
		return 0
	}
	at, n := 0, len(cuts)
	for n > 1 {
		half := n / 2
		if cuts[at+half-1] < v {
			at += half
		}
		n -= half
	}
	if cuts[at] < v {
		at++
	}
	return at
}

// last is the highest bin of the column.
func (c *columnBins) last() int {
	if c.categorical && !c.other {
		return len(c.cuts)
	}
	return len(c.cuts) + 1
}
