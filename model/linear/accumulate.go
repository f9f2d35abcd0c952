package linear

import (
	"context"

	"golang.org/x/sync/errgroup"

	"daycast/feature"
)

const (
	// ranges is into how many parts the rows are cut, whatever the threads:
	// each is summed alone and the sums are added in order, so that rounding
	// is the same on any machine.
	ranges = 16
	// rowsPerCheck is how many rows pass between looks at the context.
	rowsPerCheck = 4096
)

// accumulate sums the normal equations over the rows of x, threads parts at a
// time, so that no more of them are in memory.
func accumulate(ctx context.Context, e *encoder, x *feature.Frame, y, w []float32, threads int) (*normal, error) {
	total, width := newNormal(e.width()), e.width()
	n := min(ranges, x.Rows)
	for first := 0; first < n; first += threads {
		parts := make([]*normal, min(threads, n-first))
		g, ctx := errgroup.WithContext(ctx)
		for k := range parts {
			from, to := (first+k)*x.Rows/n, (first+k+1)*x.Rows/n
			g.Go(func() error {
				parts[k] = newNormal(width)
				return parts[k].addRows(ctx, e, x, y, w, from, to)
			})
		}
		if err := g.Wait(); err != nil {
			return nil, err
		}
		for _, part := range parts {
			total.merge(part)
		}
	}
	return total, nil
}

// addRows adds the rows [from, to) of x.
func (g *normal) addRows(ctx context.Context, e *encoder, x *feature.Frame, y, w []float32, from, to int) error {
	var row sparse
	for r := from; r < to; r++ {
		if (r-from)%rowsPerCheck == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		weight := 1.0
		if w != nil {
			weight = float64(w[r])
		}
		e.encode(x, r, &row)
		g.add(&row, float64(y[r]), weight)
	}
	return nil
}
