package feature

import (
	"fmt"
	"math"
)

// windows are what the series sold lately, in its scale. Windows end at the
// origin and are counted in weeks; periods that are no evidence are left out.
func windows() []definition {
	d := []definition{{
		id: "log_scale", group: Windows, note: "logarithm of the scale, by which units are divided",
		origin: func(r *Reader, out []float32) {
			for k, s := range r.scale {
				out[k] = float32(math.Log(s))
			}
		},
	}}
	for _, w := range [...]int{1, 2, 4, 8, 13, 26, 52} {
		d = append(d, windowMean(w))
	}
	return append(d,
		deviation(4), highestOf(8),
		soldShare(4), soldShare(13),
		definition{
			id: "trend_4w", group: Windows, note: "mean of 4 weeks to that of 8",
			origin: func(r *Reader, out []float32) {
				for k, t := range r.origins {
					four, n := r.own.sums(t+1-4*r.week, t+1)
					eight, m := r.own.sums(t+1-8*r.week, t+1)
					out[k] = nan
					if mean := eight / float64(m); mean > 0 {
						out[k] = float32(four / float64(n) / mean)
					}
				}
			},
		},
		deviation(13), highestOf(52), leastOf(4),
		quantile("median_4w", 4, 0.5), quantile("high_8w", 8, 0.9),
		exponential("smooth_10", 0.1, 128), exponential("smooth_30", 0.3, 64),
	)
}

func windowMean(weeks int) definition {
	return definition{
		id: fmt.Sprintf("mean_%dw", weeks), group: Windows, note: fmt.Sprintf("mean of %d weeks", weeks),
		origin: func(r *Reader, out []float32) { r.own.means(r.origins, weeks*r.week, r.inverse, out) },
	}
}

func deviation(weeks int) definition {
	return definition{
		id: fmt.Sprintf("deviation_%dw", weeks), group: Windows, note: fmt.Sprintf("standard deviation of %d weeks", weeks),
		origin: func(r *Reader, out []float32) { r.own.deviations(r.origins, weeks*r.week, r.inverse, out) },
	}
}

func highestOf(weeks int) definition {
	return definition{
		id: fmt.Sprintf("max_%dw", weeks), group: Windows, note: fmt.Sprintf("most of %d weeks, not below 0", weeks),
		origin: func(r *Reader, out []float32) {
			for k, v := range r.highest(&r.own, weeks*r.week, 1) {
				if !(v > 0) {
					v = 0
				}
				out[k] = float32(v * r.inverse[k])
			}
		},
	}
}

func leastOf(weeks int) definition {
	return definition{
		id: fmt.Sprintf("min_%dw", weeks), group: Windows, note: fmt.Sprintf("least of %d weeks", weeks),
		origin: func(r *Reader, out []float32) {
			for k, v := range r.highest(&r.own, weeks*r.week, -1) {
				out[k] = float32(v * r.inverse[k])
			}
		},
	}
}

func quantile(id string, weeks int, level float64) definition {
	return definition{
		id: id, group: Windows, note: fmt.Sprintf("%g quantile of %d weeks", level, weeks),
		origin: func(r *Reader, out []float32) { r.quantiles(&r.own, weeks*r.week, level, out) },
	}
}

func exponential(id string, alpha float64, block int) definition {
	return definition{
		id: id, group: Windows,
		note:   fmt.Sprintf("exponential mean, %g a period, over the last %d to %d periods", alpha, block, 2*block),
		origin: func(r *Reader, out []float32) { r.smooth(&r.own, alpha, block, out) },
	}
}

func soldShare(weeks int) definition {
	return definition{
		id: fmt.Sprintf("share_sold_%dw", weeks), group: Windows, note: fmt.Sprintf("share of periods with units in %d weeks", weeks),
		origin: func(r *Reader, out []float32) {
			for k, t := range r.origins {
				c := r.own.over(t+1-weeks*r.week, t+1)
				out[k] = float32(float64(c.sold) / float64(max(c.n, 1)))
			}
		},
	}
}
