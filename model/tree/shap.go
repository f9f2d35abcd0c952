package tree

import (
	"daycast/feature"
)

// An Explanation divides scores among columns: for each row
//
//	score = Base + the sum over c of Columns[c][row]
//
// in the ensemble's unit, before the link: log units for a log link.
type Explanation struct {
	Base    float64     // the expected score
	Columns [][]float64 // what a column adds to the score of a row
}

func newExplanation(columns, rows int) *Explanation {
	out := &Explanation{Columns: make([][]float64, columns)}
	for c := range out.Columns {
		out.Columns[c] = make([]float64, rows)
	}
	return out
}

// Score adds up what the columns of a row have been given.
func (e *Explanation) Score(row int) float64 {
	score := e.Base
	for _, column := range e.Columns {
		score += column[row]
	}
	return score
}

// shapRows is how many rows walk a tree together: rows that pass and fail the
// same tests of a path are explained once. More rows agree more often and need
// a larger cache: 4096 was the fastest of 512 to 16384.
const shapRows = 4096

// Explain divides the score of each row of x by Shapley values, where a column
// that is not known sends a row down both sides of a split, in proportion to
// their cover: the tree_path_dependent values of Lundberg, Erion, Lee (2018),
// "Consistent individualized feature attribution for tree ensembles". The
// values are exact, and do not depend on threads.
//
// A leaf's value v is a game of the m columns on its path. Column j has the
// share z of cover that goes on towards the leaf at j's tests, and o, which is
// 1 where the row passes them all and 0 elsewhere. By Owen's integral
//
//	phi[j] = v * (o[j]-z[j]) * integral over t in [0, 1] of
//	         the product over i != j of z[i]*(1-t) + o[i]*t
//
// a polynomial in t of degree m-1, which Gauss's rule of m/2 points integrates
// exactly, as in Linear TreeSHAP (Yu et al. 2022), and all terms are of one
// sign. Products are carried down the tree. Rows with the same o share one
// computation, as in Woodelf (Nadel, Wettenstein 2025).
func (e *Ensemble) Explain(x *feature.Frame, threads int) *Explanation {
	out := newExplanation(len(e.bins.columns), x.Rows)
	out.Base = e.start
	for i := range e.trees {
		out.Base += e.trees[i].expected(0)
	}
	rules := e.rules()
	Each(threads, (x.Rows+shapRows-1)/shapRows, func(i int) {
		begin := i * shapRows
		end := min(x.Rows, begin+shapRows)
		w := newWalk(e.bins, out, begin, end)
		g := &byCover{rows: w.add(e.bins, x, begin, end)}
		for j := range e.trees {
			g.rule = rules[j]
			w.descend(&e.trees[j], g)
		}
	})
	return out
}

// rules are Gauss's, by tree.
func (e *Ensemble) rules() []*quadrature {
	known := map[int]*quadrature{}
	rules := make([]*quadrature, len(e.trees))
	onPath := make([]bool, len(e.bins.columns))
	for i := range e.trees {
		n := (e.trees[i].widest(0, onPath) + 1) / 2
		if known[n] == nil {
			known[n] = newQuadrature(n)
		}
		rules[i] = known[n]
	}
	return rules
}

// byCover is the game in which a column that is not known sends a row both
// ways.
type byCover struct {
	rows *cohort
	rule *quadrature
	// products[depth][pattern*points+q] is the weight of point q times the
	// product of z[i]*(1-t[q]) + o[i]*t[q] over the columns of the path.
	products [][]float64
	inverse  [][]float64 // by place on the path, of z*(1-t) + t by point
	factors  []float64   // see factor
}

func (g *byCover) begin() {
	g.products = append(g.products, nil)[:max(1, len(g.products))]
	g.products[0] = g.rule.weights
}

// Where a test replaces an earlier one of its column, the earlier factor is
// taken out: of a row that passed, the inverse is known; of one that failed,
// z grows by the test's share, and that is all.
const (
	failedBefore = iota
	fails
	passes
)

func (g *byCover) enter(s step) {
	points := len(g.rule.weights)
	if s.depth+1 == len(g.products) {
		g.products = append(g.products, nil)
	}
	if s.place == len(g.inverse) {
		g.inverse = append(g.inverse, nil)
	}
	if len(g.inverse[s.place]) < points {
		g.inverse[s.place] = make([]float64, points)
	}
	g.setFactors(s)
	from, passed := g.rows.from[s.depth+1], g.rows.passed[s.depth+1]
	old, products := g.products[s.depth], g.products[s.depth+1][:0]
	for p, key := range from {
		kind := fails
		switch {
		case passed[p*s.width+s.place]:
			kind = passes
		case s.again && !g.rows.passed[s.depth][int(key>>1)*s.width+s.place]:
			kind = failedBefore
		}
		factor := g.factors[kind*points : (kind+1)*points]
		for q, v := range old[int(key>>1)*points:][:points] {
			products = append(products, v*factor[q])
		}
	}
	g.products[s.depth+1] = products
}

// setFactors fills the factors of the three kinds of rows and the inverse.
func (g *byCover) setFactors(s step) {
	g.factors = g.factors[:0]
	inverse := g.inverse[s.place]
	for range g.rule.points {
		g.factors = append(g.factors, s.share)
	}
	for q, t := range g.rule.points {
		before := 1.
		if s.again {
			before = inverse[q]
		}
		g.factors = append(g.factors, before*s.z*(1-t))
	}
	for q, t := range g.rule.points {
		before := 1.
		if s.again {
			before = inverse[q]
		}
		factor := s.z*(1-t) + t
		g.factors = append(g.factors, before*factor)
		inverse[q] = 1 / factor
	}
}

func (g *byCover) leave(s step) {
	if s.again {
		for q, t := range g.rule.points {
			g.inverse[s.place][q] = 1 / (s.before*(1-t) + t)
		}
	}
}

// leaf adds the columns' values of each pattern to table[place*patterns+pattern].
func (g *byCover) leaf(s step, places []place, value float64, table []float64) {
	points := len(g.rule.weights)
	patterns := len(g.rows.from[s.depth+1])
	passed := g.rows.passed[s.depth+1]
	for p := range patterns {
		product := g.products[s.depth+1][p*points : (p+1)*points]
		var fail float64
		for q, v := range product {
			fail -= v * g.rule.unknown[q]
		}
		fail *= value
		for j, o := range passed[p*s.width : (p+1)*s.width] {
			if !o {
				table[j*patterns+p] += fail
				continue
			}
			var sum float64
			inverse := g.inverse[j]
			for q, v := range product {
				sum += v * inverse[q]
			}
			table[j*patterns+p] += value * (1 - places[j].z) * sum
		}
	}
}
