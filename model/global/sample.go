package global

import (
	"context"
	"math"
	"slices"
	"sync"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// sampler draws training rows. Whether a series' day is drawn, and with which
// horizon, is a hash of the seed, the series' name and the day, so that it
// depends on neither the blocks nor the threads.
type sampler struct {
	seed     uint64
	from, to int // horizons
	rate     float64
	power    float64
	most     float32
}

// example is one row to be: series i of a panel at its period t, h ahead.
type example struct{ i, t, h int }

func (s sampler) rows(ctx context.Context, t model.Training, set *feature.Set) (*feature.Frame, []float32, []float32, error) {
	x := feature.NewFrame(set.Columns(), 0)
	var y, w []float32
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, nil, nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		var drawn []example
		for i := range p.Series {
			drawn = s.draw(p, i, drawn)
		}
		bx, by, bw := s.build(p, set, drawn, t.Threads)
		x.Append(bx)
		y, w = append(y, by...), append(w, bw...)
	}
	return x, y, w, nil
}

// draw picks the series' examples. The target must be a day that says what
// demand was: in stock and open.
func (s sampler) draw(p *daycast.Panel, i int, out []example) []example {
	state := p.StateOf(i)
	up := awake(p, i)
	name := hashString(s.seed, p.Series[i].ID())
	for t := range state {
		rate := s.rate
		if !up[t] {
			rate *= asleep
		}
		day := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
		u := mix(name + uint64(uint32(day)))
		if float64(u>>11)/(1<<53) >= rate {
			continue
		}
		h := s.from + int(mix(u)%uint64(s.to-s.from+1))
		if k := t + h; k < len(state) && (state[k] == daycast.Sold || state[k] == daycast.Zero) {
			out = append(out, example{i, t, h})
		}
	}
	return out
}

// build makes the examples' rows, without those of a series that had not sold
// by then: its first sale would be a million times its scale.
func (s sampler) build(p *daycast.Panel, set *feature.Set, drawn []example, threads int) (*feature.Frame, []float32, []float32) {
	x := feature.NewFrame(set.Columns(), len(drawn))
	y, w := make([]float32, len(drawn)), make([]float32, len(drawn))
	sold := make([]bool, len(drawn))
	bound := set.Bind(p)
	parallel(threads, len(drawn), func(lo, hi int) {
		var past feature.Past
		row := make([]float32, len(x.Columns))
		for n := lo; n < hi; n++ {
			e := drawn[n]
			bound.Reset(&past, e.i, e.t)
			if sold[n] = past.Sold(); !sold[n] {
				continue
			}
			bound.Row(&past, e.h, row)
			x.Set(n, row)
			y[n] = float32(float64(p.Train[p.Offsets[e.i]+e.t+e.h]) / past.Scale())
			if s.most > 0 {
				y[n] = min(y[n], s.most)
			}
			w[n] = float32(math.Pow(past.Scale(), s.power))
		}
	})
	rows := 0
	for _, column := range append(slices.Clone(x.Data), y, w) {
		rows = keep(column, sold)
	}
	return x.Slice(0, rows), y[:rows], w[:rows]
}

// keep moves the values that are marked to the front and returns how many they
// are.
func keep(values []float32, marked []bool) (n int) {
	for i, v := range values {
		if marked[i] {
			values[n] = v
			n++
		}
	}
	return n
}

// parallel runs work on equal ranges of [0, n), and returns when all are done.
func parallel(threads, n int, work func(lo, hi int)) {
	threads = max(1, min(threads, n))
	if threads == 1 {
		work(0, n)
		return
	}
	var wg sync.WaitGroup
	for k := range threads {
		wg.Go(func() { work(k*n/threads, (k+1)*n/threads) })
	}
	wg.Wait()
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
