package tree

import (
	"cmp"
	"slices"
)

// sparse is a column that has its usual value in most rows of a sample.
type sparse struct {
	column int
	usual  int      // its bin
	differ []uint64 // a bit by row of the sample
	count  int      // of the bits that are set
}

// usualShare is the share of rows with the usual value from which on a column
// is sparse: LightGBM's sparse_threshold.
const usualShare = 0.8

// newSparse is nil for a column that is not sparse.
func newSparse(column int, c *columnBins, values []counted, data []float32, rows []uint32) *sparse {
	seen := 0
	usual := counted{value: nan}
	for _, v := range values {
		seen += v.count
		if v.count > usual.count {
			usual = v
		}
	}
	if missing := len(rows) - seen; missing > usual.count {
		usual = counted{nan, missing}
	}
	if float64(usual.count) < usualShare*float64(len(rows)) || c.last() > maxValueBins {
		return nil
	}
	s := &sparse{column: column, usual: int(c.bin(usual.value)), differ: make([]uint64, (len(rows)+63)/64)}
	for i, r := range rows {
		if v := data[r]; v != usual.value && (v == v || usual.value == usual.value) {
			s.differ[i/64] |= 1 << (i % 64)
			s.count++
		}
	}
	return s
}

// bundle puts sparse columns that never differ from their usual bins at once
// together, the busiest first, as long as their other bins fit one lane:
// exclusive feature bundling, Ke et al. (2017), without conflicts.
func bundle(columns []columnBins, candidates []*sparse) (groups [][]sparse) {
	candidates = slices.DeleteFunc(slices.Clone(candidates), func(s *sparse) bool { return s == nil })
	slices.SortStableFunc(candidates, func(a, b *sparse) int { return cmp.Compare(b.count, a.count) })
	type open struct {
		members []sparse
		differ  []uint64
		bins    int
	}
	var all []*open
next:
	for _, s := range candidates {
		bins := columns[s.column].last() // but the usual one
		for _, o := range all {
			if o.bins+bins <= maxValueBins && !meet(o.differ, s.differ) {
				o.members, o.bins = append(o.members, *s), o.bins+bins
				for i, w := range s.differ {
					o.differ[i] |= w
				}
				continue next
			}
		}
		all = append(all, &open{[]sparse{*s}, slices.Clone(s.differ), bins})
	}
	for _, o := range all {
		if len(o.members) > 1 {
			for i := range o.members {
				o.members[i].differ = nil
			}
			groups = append(groups, o.members)
		}
	}
	return groups
}

// meet reports whether two sets of rows have one in common.
func meet(a, b []uint64) bool {
	for i, w := range a {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}
