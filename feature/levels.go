package feature

import (
	"math"
	"sync"

	"daycast"
)

// levels are the shop's and each level's totals: the item over places, its
// category, its place. They are sums over periods up to the origin, so that
// the target leaks into none of them; where the series' own units would only
// say once more what its own features say, they are taken out.
func levels() []definition {
	return []definition{
		{
			id: "series", of: fewSeries, group: Levels, note: "the series",
			row: func(r *Reader, out []float32) {
				for k := range out {
					out[k] = r.b.series[r.i]
				}
			},
		},
		{
			id: "level:trend", of: everyLevel, group: Levels, note: "mean of a week to that of four",
			each: func(r *Reader, l int, out []float32) {
				r.eachOrigin(l, out, func(g *groupTracks, _, t int) float64 { return ratio(r.lately(g, t, 1), r.lately(g, t, 4)) })
			},
		},
		{
			id: "level:same", of: everyLevel, group: Levels, note: "mean of the last eight of the target's weekday to that of eight weeks",
			each: func(r *Reader, l int, out []float32) {
				base := r.byOrigin(l, func(g *groupTracks, _, t int) float64 { return r.lately(g, t, 8) })
				r.eachRow(l, out, func(g *groupTracks, k, t int) float64 {
					s := g.mean.places(newest(t, r.want[k].H, r.season), 8, r.season)
					return ratio(s.sum/float64(s.n), base[r.at[k]])
				})
			},
		},
		{
			id: "level:year_ago_change", of: everyLevel, group: Levels, note: "the week around the target's day of last year to the four weeks up to last year's origin",
			each: func(r *Reader, l int, out []float32) {
				half := r.week / 2
				base := r.byOrigin(l, func(g *groupTracks, _, t int) float64 { return r.lately(g, t-52*r.week, 4) })
				r.eachRow(l, out, func(g *groupTracks, k, t int) float64 {
					at := t + r.want[k].H - 52*r.week
					return ratio(g.mean.mean(at-half, at+half+1, t), base[r.at[k]])
				})
			},
		},
		{
			id: "level:ratio", of: everyLevel, group: Levels, note: "the series' mean of four weeks to that of the group's others",
			each: func(r *Reader, l int, out []float32) {
				r.eachOrigin(l, out, func(g *groupTracks, own, t int) float64 {
					sum, n := r.own.sums(own+1-4*r.week, own+1)
					return ratio(sum/float64(n), r.others(g, own, t, 4))
				})
			},
		},
		{
			id: "level:others_trend", of: everyLevel, group: Levels, note: "mean of four weeks to that of thirteen, of the group's others",
			each: func(r *Reader, l int, out []float32) {
				r.eachOrigin(l, out, func(g *groupTracks, own, t int) float64 {
					return ratio(r.others(g, own, t, 4), r.others(g, own, t, 13))
				})
			},
		},
		{
			id: "level:price", of: everyGroup, group: Price, price: true, note: "the target's price to the group's mean of four weeks",
			each: func(r *Reader, l int, out []float32) {
				base := r.byOrigin(l, func(g *groupTracks, _, t int) float64 {
					return g.price.mean(max(0, t-4*r.week+1), t+1, t)
				})
				r.eachRow(l, out, func(_ *groupTracks, k, _ int) float64 {
					if !r.priced(k) {
						return math.NaN()
					}
					return ratio(r.target[k], base[r.at[k]])
				})
			},
		},
		{
			id: "level:code", of: fewGroups, group: Levels, note: "the group",
			each: func(r *Reader, l int, out []float32) {
				code := float32(r.b.levels[l].codeOf(r.i))
				for k := range out {
					out[k] = code
				}
			},
		},
	}
}

// lately is the group's mean of weeks up to its period t.
func (r *Reader) lately(g *groupTracks, t, weeks int) float64 {
	return g.mean.mean(t-weeks*r.week+1, t+1, t)
}

// others is the mean of a group's units a listed series and period, over weeks
// up to the group's period t and the series' period own, without the series.
func (r *Reader) others(g *groupTracks, own, t, weeks int) float64 {
	sum, _ := g.units.sums(t+1-weeks*r.week, t+1)
	listed, _ := g.listed.sums(t+1-weeks*r.week, t+1)
	ownSum, ownListed := r.own.sums(own+1-weeks*r.week, own+1)
	if listed -= float64(ownListed); listed > 0 {
		return (sum - ownSum) / listed
	}
	return math.NaN()
}

// eachRow fills out by row with what of says of the group of the series, for
// row k at the group's period t of its origin; NaN without a group or totals.
func (r *Reader) eachRow(l int, out []float32, of func(g *groupTracks, k, t int) float64) {
	g := r.tracks(l)
	if g == nil {
		for k := range out {
			out[k] = nan
		}
		return
	}
	shift := r.shift()
	for k, w := range r.want {
		out[k] = float32(of(g, k, shift+w.T))
	}
}

// eachOrigin does so for what does not depend on the target, once for each
// origin: own is the series' period, t the group's.
func (r *Reader) eachOrigin(l int, out []float32, of func(g *groupTracks, own, t int) float64) {
	values := r.byOrigin(l, of)
	for k, at := range r.at {
		out[k] = float32(values[at])
	}
}

// byOrigin is what of says at each origin.
func (r *Reader) byOrigin(l int, of func(g *groupTracks, own, t int) float64) []float64 {
	out := room(&r.third, len(r.origins))
	g := r.tracks(l)
	if g == nil {
		for k := range out {
			out[k] = math.NaN()
		}
		return out
	}
	shift := r.shift()
	for k, own := range r.origins {
		out[k] = of(g, own, shift+own)
	}
	return out
}

// shift is from the series' periods to those of totals.
func (r *Reader) shift() int { return int(r.start-r.b.p.Totals.First) / int(r.b.p.Step) }

// boundLevel is a level of the set, bound to a panel. The first one is the
// whole shop, which has no groups to tell apart.
type boundLevel struct {
	name   string
	level  *daycast.Level // nil: the shop, or the panel lacks it
	code   map[string]int32
	totals int // its place in the panel's totals; -1: none
	// The vectors of its groups, by twin, made when they are first asked for,
	// where these are not too many; else each reader keeps its last one's, as
	// series of an item follow each other.
	kept [2][]keptGroup
}

type keptGroup struct {
	once   sync.Once
	tracks *groupTracks
}

// ownGroup is a reader's.
type ownGroup struct {
	made   bool
	group  int32
	tracks groupTracks
}

// groupTracks are a group's vectors: the mean units of a listed series, their
// sum, how many are listed, and the mean price.
type groupTracks struct{ mean, units, listed, price track }

// groupOf is the index of series i's group in the panel, -1 without one.
func (l *boundLevel) groupOf(i int) int32 {
	switch {
	case l.name == shopLevel:
		return 0
	case l.level == nil:
		return -1
	}
	return l.level.Of[i]
}

// codeOf is that of series i's group in the set, NaN where it has none.
func (l *boundLevel) codeOf(i int) float64 {
	if g := l.groupOf(i); g >= 0 && l.level != nil {
		if c, ok := l.code[l.level.Names[g]]; ok {
			return float64(c)
		}
	}
	return math.NaN()
}

// tracks are the vectors of the series' group in level l, nil without.
func (r *Reader) tracks(l int) *groupTracks {
	level := r.b.levels[l]
	g := level.groupOf(r.i)
	if g < 0 || level.totals < 0 {
		return nil
	}
	twin := 0
	if r.running {
		twin = 1
	}
	if kept := level.kept[twin]; kept != nil {
		k := &kept[g]
		k.once.Do(func() {
			k.tracks = &groupTracks{}
			k.tracks.read(r, level.totals, int(g))
		})
		return k.tracks
	}
	own := &r.groups[l]
	if !own.made || own.group != g {
		own.tracks.read(r, level.totals, int(g))
		own.made, own.group = true, g
	}
	return &own.tracks
}

func (g *groupTracks) read(r *Reader, level, group int) {
	t := r.b.p.Totals
	mean := t.Mean[level][group]
	units, listed := make([]float32, len(mean)), make([]float32, len(mean))
	for k := range mean {
		units[k], listed[k] = nan, nan
		if t.Count != nil {
			n := float32(t.Count[level][group][k])
			units[k], listed[k] = mean[k]*n, n
		}
	}
	g.mean.read(mean, nil)
	g.units.read(units, nil)
	g.listed.read(listed, nil)
	g.price.read(nil, nil)
	if t.Price != nil {
		g.price.read(t.Price[level][group], nil)
	}
	if !r.running {
		return
	}
	for _, each := range []*track{&g.mean, &g.units, &g.listed, &g.price} {
		each.beginSums()
	}
	g.mean.beginPlaces(r.season)
}
