package tree

import "daycast/feature"

// LeafIndices tells for each row of x the leaf that it reaches in each tree,
// indices[row][tree], from 0 on in the order of the tree from left to right.
func (e *Ensemble) LeafIndices(x *feature.Frame, threads int) [][]int32 {
	numbers := make([][]int32, len(e.trees))
	for t := range e.trees {
		numbers[t] = e.trees[t].leafNumbers()
	}
	out := make([][]int32, x.Rows)
	e.eachBlock(x, threads, func(rows *cohort, begin int) {
		flat := make([]int32, len(rows.left)*len(e.trees))
		for r := range rows.left {
			out[begin+r] = flat[r*len(e.trees) : (r+1)*len(e.trees)]
		}
		for t := range e.trees {
			for r := range rows.left {
				out[begin+r][t] = numbers[t][e.trees[t].reach(rows.bins, r)]
			}
		}
	})
	return out
}

// Scores fills out with one score for each row of x: the sum of the start and
// the trees, before the link.
func (e *Ensemble) Scores(x *feature.Frame, out []float64) {
	e.eachBlock(x, 1, func(rows *cohort, begin int) {
		for r := range rows.left {
			out[begin+r] = e.start
		}
		for t := range e.trees {
			for r := range rows.left {
				out[begin+r] += float64(e.trees[t].nodes[e.trees[t].reach(rows.bins, r)].value)
			}
		}
	})
}

// eachBlock bins x in blocks, in parallel.
func (e *Ensemble) eachBlock(x *feature.Frame, threads int, work func(rows *cohort, begin int)) {
	const blockRows = 512 // whose bins stay in the second-level cache
	team := NewTeam(threads)
	defer team.Stop()
	team.Each((x.Rows+blockRows-1)/blockRows, func(i int) {
		begin := i * blockRows
		work(newCohort(e.bins, x, begin, min(x.Rows, begin+blockRows)), begin)
	})
}

// leafNumbers are the leaves' numbers by node.
func (t *Tree) leafNumbers() []int32 {
	numbers := make([]int32, len(t.nodes))
	leaves := int32(0)
	for i := range t.nodes { // a left child follows its parent
		if t.nodes[i].right == 0 {
			numbers[i] = leaves
			leaves++
		}
	}
	return numbers
}

// reach is the node of the leaf of a row, given bins by column and row.
func (t *Tree) reach(bins [][]uint16, row int) int32 {
	i := int32(0)
	for {
		n := &t.nodes[i]
		if n.right == 0 {
			return i
		}
		if n.left(t, bins[n.column][row]) {
			i++
		} else {
			i = n.right
		}
	}
}

// left reports whether a row with the given bin goes left.
func (n *node) left(t *Tree, bin uint16) bool {
	if n.set >= 0 {
		return binSet(t.sets[n.set:]).has(bin)
	}
	return bin-n.lo <= n.span
}
