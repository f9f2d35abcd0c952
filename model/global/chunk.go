package global

import (
	"sync"
	"sync/atomic"

	"daycast"
	"daycast/feature"
)

// A chunk is the rows of some series of a panel. Its readers fill their parts
// of one frame at once; rows that are left out are then closed up, so that what
// comes of it does not depend on who was quick.
type chunk struct {
	p       *daycast.Panel
	readers []*feature.Reader // one a thread
	series  []int
	from    []int // where the rows of each series begin, and, last, where they end
	want    []feature.Want
	rows    []int // by series: how many are kept
	kept    int   // of all
	frame   *feature.Frame
	y, w    []float32
}

func newChunk(p *daycast.Panel, set *feature.Set, threads int) *chunk {
	bound := set.Bind(p)
	c := &chunk{p: p, from: []int{0}, frame: feature.NewFrame(set.Columns(), 0)}
	for range max(1, threads) {
		c.readers = append(c.readers, bound.Batch())
	}
	return c
}

func (c *chunk) add(i int, want []feature.Want) {
	if len(want) == 0 {
		return
	}
	c.series, c.want = append(c.series, i), append(c.want, want...)
	c.from, c.rows = append(c.from, len(c.want)), append(c.rows, 0)
}

func (c *chunk) clear() {
	c.series, c.from, c.want, c.rows = c.series[:0], c.from[:1], c.want[:0], c.rows[:0]
}

// room makes memory for the rows that were added.
func (c *chunk) room() {
	if n := len(c.want); n > c.frame.Rows {
		n += n / 8
		c.frame, c.y, c.w = feature.NewFrame(c.frame.Columns, n), make([]float32, n), make([]float32, n)
	}
}

// open reads all series: those of the rows whose series had sold by then are
// kept, since the first sale of a series would be a million times its scale.
// They are written into frame where there is one, and shown to look, with
// where they begin.
func (c *chunk) open(frame *feature.Frame, look func(i int, r *feature.Reader, want []feature.Want, from int)) {
	share(c.readers, len(c.series), func(r *feature.Reader, n int) {
		from := c.from[n]
		r.Open(c.series[n], c.want[from:c.from[n+1]])
		kept := r.KeepSold()
		c.rows[n] = len(kept)
		if frame != nil {
			r.Fill(frame, from)
		}
		if look != nil {
			look(c.series[n], r, kept, from)
		}
	})
	c.closeUp(frame)
}

// closeUp moves what is kept to the front.
func (c *chunk) closeUp(frame *feature.Frame) {
	c.kept = 0
	for n, rows := range c.rows {
		from := c.from[n]
		if c.kept < from {
			copy(c.want[c.kept:], c.want[from:from+rows])
			copy(c.y[c.kept:], c.y[from:from+rows])
			copy(c.w[c.kept:], c.w[from:from+rows])
			if frame != nil {
				for _, column := range frame.Data {
					copy(column[c.kept:], column[from:from+rows])
				}
			}
		}
		c.from[n] = c.kept
		c.kept += rows
	}
	c.from[len(c.rows)] = c.kept
	c.want = c.want[:c.kept]
}

// choose leaves only the given rows, in ascending order.
func (c *chunk) choose(rows []int) {
	to := 0
	for n := range c.series {
		end := c.from[n+1]
		c.from[n] = to
		for to < len(rows) && rows[to] < end {
			c.want[to] = c.want[rows[to]]
			to++
		}
	}
	c.from[len(c.series)] = to
	c.want = c.want[:to]
}

// share gives the numbers below n to workers, one goroutine each, whoever is
// free first.
func share[W any](workers []W, n int, work func(w W, k int)) {
	var next atomic.Int64
	run := func(w W) {
		for {
			k := int(next.Add(1)) - 1
			if k >= n {
				return
			}
			work(w, k)
		}
	}
	if len(workers) == 1 {
		run(workers[0])
		return
	}
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() { run(w) })
	}
	wg.Wait()
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
