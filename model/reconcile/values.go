package reconcile

import (
	"math"
	"slices"
	"sync"

	"daycast"
)

// Values are numbers of every node and period: forecasts, what came, or errors.
// Both slices are row-major. A column may be any period: sample paths are
// columns too, the periods of the first path before those of the second, since
// no method looks from one column to the next.
type Values struct {
	Horizon int       // columns, >= 1
	Upper   []float64 // m x Horizon
	Bottom  []float32 // n x Horizon, as in daycast.Forecasts
}

// NewValues has room for the nodes of h.
func NewValues(h *Hierarchy, horizon int) Values {
	return Values{Horizon: horizon, Upper: make([]float64, h.uppers*horizon), Bottom: make([]float32, len(h.Series)*horizon)}
}

// UpperOf is the slice of an upper node's values, Horizon long.
func (v Values) UpperOf(u int) []float64 { return v.Upper[u*v.Horizon : (u+1)*v.Horizon] }

// BottomOf is the slice of series i's values, Horizon long.
func (v Values) BottomOf(i int) []float32 { return v.Bottom[i*v.Horizon : (i+1)*v.Horizon] }

// check refuses values that are not those of h.
func (v Values) check(h *Hierarchy) error {
	if v.Horizon < 1 || len(v.Upper) != h.uppers*v.Horizon || len(v.Bottom) != len(h.Series)*v.Horizon {
		return daycast.Errorf(daycast.Invalid, "values of %d groups and %d series in %d columns: want %d groups and %d series in at least one",
			len(v.Upper)/max(1, v.Horizon), len(v.Bottom)/max(1, v.Horizon), v.Horizon, h.uppers, len(h.Series))
	}
	return nil
}

// checkFinite refuses base forecasts that are no numbers.
func (v Values) checkFinite(h *Hierarchy) error {
	if err := v.check(h); err != nil {
		return err
	}
	for k, y := range v.Upper {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return daycast.Errorf(daycast.Invalid, "the forecast of %s is %g in column %d", h.Node(k/v.Horizon), y, k%v.Horizon)
		}
	}
	for k, y := range v.Bottom {
		if math.IsNaN(float64(y)) || math.IsInf(float64(y), 0) {
			return daycast.Errorf(daycast.Invalid, "the forecast of series %s is %g in column %d", h.Series[k/v.Horizon].ID(), y, k%v.Horizon)
		}
	}
	return nil
}

// Sum writes into v.Upper what v.Bottom adds up to. It does not depend on threads.
func (h *Hierarchy) Sum(v Values, threads int) {
	sums := h.sumCells(v.Horizon, threads, func(i int, sum []float64) {
		for k, y := range v.BottomOf(i) {
			sum[k] += float64(y)
		}
	})
	h.sumUppers(sums, v.Horizon, v.Upper, threads)
}

// sumCells adds up rows of width by cell: add adds that of a series. Each cell is
// one thread's, so that the order of additions is always the same.
func (h *Hierarchy) sumCells(width, threads int, add func(i int, sum []float64)) []float64 {
	sums := make([]float64, h.cellCount()*width)
	h.eachCell(threads, func(c int) {
		for _, i := range h.seriesOf(c) {
			add(int(i), sums[c*width:(c+1)*width])
		}
	})
	return sums
}

// sumUppers adds up the cells' rows of width to the uppers', a level a thread.
func (h *Hierarchy) sumUppers(cells []float64, width int, out []float64, threads int) {
	clear(out)
	parallel(threads, len(h.Levels), func(lo, hi int) {
		for l := lo; l < hi; l++ {
			h.sumLevel(l, cells, width, out)
		}
	})
}

// sumLevel adds the cells' rows to those of one level's groups.
func (h *Hierarchy) sumLevel(level int, cells []float64, width int, out []float64) {
	for c := range h.cellCount() {
		u := h.groupsOf(c)[level]
		if u < 0 {
			continue
		}
		sum := out[int(u)*width : (int(u)+1)*width]
		for k, y := range cells[c*width : (c+1)*width] {
			sum[k] += y
		}
	}
}

// eachCell visits the cells, in parallel by ranges with about as many series.
func (h *Hierarchy) eachCell(threads int, visit func(c int)) {
	begin := h.first[:h.cellCount()]
	parallel(threads, len(h.Series), func(lo, hi int) {
		c, _ := slices.BinarySearch(begin, lo)
		for ; c < len(begin) && begin[c] < hi; c++ {
			visit(c)
		}
	})
}

// parallel runs work on equal ranges of [0, n), and returns when all are done.
func parallel(threads, n int, work func(lo, hi int)) {
	threads = max(1, min(threads, n))
	if threads == 1 {
		work(0, n)
		return
	}
	var wg sync.WaitGroup
	for k := range threads {
		wg.Go(func() { work(k*n/threads, (k+1)*n/threads) })
	}
	wg.Wait()
}
