package feature

import (
	"fmt"
	"math"
)

// sameWeekday are what the series sold at the target's place in the season: its
// weekday, or, in a weekly panel, its week of the year.
func sameWeekday() []definition {
	d := []definition{{
		id: "same_1", group: SameWeekday, note: "newest value of the last eight of the target's weekday",
		row: func(r *Reader, out []float32) {
			for k, at := range r.at {
				out[k] = nan
				t := r.before(k, r.season)
				for step := 0; step < 8 && t >= 0; step, t = step+1, t-r.season {
					if v := r.own.v[t]; v == v {
						out[k] = float32(v * r.inverse[at])
						break
					}
				}
			}
		},
	}}
	for _, steps := range [...]int{4, 8, 13} {
		d = append(d, definition{
			id: fmt.Sprintf("same_%d", steps), group: SameWeekday, note: fmt.Sprintf("mean of the last %d of the target's weekday", steps),
			row: func(r *Reader, out []float32) {
				for k, at := range r.at {
					s := r.own.places(r.before(k, r.season), steps, r.season)
					out[k] = float32(s.sum / float64(s.n) * r.inverse[at])
				}
			},
		})
	}
	return append(d, definition{
		id: "same_deviation_8", group: SameWeekday, note: "standard deviation of the last eight of the target's weekday",
		row: func(r *Reader, out []float32) {
			for k, at := range r.at {
				s := r.own.placesSquared(r.before(k, r.season), 8, r.season)
				n := float64(s.n)
				mean := s.sum / n
				out[k] = float32(math.Sqrt(max(0, s.squares/n-mean*mean)) * r.inverse[at])
			}
		},
	})
}
