package tree

import "slices"

// byCover is the game in which a column that is not known sends a row both
// ways, in proportion to cover. See Explain for its formula.
type byCover struct {
	rows *cohort
	rule *quadrature
	// products[depth][pattern*points+q] is the weight of point q times the
	// product of z[i]*(1-t[q]) + o[i]*t[q] over the columns of the path.
	products [][]float64
	// inverse[place] has 1/(1-t[q]) by point, for rows that have failed there,
	// and then 1/(z*(1-t[q]) + t[q]), for those that have passed.
	inverse [][]float64
	factors []float64 // by kind of row and point: what a step does to products
	sums    []float64 // as products: of the leaves of one node, times their values
}

func (g *byCover) begin() {
	if len(g.products) == 0 {
		g.products = [][]float64{nil}
	}
	g.products[0] = g.rule.weights
}

// The kinds of rows at a step. Where a test is not the first of its column,
// the earlier factor is taken out: of a row that passed, the inverse is known;
// of one that failed, z falls by the test's share, and that is all.
const (
	fails = iota
	passes
	failedBefore
	kinds
)

func (g *byCover) enter(s step) {
	points := len(g.rule.points)
	if s.depth+1 == len(g.products) {
		g.products = append(g.products, nil)
	}
	g.setFactors(s)
	from, passed := g.rows.from[s.depth+1], g.rows.passed[s.depth+1]
	old := g.products[s.depth]
	products := slices.Grow(g.products[s.depth+1][:0], len(from)*points)[:len(from)*points]
	g.products[s.depth+1] = products
	for p, key := range from {
		kind := fails
		switch {
		case passed[p*s.width+s.place]:
			kind = passes
		case s.again && !g.rows.passed[s.depth][int(key>>1)*s.width+s.place]:
			kind = failedBefore
		}
		factor := g.factors[kind*points:][:points]
		before := old[int(key>>1)*points:][:points]
		for q := range products[p*points:][:points] {
			products[p*points+q] = before[q] * factor[q]
		}
	}
}

// setFactors fills the factors and the inverse of a step.
func (g *byCover) setFactors(s step) {
	points := len(g.rule.points)
	if s.place == len(g.inverse) {
		g.inverse = append(g.inverse, nil)
	}
	g.inverse[s.place] = slices.Grow(g.inverse[s.place], 2*points)[:2*points]
	g.factors = slices.Grow(g.factors, kinds*points)[:kinds*points]
	copy(g.inverse[s.place], g.rule.unknown)
	inverse := g.inverse[s.place][points:]
	for q, t := range g.rule.points {
		before := 1.
		if s.again {
			before = inverse[q]
		}
		unknown := s.z * (1 - t)
		g.factors[fails*points+q] = before * unknown
		g.factors[passes*points+q] = before * (unknown + t)
		g.factors[failedBefore*points+q] = s.share
		inverse[q] = 1 / (unknown + t)
	}
}

func (g *byCover) leave(s step) {
	if !s.again {
		return
	}
	inverse := g.inverse[s.place][len(g.rule.points):]
	for q, t := range g.rule.points {
		inverse[q] = 1 / (s.before*(1-t) + t)
	}
}

// leaf gives the tested column its part. The other columns' factors are the
// same at both children, so that settle can do with the sum of the two.
func (g *byCover) leaf(s step, places []place, value float64, table []float64) {
	products := g.products[s.depth+1]
	g.sums = slices.Grow(g.sums, len(products))[:len(products)]
	g.divide(s, s.place, places[s.place].z, products, value, table)
	for i, v := range products {
		g.sums[i] += value * v
	}
}

func (g *byCover) settle(s step, places []place, table []float64) {
	for j, p := range places {
		if j != s.place {
			g.divide(s, j, p.z, g.sums, 1, table)
		}
	}
	clear(g.sums)
	g.sums = g.sums[:0]
}

// divide adds to a place's part of the table: o - z times the integral of the
// products without the place's own factor.
func (g *byCover) divide(s step, place int, z float64, products []float64, value float64, table []float64) {
	points := len(g.rule.points)
	patterns := len(products) / points
	inverse, worth := g.inverse[place], [2]float64{-value, value * (1 - z)}
	table = table[place*patterns:][:patterns]
	passed := g.rows.passed[s.depth+1][place:]
	for p := range table {
		var o int
		if passed[p*s.width] {
			o = 1
		}
		// Both kinds of rows take the same instructions: which it is cannot be
		// predicted.
		factor, product := inverse[o*points:][:points], products[p*points:][:points]
		var sum float64
		for q, v := range product {
			sum += v * factor[q]
		}
		table[p] += worth[o] * sum
	}
}
