package tree

import (
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
	Each(threads, (x.Rows+shapRows-1)/shapRows, func(i int) {
		begin := i * shapRows
		end := min(x.Rows, begin+shapRows)
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
	shapley          [][]float64 // see weight
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
	rows, others := g.rows.passed[s.depth+1], g.background.passed[s.depth+1]
	g.weigh(s.depth + 1)
	for p := range patterns {
		row := rows[p*s.width : (p+1)*s.width]
		for b, count := range g.count {
			other := others[b*s.width : (b+1)*s.width]
			r, o, reached := alone(row, other)
			if !reached {
				continue
			}
			v := value * count * g.share
			for j, passed := range row {
				switch {
				case passed && !other[j]:
					table[j*patterns+p] += v * g.weight(r-1, o)
				case !passed && other[j]:
					table[j*patterns+p] -= v * g.weight(r, o-1)
				}
			}
		}
	}
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

// alone counts what one passes and the other does not; reached says that each
// column is passed by one of them.
func alone(row, other []bool) (byRow, byOther int, reached bool) {
	for j, passed := range row {
		switch {
		case passed && !other[j]:
			byRow++
		case !passed && other[j]:
			byOther++
		case !passed:
			return 0, 0, false
		}
	}
	return byRow, byOther, true
}

// weight is a! b! / (a+b+1)!.
func (g *byBackground) weight(a, b int) float64 {
	for len(g.shapley) <= a {
		g.shapley = append(g.shapley, nil)
	}
	for len(g.shapley[a]) <= b {
		n := len(g.shapley[a])
		w := 1 / float64(n+1)
		for i := 1; i <= a; i++ {
			w *= float64(i) / float64(i+n+1)
		}
		g.shapley[a] = append(g.shapley[a], w)
	}
	return g.shapley[a][b]
}
