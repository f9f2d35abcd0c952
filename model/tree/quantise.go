package tree

import (
	"math"
	"math/rand/v2"
)

// A sum is what a histogram adds up over rows: gradients and the number of
// rows in one word, so that one addition does both, and hessians.
//
//	gn = gradient << 32 + rows
type sum struct {
	gn   int64
	hess uint32
}

func (s sum) rows() int       { return int(uint32(s.gn)) }
func (s sum) plus(o sum) sum  { return sum{s.gn + o.gn, s.hess + o.hess} }
func (s sum) minus(o sum) sum { return sum{s.gn - o.gn, s.hess - o.hess} }

// quantised holds gradients and hessians as whole numbers of a quantum, so
// small that no sum over rows of one tree overflows its 32 bits: over n rows
// the mean gradient is about 2^31/n quanta. Rounding goes up or down by
// chance, which keeps sums unbiased, so that a few huge gradients cannot
// silence the many small ones.
type quantised struct {
	gn   []int64  // by row of the matrix
	hess []uint32 // by row of the matrix; not filled where constant
	// constant says that all hessians are the same: then a sum's rows tell
	// its hessian, and histograms need not add it up.
	constant    bool
	gradQuantum float64 // 0 where all gradients are 0
	hessQuantum float64 // where constant, the hessian of one row
}

func newQuantised(rows int) *quantised {
	return &quantised{gn: make([]int64, rows), hess: make([]uint32, rows)}
}

// gradient is s's in the units of the objective.
func (q *quantised) gradient(s sum) float64 { return float64(s.gn>>32) * q.gradQuantum }

// hessian is s's in the units of the objective.
func (q *quantised) hessian(s sum) float64 {
	if q.constant {
		return float64(s.rows()) * q.hessQuantum
	}
	return float64(s.hess) * q.hessQuantum
}

// fill quantises the gradients and hessians (>= 0) of the rows.
func (q *quantised) fill(rows []uint32, grad, hess []float32, seed uint64, threads int) {
	grads, hesses := q.measure(rows, grad, hess, threads)
	n := float64(len(rows))
	var perGrad, perHess float64
	q.gradQuantum = 0
	if grads > 0 {
		perGrad = (math.MaxInt32 - n) / grads
		q.gradQuantum = 1 / perGrad
	}
	if !q.constant && hesses > 0 {
		perHess = (math.MaxUint32 - n) / hesses
		q.hessQuantum = 1 / perHess
	}
	Spans(threads, len(rows), func(begin, end int) {
		rng := rand.NewPCG(seed, roundStream+uint64(begin)<<8)
		for _, r := range rows[begin:end] {
			bits := rng.Uint64()
			up := float64(uint32(bits)) / (1 << 32)
			q.gn[r] = int64(math.Floor(float64(grad[r])*perGrad+up))<<32 + 1
			if !q.constant {
				up = float64(bits>>32) / (1 << 32)
				q.hess[r] = uint32(float64(hess[r])*perHess + up)
			}
		}
	})
}

// measure sums up the absolute gradients and the hessians, span by span, and
// finds out whether all hessians are the same.
func (q *quantised) measure(rows []uint32, grad, hess []float32, threads int) (grads, hesses float64) {
	type total struct {
		grads, hesses float64
		same          bool
	}
	first := hess[rows[0]]
	parts := make([]total, spans(len(rows)))
	Spans(threads, len(rows), func(begin, end int) {
		t := total{same: true}
		for _, r := range rows[begin:end] {
			t.grads += math.Abs(float64(grad[r]))
			t.hesses += float64(hess[r])
			t.same = t.same && hess[r] == first
		}
		parts[begin/spanRows] = t
	})
	q.constant, q.hessQuantum = true, float64(first)
	for _, t := range parts {
		grads += t.grads
		hesses += t.hesses
		q.constant = q.constant && t.same
	}
	return grads, hesses
}
