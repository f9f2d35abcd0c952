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
				r.eachOrigin(l, out, func(g *groupTracks, _, t int) float64 {
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
				base := r.byOrigin(l, func(g *groupTracks, _, t int) float64 { return g.mean.mean(0, t+1, t) })
				r.eachRow(l, out, func(g *groupTracks, k, t int) float64 {
					s := g.mean.places(newest(t, r.want[k].H, r.season), 0, r.season)
					return ratio(s.sum/float64(s.n), base[r.at[k]])
				})
			},
		},
	}
}
