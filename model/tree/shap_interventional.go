package tree

import (
	"math/bits"

	"daycast"
	"daycast/feature"
)

// ExplainAgainst divides the score of each row of x by Shapley values, where
// a column that is not known has the value of a row of the background, and
// Base is the background's mean score: the interventional values of Lundberg
// et al. (2020), "From local explanations to global understanding with
// explainable AI for trees". The values are exact, and do not depend on
// threads. It refuses an empty background with code invalid.
//
// A row and a background row reach a leaf of value v together where each
// column of its path is passed by one of them. With r columns passed by the
// row alone and b by the background alone
//
//	phi =  v * (r-1)! * b! / (r+b)!   for each of the r
//	phi = -v * r! * (b-1)! / (r+b)!   for each of the b
//
// Pairs of rows that pass the same columns share one computation, so that a
// background of hundreds costs little more than one of ten.
func (e *Ensemble) ExplainAgainst(background, x *feature.Frame, threads int) (*Explanation, error) {
	if background.Rows == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "an empty background explains nothing: want at least one row").WithField("background")
	}
	out := newExplanation(len(e.bins.columns), x.Rows)
	scores := make([]float64, background.Rows)
	e.Scores(background, scores)
	for _, score := range scores {
		out.Base += score / float64(len(scores))
	}
	eachCohort(threads, x.Rows, func(begin, end int) {
		for b := 0; b < background.Rows; b += shapRows {
			w := newWalk(e.bins, out, begin, end)
			g := &byBackground{share: 1 / float64(background.Rows)}
			g.rows = w.add(e.bins, x, begin, end)
			g.background = w.add(e.bins, background, b, min(b+shapRows, background.Rows))
			for j := range e.trees {
				w.descend(&e.trees[j], g)
			}
		}
	})
	return out, nil
}

// byBackground is the game in which a column that is not known has the value
// of a background row.
type byBackground struct {
	rows, background *cohort
	share            float64     // of one background row: 1 over their number
	count            []float64   // of background rows, by pattern
	weights          [][]float64 // see fillWeights
	mine, theirs     []uint64    // see pack
}

func (*byBackground) begin()     {}
func (*byBackground) enter(step) {}
func (*byBackground) leave(step) {}

func (g *byBackground) leaves(w *walk, i int32, s step, patterns int) {
	for side, child := range [2]int32{i + 1, w.tree.nodes[i].right} {
		if w.tree.leaf(child) {
			old := w.enter(&s, i, side == 0, g)
			g.leaf(s, patterns, float64(w.tree.nodes[child].value), w.table)
			w.leave(s, old, g)
		}
	}
}

func (g *byBackground) leaf(s step, patterns int, value float64, table []float64) {
	depth, words := s.depth+1, (s.width+63)/64
	g.weigh(depth)
	g.fillWeights(s.width)
	g.mine, g.theirs = pack(g.mine, g.rows.passed[depth], s.width), pack(g.theirs, g.background.passed[depth], s.width)
	for b, count := range g.count {
		other, v := g.theirs[b*words:][:words], value*count*g.share
		for p := range patterns {
			row := g.mine[p*words:][:words]
			if either(row, other) < s.width {
				continue
			}
			r, o := alone(row, other)
			for k, x := range row {
				for left := x &^ other[k]; left != 0; left &= left - 1 {
					table[(64*k+bits.TrailingZeros64(left))*patterns+p] += v * g.weights[r-1][o]
				}
				for left := other[k] &^ x; left != 0; left &= left - 1 {
					table[(64*k+bits.TrailingZeros64(left))*patterns+p] -= v * g.weights[o-1][r]
				}
			}
		}
	}
}

// pack has a bit for each column of a path that a pattern has passed, in words
// by pattern.
func pack(out []uint64, passed []bool, width int) []uint64 {
	out = out[:0]
	for begin := 0; begin < len(passed); begin += width {
		for j, ok := range passed[begin : begin+width] {
			if j%64 == 0 {
				out = append(out, 0)
			}
			if ok {
				out[len(out)-1] |= 1 << (j % 64)
			}
		}
	}
	return out
}

// alone counts what one passes and the other does not.
func alone(row, other []uint64) (byRow, byOther int) {
	for k, x := range row {
		byRow += bits.OnesCount64(x &^ other[k])
		byOther += bits.OnesCount64(other[k] &^ x)
	}
	return byRow, byOther
}

// either counts what one of them passes.
func either(row, other []uint64) (n int) {
	for k, x := range row {
		n += bits.OnesCount64(x | other[k])
	}
	return n
}

// weigh counts the rows of the background's patterns.
func (g *byBackground) weigh(depth int) {
	g.count = g.count[:0]
	for range g.background.from[depth] {
		g.count = append(g.count, 0)
	}
	for _, id := range g.background.ids[depth] {
		g.count[id]++
	}
}

// fillWeights knows weights[a][b] = a! b! / (a+b+1)! for paths of n columns.
func (g *byBackground) fillWeights(n int) {
	for a := len(g.weights); a < n; a++ {
		g.weights = append(g.weights, nil)
	}
	for a := range g.weights {
		for b := len(g.weights[a]); b <= n; b++ {
			w := 1 / float64(b+1)
			for i := 1; i <= a; i++ {
				w *= float64(i) / float64(i+b+1)
			}
			g.weights[a] = append(g.weights[a], w)
		}
	}
}
