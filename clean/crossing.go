package clean

import (
	"slices"
	"strings"

	"daycast"
)

const (
	// maxCrossed is how many groups a crossed level may have.
	maxCrossed = 250
	// leastCrossed is how many series a group must have on average: with fewer
	// it says little that its series do not say themselves.
	leastCrossed = 10
)

// crossing is the level of what two levels' groups have in common, such as a
// department at a place, of all pairs of levels the one with the most groups
// within bounds. It tells of a week or a holiday that the department keeps there
// only, and of a place's share of it.
func crossing(levels []daycast.Level, series int) (best daycast.Level, ok bool) {
	for a := range levels {
		for b := a + 1; b < len(levels); b++ {
			if len(levels[a].Names)*len(levels[b].Names) < series && max(len(levels[a].Names), len(levels[b].Names)) <= maxCrossed {
				if l := cross(levels[a], levels[b], series); fits(l, levels[a], levels[b], series) && len(l.Names) > len(best.Names) {
					best, ok = l, true
				}
			}
		}
	}
	return best, ok
}

// fits reports whether the crossed groups are few and large enough, and more
// than either level's own.
func fits(l, a, b daycast.Level, series int) bool {
	n := len(l.Names)
	return n <= maxCrossed && n*leastCrossed <= series && 2*n >= 3*max(len(a.Names), len(b.Names))
}

// cross names and numbers the groups by both levels' names, in their order.
func cross(a, b daycast.Level, series int) daycast.Level {
	// Of two items' or places' levels the order is the alphabet's; a place's
	// comes last.
	if strings.HasPrefix(a.Name, "place") {
		a, b = b, a
	}
	used := map[[2]int32]bool{}
	for i := range series {
		if a.Of[i] >= 0 && b.Of[i] >= 0 {
			used[[2]int32{a.Of[i], b.Of[i]}] = true
		}
	}
	pairs := make([][2]int32, 0, len(used))
	for pair := range used {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(x, y [2]int32) int {
		if x[0] != y[0] {
			return int(x[0] - y[0])
		}
		return int(x[1] - y[1])
	})
	out := daycast.Level{Name: a.Name + "@" + b.Name, Of: make([]int32, series)}
	index := map[[2]int32]int32{}
	for k, pair := range pairs {
		index[pair] = int32(k)
		out.Names = append(out.Names, a.Names[pair[0]]+"@"+b.Names[pair[1]])
	}
	for i := range series {
		out.Of[i] = -1
		if a.Of[i] >= 0 && b.Of[i] >= 0 {
			out.Of[i] = index[[2]int32{a.Of[i], b.Of[i]}]
		}
	}
	return out
}
