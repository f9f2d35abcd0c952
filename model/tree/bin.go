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
type Bins struct{ columns []columnBins }

// columnBins are the bins of one column, with cuts ascending.
//
//	a number v:  bin 1 + the number of cuts < v     at most 254 cuts
//	category v:  bin 1 + the index of v in cuts     at most 255 cuts
//
// NaN is missing, and so is a category that is not among the cuts, unless
// they have a bin of their own, the last. Models from elsewhere may have more
// cuts, up to maxCuts.
type columnBins struct {
	categorical bool
	other       bool // a category >= 0 that is not among the cuts has the last bin
	cuts        []float32
}

// NewBins finds the bins of x from the given rows, or from a seeded sample of
// 200,000 of them. Numbers are cut at quantiles, and between all values where
// they are at most 255. Of categories the 255 most frequent get a bin each.
func NewBins(x *feature.Frame, rows []uint32, seed uint64, threads int) *Bins {
	if len(rows) > sampleRows {
		rows = Sample(rows, sampleRows/float64(len(rows)), seed)
	}
	return exactBins(x, rows, threads)
}

// exactBins finds bins from all of the rows.
func exactBins(x *feature.Frame, rows []uint32, threads int) *Bins {
	b := &Bins{columns: make([]columnBins, len(x.Columns))}
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
		if levels := x.Columns[c].Levels; levels > 0 {
			b.columns[c] = columnBins{categorical: true, cuts: frequentCodes(counted, levels)}
		} else {
			b.columns[c] = columnBins{cuts: quantileCuts(counted, len(keys))}
		}
	})
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

// frequentCodes are the codes in 0..levels-1 of the 255 most frequent levels.
func frequentCodes(values []counted, levels int) []float32 {
	values = slices.DeleteFunc(values, func(v counted) bool {
		return v.value < 0 || v.value >= float32(levels) || v.value != float32(int(v.value))
	})
	slices.SortStableFunc(values, func(a, b counted) int { return cmp.Compare(b.count, a.count) })
	codes := make([]float32, 0, maxValueBins)
	for _, v := range values[:min(len(values), maxValueBins)] {
		codes = append(codes, v.value)
	}
	slices.Sort(codes)
	return codes
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
