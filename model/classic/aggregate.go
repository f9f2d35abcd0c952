package classic

import (
	"math"
)

// maxAggregation is the most periods that are summed up, a quarter of days: it
// bounds the memory of a state, and an item that sells less often has no more
// than a handful of sums anyway.
const maxAggregation = 91

// aggregated smooths the sums of some periods, for several numbers of periods.
// Sums end with the newest period, so that each period begins another
// division of the history; all are kept, since each is continued once in k
// periods:
//
//	k = 3:   |-----|-----|-----|   the sums of n, smoothed apart from
//	          |-----|-----|-----|  those of n+1,
//	           |-----|-----|-----| and those of n+2
//
// A period takes constant time, and gives what a new reading would.
type aggregated struct {
	levels []aggregation
	totals []float64 // of evidence up to each of the last periods, as a ring
	next   int       // in the ring
	total  float64   // up to now
	n      int       // periods of evidence
	demand demand
}

// aggregation smooths sums of k periods.
type aggregation struct {
	k        int
	alpha    float64
	smoothed []float64 // by division
	division int       // which the newest sum belongs to
}

// newAggregated has levels of k periods each with its constant.
func newAggregated(ks []int, alphas []float64) *aggregated {
	most, room := 0, 0
	for _, k := range ks {
		most, room = max(most, k), room+k
	}
	s := &aggregated{levels: make([]aggregation, len(ks)), totals: make([]float64, most+room)}
	memory := s.totals[most:]
	s.totals = s.totals[:most:most]
	for i, k := range ks {
		s.levels[i] = aggregation{k: k, alpha: alphas[i], smoothed: memory[:k:k]}
		memory = memory[k:]
	}
	return s
}

func (s *aggregated) Update(y float64, _ []float64) {
	if y != y {
		return
	}
	s.demand.add(y)
	s.n++
	s.total += y
	for i := range s.levels {
		s.levels[i].add(s)
	}
	s.totals[s.next] = s.total
	if s.next++; s.next == len(s.totals) {
		s.next = 0
	}
}

// add smooths the sum that ends with the newest period.
func (a *aggregation) add(s *aggregated) {
	if a.division++; a.division == a.k {
		a.division = 0
	}
	if s.n < a.k {
		return
	}
	sum := s.total
	if s.n > a.k {
		before := s.next - a.k
		if before < 0 {
			before += len(s.totals)
		}
		sum -= s.totals[before]
	}
	if l := &a.smoothed[a.division]; s.n < 2*a.k {
		*l = sum
	} else {
		*l += a.alpha * (sum - *l)
	}
}

// mean is that of the levels' forecasts of a period; of a history shorter than
// every level the plain mean.
func (s *aggregated) mean() float64 {
	sum, n := 0.0, 0.0
	for i := range s.levels {
		if a := &s.levels[i]; s.n >= a.k {
			sum += a.smoothed[a.division] / float64(a.k)
			n++
		}
	}
	if n == 0 {
		return s.total / float64(max(1, s.n))
	}
	return sum / n
}

func (s *aggregated) Forecast(f *Forecast) {
	mean := s.mean()
	fill(f.Mean, mean)
	s.demand.hurdle(mean).fill(f)
}

// sumsOf appends the sums of k periods that end with the last, oldest first.
func sumsOf(out, evidence []float64, k int) []float64 {
	for t := len(evidence) % k; t+k <= len(evidence); t += k {
		out = append(out, total(evidence[t:t+k]))
	}
	return out
}

// evidenceOf appends h's periods that are evidence.
func evidenceOf(out []float64, h *History) []float64 {
	for _, y := range h.Units {
		if y == y {
			out = append(out, y)
		}
	}
	return out
}

// meanInterval is the number of periods between sales, rounded to even, 1 to
// maxAggregation; those after the last sale do not count.
func meanInterval(evidence []float64) int {
	sales, last := 0.0, 0.0
	for t, y := range evidence {
		if y > 0 {
			sales++
			last = float64(t + 1)
		}
	}
	if sales == 0 {
		return 1
	}
	return int(min(maxAggregation, max(1, math.RoundToEven(last/sales))))
}

// demand is what a series sold so far.
type demand struct {
	periods  float64        // of evidence
	sizes    runningMoments // of its sales
	fraction bool           // some size was no whole number
}

func (d *demand) add(y float64) {
	d.periods++
	if y > 0 {
		d.sizes.add(y)
		d.fraction = d.fraction || y != math.Trunc(y)
	}
}

// hurdle is the distribution for a mean demand a period. Where that is r times
// what it was so far, a period has r times the orders, so that its chance of
// none is that of so far to the power of r.
func (d *demand) hurdle(mean float64) hurdle {
	if d.sizes.n == 0 || mean <= 0 {
		return hurdle{}
	}
	usual := d.sizes.mean()
	ratio := mean * d.periods / (usual * d.sizes.n)
	chance := 1 - math.Pow(1-d.sizes.n/d.periods, ratio)
	size := mean / chance
	if !d.fraction && size < 1 {
		chance, size = mean, 1
	}
	// The deviation of sizes goes with their mean.
	scale := size / usual
	s := sizes{residuals: residuals{n: d.sizes.n, squares: d.sizes.scatter() * scale * scale}, fraction: d.fraction}
	return s.hurdle(chance, size)
}
