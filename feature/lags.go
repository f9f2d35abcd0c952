package feature

import "fmt"

// lags are single values of the series, in its scale.
func lags() []definition {
	var d []definition
	for n := range 3 {
		d = append(d, definition{
			id: fmt.Sprintf("last_%d", n+1), group: Lags, note: fmt.Sprintf("value %d from the newest one up to the origin", n+1),
			origin: func(r *Reader, out []float32) {
				for k, t := range r.origins {
					out[k] = nan
					if at := r.own.ago(t, n); at >= 0 {
						out[k] = float32(r.own.v[at] * r.inverse[k])
					}
				}
			},
		})
	}
	for _, weeks := range [...]int{1, 4, 52} {
		d = append(d, definition{
			id: fmt.Sprintf("lag_%dw", weeks), group: Lags,
			note: fmt.Sprintf("value of a whole number of times %d weeks before the target: the newest up to the origin", weeks),
			row: func(r *Reader, out []float32) {
				for k, at := range r.at {
					out[k] = nan
					if t := r.before(k, weeks*r.week); t >= 0 {
						out[k] = float32(r.own.v[t] * r.inverse[at])
					}
				}
			},
		})
	}
	return d
}

// before is the newest period up to the origin of row k that lies a whole
// number of seasons before its target, below 0 where that is before the series.
func (r *Reader) before(k, season int) int { return newest(r.want[k].T, r.want[k].H, season) }

// newest is the newest period up to t that lies a whole number of seasons
// before t+h.
func newest(t, h, season int) int {
	if h <= season { // mostly, and a division is slow
		return t + h - season
	}
	return t + h - (h+season-1)/season*season
}
