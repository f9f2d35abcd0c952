package effects

// nesting is which groups lie within which: of departments and the shops that
// have them, each department at a shop lies within its department and its shop.
type nesting struct {
	// within are, by level, group and other level, the one group of the other
	// level that all series of the group are in; nobody before the first.
	within [][][]int32
}

const (
	nobody int32 = -1 - iota
	mixed        // several groups
)

// newNesting takes the number of groups of each level.
func newNesting(groups []int) *nesting {
	n := &nesting{}
	for _, size := range groups {
		level := make([][]int32, size)
		for g := range level {
			level[g] = make([]int32, len(groups))
			for k := range level[g] {
				level[g][k] = nobody
			}
		}
		n.within = append(n.within, level)
	}
	return n
}

// add takes the groups of a series by level, -1 for none.
func (n *nesting) add(of []int32) {
	for k, g := range of {
		if g < 0 {
			continue
		}
		for j, other := range of {
			switch at := &n.within[k][g][j]; {
			case other < 0:
				*at = mixed
			case *at == nobody:
				*at = other
			case *at != other:
				*at = mixed
			}
		}
	}
}

// refines reports whether each group of level k lies within one of level j,
// of which there are fewer.
func (n *nesting) refines(k, j int) bool {
	if len(n.within[k]) <= len(n.within[j]) {
		return false
	}
	for _, within := range n.within[k] {
		if within[j] == mixed {
			return false
		}
	}
	return true
}

// around are the levels that level k refines, without those that another of
// them refines.
func (n *nesting) around(k int) []int {
	var out []int
	for j := range n.within {
		if n.refines(k, j) {
			out = append(out, j)
		}
	}
	return n.finest(out)
}

// finest are those of the levels that no other of them refines.
func (n *nesting) finest(levels []int) []int {
	var out []int
	for _, j := range levels {
		refined := false
		for _, other := range levels {
			refined = refined || n.refines(other, j)
		}
		if !refined {
			out = append(out, j)
		}
	}
	return out
}
