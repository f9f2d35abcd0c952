package tree

import (
	"math"

	"daycast"
)

// Columns is how many columns the ensemble tells apart by position.
func (e *Ensemble) Columns() int { return len(e.bins.columns) }

// A question is a node as other libraries have it: a leaf, or what is asked of
// a value and the nodes that are next.
type question struct {
	node        *node // for its value, gain and cover
	leaf        bool
	left, right int32
	missingLeft bool

	cut         float32  // of a number: v <= cut goes left; +-Inf where all or no numbers do
	zeroMissing bool     // of a number: zero goes where NaN goes
	codes       []uint32 // of a category, nil for a number: they go right, all others left
}

// ask puts node i of a tree as a question, or, where that has one answer only,
// the node that is next.
func (e *Ensemble) ask(t *Tree, i int32) (question, error) {
	for {
		n := &t.nodes[i]
		if n.right == 0 {
			return question{node: n, leaf: true}, nil
		}
		q := question{node: n, left: i + 1, right: n.right, missingLeft: t.left(i, missingBin)}
		c := &e.bins.columns[n.column]
		if !c.categorical {
			ok := q.askNumber(t, i, c)
			if !ok {
				return q, daycast.Errorf(daycast.Invalid, "a split of column %d takes numbers out of the middle of others", n.column).
					WithHint("other libraries cannot say that: train again")
			}
			return q, nil
		}
		if err := q.askCategory(t, i, c); err != nil {
			return q, err
		}
		if len(q.codes) > 0 {
			return q, nil
		}
		i = q.left
	}
}

// left reports whether node i sends a bin left.
func (t *Tree) left(i int32, bin uint16) bool { return t.next(i, &t.nodes[i], bin) == i+1 }

// askNumber takes a set apart that graft made; false where it is another.
func (q *question) askNumber(t *Tree, i int32, c *columnBins) bool {
	last, ok := t.prefix(i, c, 0, 0)
	if !ok {
		first, end := c.bin(zeroLow)+1, c.bin(zeroHigh)
		for bin := first; bin <= end; bin++ {
			if t.left(i, bin) != q.missingLeft {
				return false
			}
		}
		if last, ok = t.prefix(i, c, first, end); !ok || c.at(first-1) != zeroLow || c.at(end) != zeroHigh {
			return false
		}
		q.zeroMissing = true
	}
	q.cut = c.at(last)
	return true
}

// at is the cut above a bin of numbers.
func (c *columnBins) at(bin uint16) float32 {
	switch {
	case bin == 0:
		return float32(math.Inf(-1))
	case int(bin) > len(c.cuts):
		return float32(math.Inf(1))
	}
	return c.cuts[bin-1]
}

// prefix is the last bin of those that node i sends left, but for the bins
// from skip to end; ok where they are all from bin 1 on.
func (t *Tree) prefix(i int32, c *columnBins, skip, end uint16) (last uint16, ok bool) {
	if n := &t.nodes[i]; n.set < 0 {
		return uint16(min(int(n.lo)+int(n.span), c.last())), n.lo <= 1
	}
	ended := false
	for b := 1; b <= c.last(); b++ {
		bin := uint16(b)
		if skip <= bin && bin <= end {
			continue
		}
		if !t.left(i, bin) {
			ended = true
		} else if ended {
			return 0, false
		} else {
			last = bin
		}
	}
	return last, true
}

// askCategory lets the categories that have no bin go left, which is what
// XGBoost does with them, and the codes of the other side right.
func (q *question) askCategory(t *Tree, i int32, c *columnBins) error {
	others := q.missingLeft
	if c.other {
		others = t.left(i, uint16(c.last()))
	}
	for _, code := range c.cuts {
		if t.left(i, c.bin(code)) == others {
			continue
		}
		if !(code >= 0 && code < maxCode) || code != float32(int(code)) {
			return daycast.Errorf(daycast.Invalid, "column %d has the category %g: other libraries take whole numbers below %d",
				q.node.column, code, maxCode)
		}
		q.codes = append(q.codes, uint32(code))
	}
	if !others {
		q.left, q.right = q.right, q.left
	}
	if q.missingLeft = q.missingLeft == others; len(q.codes) == 0 && !q.missingLeft {
		return daycast.Errorf(daycast.Invalid, "a split of column %d parts what is missing from all categories", q.node.column).
			WithHint("other libraries cannot say that: train again")
	}
	return nil
}

// An asked tree is its questions, a node's children after it and, as XGBoost
// wants them, beside each other; left and right are places in questions.
type asked struct {
	questions []question
	mean      []float64 // of the leaves below, weighted by their cover
}

func (e *Ensemble) askAll(t *Tree) (asked, error) {
	a := asked{questions: make([]question, 1, len(t.nodes))}
	at := []int32{0} // by question: its node
	for i := 0; i < len(at); i++ {
		q, err := e.ask(t, at[i])
		if err != nil {
			return a, err
		}
		if !q.leaf {
			at = append(at, q.left, q.right)
			q.left, q.right = int32(len(a.questions)), int32(len(a.questions)+1)
			a.questions = append(a.questions, question{}, question{})
		}
		a.questions[i] = q
	}
	a.mean = make([]float64, len(a.questions))
	for i := len(a.questions) - 1; i >= 0; i-- {
		q := &a.questions[i]
		if q.leaf {
			a.mean[i] = float64(q.node.value)
			continue
		}
		l, r := float64(a.questions[q.left].node.cover), float64(a.questions[q.right].node.cover)
		if l+r > 0 {
			a.mean[i] = (l*a.mean[q.left] + r*a.mean[q.right]) / (l + r)
		}
	}
	return a, nil
}

func (e *Ensemble) checkNames(names []string) error {
	if names != nil && len(names) != e.Columns() {
		return daycast.Errorf(daycast.Invalid, "%d names of columns: the model has %d columns", len(names), e.Columns())
	}
	return nil
}
