package feature

import (
	"cmp"
	"slices"
)

const (
	minLevelRows = 20
	mostFrequent = 200
)

// LevelOf is the level that a value of a categorical column of so many levels
// stands for, and whether it stands for one.
func LevelOf(v float32, levels int) (int, bool) {
	if v >= 0 && v < float32(levels) {
		return int(v), true
	}
	return 0, false
}

// Frequent are the levels, of which each has so many rows, that a model may learn
// a weight for: the 200 most frequent of those with at least 20 rows, the most
// frequent first.
func Frequent(rows []int) []int {
	var out []int
	for level, n := range rows {
		if n >= minLevelRows {
			out = append(out, level)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(rows[b], rows[a]) })
	return out[:min(len(out), mostFrequent)]
}

// minKnown is the share of rows that a number has to be known in. What is known in
// a few rows of the newest origins, such as a year before in a shop that is
// little older, has moments of next to nothing, and is known in all rows that are
// forecast: there it would lead a line or a network anywhere.
const minKnown = 0.05

// Known reports whether a number that is there in so many of all rows is known
// well enough for a model to learn a weight for.
func Known(there, rows int) bool { return float64(there) >= minKnown*float64(rows) }
