package tree

import (
	"sync"
	"sync/atomic"
)

// Each runs work(0) to work(n-1) on at most threads goroutines and waits for
// all of them. The order is not fixed, so work may touch only what is i's own.
func Each(threads, n int, work func(i int)) {
	threads = min(threads, n)
	if threads <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var next atomic.Int64
	loop := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			work(i)
		}
	}
	var wg sync.WaitGroup
	for range threads - 1 {
		wg.Go(loop)
	}
	loop()
	wg.Wait()
}

// spanRows is the length of a span: long enough that handing it out costs
// nothing, short enough that its rows stay in the cache.
const spanRows = 8192

// Spans runs work over [0, n) in spans that do not depend on threads.
func Spans(threads, n int, work func(begin, end int)) {
	Each(threads, spans(n), func(i int) {
		work(i*spanRows, min(n, (i+1)*spanRows))
	})
}

func spans(n int) int { return (n + spanRows - 1) / spanRows }
