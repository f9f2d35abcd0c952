package feature

import (
	"sync"
	"sync/atomic"
)

// A Chunk is rows of some series of a panel, made by several readers at once,
// each of which fills its part of one frame. What comes of it does not depend
// on who was quick.
type Chunk struct {
	// Sold leaves out rows whose scale is not that of sales: see KeepSold.
	Sold bool

	readers []*Reader
	columns []Column
	series  []int
	from    []int // where the rows of each series begin, and, last, where they end
	want    []Want
	rows    []int // by series: how many are kept
	scale   []float64
	frame   *Frame
}

// Chunk is an empty one, for as many threads.
func (b *Bound) Chunk(threads int) *Chunk {
	c := &Chunk{from: []int{0}, frame: &Frame{}}
	for _, u := range b.uses {
		c.columns = append(c.columns, u.column)
	}
	for range max(1, threads) {
		c.readers = append(c.readers, b.Batch())
	}
	return c
}

// Add appends rows of series i, ordered by T. A series comes once.
func (c *Chunk) Add(i int, want []Want) {
	if len(want) == 0 {
		return
	}
	c.series, c.want = append(c.series, i), append(c.want, want...)
	c.from, c.rows = append(c.from, len(c.want)), append(c.rows, 0)
}

// Len is how many rows there are.
func (c *Chunk) Len() int { return len(c.want) }

// Clear takes all rows away.
func (c *Chunk) Clear() {
	c.series, c.from, c.want, c.rows = c.series[:0], c.from[:1], c.want[:0], c.rows[:0]
}

// Each gives the rows that are kept, in order, with their series and scale.
func (c *Chunk) Each(yield func(i int, w Want, scale float64)) {
	c.open(nil)
	for n, i := range c.series {
		for k := c.from[n]; k < c.from[n+1]; k++ {
			yield(i, c.want[k], c.scale[k])
		}
	}
}

// Write makes the rows and gives them to a sink as one block; to a Chooser only
// those that it wants.
func (c *Chunk) Write(sink Sink) error {
	if chooser, ok := sink.(Chooser); ok {
		if c.Sold {
			c.open(nil)
		}
		c.choose(chooser.Next(len(c.want)))
	}
	if n := len(c.want); n > c.frame.Rows || c.frame.Columns == nil {
		c.frame = NewFrame(c.columns, n+n/8)
	}
	c.open(c.frame)
	return sink.Write(c.frame.Slice(0, len(c.want)))
}

// open reads all series and writes their rows into frame, where there is one.
func (c *Chunk) open(frame *Frame) {
	scale := room(&c.scale, len(c.want))
	share(c.readers, len(c.series), func(r *Reader, n int) {
		from := c.from[n]
		r.Open(c.series[n], c.want[from:c.from[n+1]])
		if c.Sold {
			r.KeepSold()
		}
		c.rows[n] = len(r.want)
		for k := range r.want {
			scale[from+k] = r.Scale(k)
		}
		if frame != nil {
			r.Fill(frame, from)
		}
	})
	c.closeUp(frame)
}

// closeUp moves what is kept to the front.
func (c *Chunk) closeUp(frame *Frame) {
	kept := 0
	for n, rows := range c.rows {
		from := c.from[n]
		if kept < from {
			copy(c.want[kept:], c.want[from:from+rows])
			copy(c.scale[kept:], c.scale[from:from+rows])
			if frame != nil {
				for _, column := range frame.Data {
					copy(column[kept:], column[from:from+rows])
				}
			}
		}
		c.from[n] = kept
		kept += rows
	}
	c.from[len(c.rows)] = kept
	c.want = c.want[:kept]
}

// choose leaves only the given rows, in ascending order.
func (c *Chunk) choose(rows []int) {
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

// share gives the numbers below n to the readers, one goroutine each, whoever
// is free first.
func share(readers []*Reader, n int, work func(r *Reader, k int)) {
	var next atomic.Int64
	run := func(r *Reader) {
		for {
			k := int(next.Add(1)) - 1
			if k >= n {
				return
			}
			work(r, k)
		}
	}
	if len(readers) == 1 {
		run(readers[0])
		return
	}
	var wg sync.WaitGroup
	for _, r := range readers {
		wg.Go(func() { run(r) })
	}
	wg.Wait()
}
