package feature

import (
	"fmt"

	"daycast"
)

// states are how often the series could not sell, which its units do not say.
func states() []definition {
	var d []definition
	for _, weeks := range [...]int{4, 13} {
		d = append(d,
			stateShare("stock_out", weeks, func(c *stateCounts) int32 { return c.stockOut }),
			stateShare("closed", weeks, func(c *stateCounts) int32 { return c.closed }),
		)
	}
	return d
}

// stateCounts are numbers of periods by state.
type stateCounts struct{ known, stockOut, closed int32 }

func (c *stateCounts) add(s daycast.DayState) {
	switch s {
	case daycast.NotListed, daycast.Missing:
		return
	case daycast.StockOut:
		c.stockOut++
	case daycast.Closed:
		c.closed++
	}
	c.known++
}

func stateShare(name string, weeks int, of func(*stateCounts) int32) definition {
	return definition{
		id: fmt.Sprintf("share_%s_%dw", name, weeks), group: States,
		note: fmt.Sprintf("share of such periods among those listed and not lost, in %d weeks", weeks),
		origin: func(r *Reader, out []float32) {
			for k, t := range r.origins {
				c := r.stateCounts(max(0, t+1-weeks*r.week), t+1)
				out[k] = float32(float64(of(&c)) / float64(c.known))
			}
		},
	}
}

// stateCounts are those of the periods at [lo, hi): counted live, in batch the
// difference of two counts from the first period on.
func (r *Reader) stateCounts(lo, hi int) (c stateCounts) {
	if !r.running {
		for _, s := range r.state[lo:hi] {
			c.add(s)
		}
		return c
	}
	if len(r.counts) == 0 {
		r.counts = append(r.counts, c)
		for _, s := range r.state {
			c.add(s)
			r.counts = append(r.counts, c)
		}
	}
	a, b := &r.counts[lo], &r.counts[hi]
	return stateCounts{b.known - a.known, b.stockOut - a.stockOut, b.closed - a.closed}
}
