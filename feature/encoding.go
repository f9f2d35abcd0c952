package feature

import "math"

// encodings are what a group has sold in all the time up to the origin, so
// that groups too many for a category each are told apart by a number. They
// expand in the order of time: a row knows nothing of what its group sells
// later.
func encodings() []definition {
	return []definition{
		{
			id: "level:encoded", of: everyGroup, group: Encodings, note: "the group's mean up to the origin to the shop's",
			each: func(r *Reader, l int, out []float32) {
				shop := r.tracks(0)
				r.eachTotal(l, out, func(g *groupTracks, _ Want, t int) float64 {
					if shop == nil {
						return math.NaN()
					}
					return ratio(g.mean.mean(0, t+1, t), shop.mean.mean(0, t+1, t))
				})
			},
		},
		{
			id: "level:weekday", of: everyLevel, group: Encodings, note: "the group's mean on all days of the target's weekday up to the origin to that on all days",
			each: func(r *Reader, l int, out []float32) {
				r.eachTotal(l, out, func(g *groupTracks, w Want, t int) float64 {
					s := g.mean.places(newest(t, w.H, r.season), 0, r.season)
					return ratio(s.sum/float64(s.n), g.mean.mean(0, t+1, t))
				})
			},
		},
	}
}
