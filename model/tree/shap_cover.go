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
	sums    []float64 // by pattern and point: what the leaves of one node divide among the columns
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

// leaves needs not enter the children. Without the tested column's factor the
// products R are the same for both of them, so that with their values v, the
// column's z and the row's o there
//
//	the other columns share  sum of v * R * (z*(1-t) + o*t) = R * (A*(1-t) + B*t)
//	the tested one gets      sum of v * (o-z) * R           = R * (B-A)
//
// where A is the sum of v*z, and B the value of the child that the row goes to.
func (g *byCover) leaves(w *walk, i int32, s step, patterns int) {
	var value, share [2]float64
	for side, child := range [2]int32{w.tree.nodes[i].right, i + 1} { // as keys have them
		if w.tree.leaf(child) {
			value[side], share[side] = float64(w.tree.nodes[child].value), w.tree.share(i, side == 1)
		}
	}
	expected := value[0]*share[0] + value[1]*share[1]
	own := w.table[s.place*patterns:][:patterns]
	points, parents := len(g.rule.points), g.products[s.depth]
	g.sums = slices.Grow(g.sums[:0], patterns*points)[:patterns*points]
	for p, key := range g.rows.from[s.depth+1] {
		product := parents[int(key>>1)*points:][:points]
		sums := g.sums[p*points:][:points]
		switch {
		case !s.again:
			own[p] = g.split(sums, product, nil, expected, value[key&1])
		case g.rows.passed[s.depth][int(key>>1)*s.width+s.place]:
			own[p] = g.split(sums, product, g.inverse[s.place][points:], s.before*expected, value[key&1])
		default: // the row fails at both, whatever it does here
			for q, v := range product {
				sums[q] = v * expected
				own[p] -= sums[q] * g.rule.unknown[q]
			}
		}
	}
	for j, known := range w.places {
		if j != s.place {
			g.divide(s, j, known.z, w.table[j*patterns:][:patterns])
		}
	}
}

// split returns the tested column's part of one pattern and leaves the others'
// in sums; inverse takes the column's earlier factor out of the product.
func (g *byCover) split(sums, product, inverse []float64, expected, value float64) float64 {
	var all float64
	points := g.rule.points[:len(product)]
	sums = sums[:len(product)]
	for q, v := range product {
		if inverse != nil {
			v *= inverse[q]
		}
		all += v
		sums[q] = v * (expected + (value-expected)*points[q])
	}
	return all * (value - expected)
}

// divide fills in the parts of a column that was tested before: o - z times
// the integral of the sums without its own factor.
func (g *byCover) divide(s step, place int, z float64, table []float64) {
	points, inverse, worth := len(g.rule.points), g.inverse[place], [2]float64{-1, 1 - z}
	before := s.width
	if !s.again {
		before--
	}
	passed, sums := g.rows.passed[s.depth][place:], g.sums
	for p, key := range g.rows.from[s.depth+1] {
		var o int
		if passed[int(key>>1)*before] {
			o = 1
		}
		// Both kinds of rows take the same instructions: which it is cannot be
		// predicted.
		factor, sum := inverse[o*points:][:points], 0.
		for q, v := range sums[p*points:][:points] {
			sum += v * factor[q]
		}
		table[p] = worth[o] * sum
	}
}
