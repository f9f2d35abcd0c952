package explore

import (
	"iter"
	"math"

	"daycast"
)

// A Histogram counts the values in [Edges[k], Edges[k+1]). The edges are round
// numbers at even distances of the logarithm (Renard's series). Median and P95
// are values of the data: the smallest that as large a share does not pass.
type Histogram struct {
	Edges  []Number `json:"edges"`  // one more than counts; none without values
	Counts []int64  `json:"counts"` // series-days
	Mean   Number   `json:"mean"`
	Median Number   `json:"median"`
	P95    Number   `json:"p95"`
	Max    Number   `json:"max"`
}

var (
	// Each bin has a whole number in it, so that pieces leave no gaps.
	unitEdges = []float64{1, 1.6, 2.5, 4, 6.3}
	// Prices want to be told apart more finely.
	priceEdges = []float64{1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8}
)

// histograms are of the days sold: pieces, and the price of one.
func (s *shop) histograms(r *Report) {
	r.Units = newHistogram(s.sold(s.panel.Units), unitEdges)
	r.Price = newHistogram(s.sold(s.panel.Price), priceEdges)
}

// sold yields those of a panel's values that are above zero on days sold.
func (s *shop) sold(values []float32) iter.Seq[float32] {
	return func(yield func(float32) bool) {
		for k, state := range s.panel.State {
			if state == daycast.Sold && values[k] > 0 && !yield(values[k]) {
				return
			}
		}
	}
}

// newHistogram takes values above zero and the edges between 1 and 10.
func newHistogram(values iter.Seq[float32], decade []float64) Histogram {
	h := Histogram{Edges: []Number{}, Counts: []int64{}, Mean: unknown, Median: unknown, P95: unknown, Max: unknown}
	counts := map[int]int64{}
	lo, hi, n := math.MaxInt, math.MinInt, int64(0)
	var sum, most float64
	for v := range values {
		k := binOf(v, decade)
		counts[k]++
		lo, hi = min(lo, k), max(hi, k)
		n++
		sum += float64(v)
		most = max(most, float64(v))
	}
	if n == 0 {
		return h
	}
	for k := lo; k <= hi; k++ {
		h.Edges, h.Counts = append(h.Edges, Number(edge(k, decade))), append(h.Counts, counts[k])
	}
	h.Edges = append(h.Edges, Number(edge(hi+1, decade)))
	h.Mean, h.Max = Number(sum/float64(n)), Number(most)
	h.Median, h.P95 = Number(ranked(values, n, .5)), Number(ranked(values, n, .95))
	return h
}

// edge is where bin k begins; that of 1 is 0.
func edge(k int, decade []float64) float64 {
	n := len(decade)
	tens := k / n
	if k%n < 0 {
		tens--
	}
	return decade[k-tens*n] * math.Pow10(tens)
}

// binOf is the bin that holds v. Edges count as float32, as v does: a price of
// 0.63 is not below the edge of that name.
func binOf(v float32, decade []float64) int {
	k := int(math.Floor(math.Log10(float64(v)) * float64(len(decade))))
	for v < float32(edge(k, decade)) {
		k--
	}
	for v >= float32(edge(k+1, decade)) {
		k++
	}
	return k
}

// ranked is the value of rank ceil(q n) among n positive ones, exactly and
// without sorting or copying them: the bits of positive floats order as they
// do, so that counting the upper half of the bits, and then the lower half of
// those in the bucket that holds the rank, finds it.
func ranked(values iter.Seq[float32], n int64, q float64) float32 {
	rank := max(1, int64(math.Ceil(q*float64(n))))
	var upper, lower [1 << 16]int64
	for v := range values {
		upper[math.Float32bits(v)>>16]++
	}
	high := uint32(pass(upper[:], &rank))
	for v := range values {
		if bits := math.Float32bits(v); bits>>16 == high {
			lower[bits&0xffff]++
		}
	}
	return math.Float32frombits(high<<16 | uint32(pass(lower[:], &rank)))
}

// pass is the bucket that holds the rank, which becomes that within it.
func pass(counts []int64, rank *int64) int {
	for k, n := range counts {
		if *rank <= n {
			return k
		}
		*rank -= n
	}
	return len(counts) - 1
}
