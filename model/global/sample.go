package global

import (
	"context"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// sampler draws training rows. Whether a series' day is drawn, and with which
// horizons, is a hash of the seed, the series' name and the day, so that it
// depends on neither the blocks nor the threads.
type sampler struct {
	seed     uint64
	from, to int // horizons
	each     int // of an origin, so many of them
	share    share
	weigh    weighing
	most     float32
	keeps    func(target daycast.Day) bool // nil: all
}

// draw picks the series' rows. The target must be a day that says what demand
// was: in stock and open.
func (s sampler) draw(p *daycast.Panel, i int, out []feature.Want) []feature.Want {
	state := p.StateOf(i)
	up := awake(p, i)
	name := hashString(s.seed, p.Series[i].ID())
	own := s.share.of(p, i)
	for t := range state {
		rate := own
		if !up[t] {
			rate *= asleep
		}
		day := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
		u := mix(name + uint64(uint32(day)))
		if float64(u>>11)/(1<<53) >= rate {
			continue
		}
		luck := mix(u)
		for k := range s.each {
			h := s.horizon(luck, k)
			if s.keeps != nil && !s.keeps(day+daycast.Day(h)*daycast.Day(p.Step)) {
				continue
			}
			if target := t + h; target < len(state) && (state[target] == daycast.Sold || state[target] == daycast.Zero) {
				out = append(out, feature.Want{T: t, H: h})
			}
		}
	}
	return out
}

// horizon is the k-th of an origin's: from a first one by luck, as far apart as
// they can be.
func (s sampler) horizon(luck uint64, k int) int {
	n := s.to - s.from + 1
	return s.from + (int(luck%uint64(n))+k*n/s.each)%n
}

const (
	// enoughRows is how many rows are drawn where there are so many: more
	// horizons of an origin, up to mostEach, where a shop has few origins. A day
	// seen from eight distances teaches more than seen from one, but is one day
	// still: over twelve small shops boosting erred 12% less by it, and with all
	// 28 horizons or 100,000 rows no less, and networks more.
	enoughRows = 25_000
	mostEach   = 8
)

// horizonsEach is how many of so many horizons are drawn of each origin, of which
// a shop has so many by series, where most rows are wanted.
func horizonsEach(origins []float64, horizons, most int) int {
	rows := float64(min(enoughRows, most))
	return max(1, min(mostEach, horizons, int(rows/max(1, sum(origins)))))
}

// rows are the drawn rows of a training, made anew on each walk, so that they
// need not be in memory at once.
type rows struct {
	sampler
	training model.Training
	set      *feature.Set
}

// targets are what the rows are to teach, and what they weigh.
func (r rows) targets(ctx context.Context) (y, w []float32, err error) {
	err = r.chunks(ctx, func(p *daycast.Panel, c *feature.Chunk) error {
		share := shares(r.share, p)
		c.Each(func(i int, e feature.Want, scale float64) {
			v := float32(float64(p.Train[p.Offsets[i]+e.T+e.H]) / scale)
			if r.most > 0 {
				v = min(v, r.most)
			}
			y, w = append(y, v), append(w, float32(r.weigh.of(p, i, e, scale)/share(i)))
		})
		return nil
	})
	return y, w, err
}

// walk writes the rows into a sink, in blocks.
func (r rows) walk(ctx context.Context, sink feature.Sink) error {
	return r.chunks(ctx, func(_ *daycast.Panel, c *feature.Chunk) error { return c.Write(sink) })
}

// chunkRows is about how many rows are in memory at once: enough to keep
// threads busy, and some MiB.
const chunkRows = 16_384

// chunks visits the drawn rows, those of some series at a time. Rows of a
// series that had not sold by then are left out: its first sale would be a
// million times its scale.
func (r rows) chunks(ctx context.Context, visit func(*daycast.Panel, *feature.Chunk) error) error {
	var drawn []feature.Want
	for p, err := range r.training.Panels.Blocks(ctx) {
		if err != nil {
			return err
		}
		c := r.set.Bind(p).Chunk(r.training.Threads)
		c.Sold = true
		for i := range p.Series {
			drawn = r.draw(p, i, drawn[:0])
			c.Add(i, drawn)
			if c.Len() < chunkRows && i < len(p.Series)-1 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(p, c); err != nil {
				return err
			}
			c.Clear()
		}
	}
	return nil
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashString is FNV-1a of s, mixed with the seed.
func hashString(seed uint64, s string) uint64 {
	h := uint64(14695981039346656037)
	for k := range len(s) {
		h = (h ^ uint64(s[k])) * 1099511628211
	}
	return mix(h ^ mix(seed))
}
