package feature

import (
	"math"

	"daycast"
)

// price writes the target's price: its logarithm, to the mean of the last
// eight weeks, and to the highest of the last year.
func (b *Bound) price(w *Past, h int, out *writer) {
	prices := b.p.PriceOf(w.i)
	at := float64(b.priceAt(w, h, prices))
	unit := seasonOf(b.p.Step)
	var sum, top float64
	n := 0
	for k := w.t; k >= max(0, w.t-52*unit+1); k-- {
		v := float64(prices[k])
		if v != v {
			continue
		}
		top = max(top, v)
		if w.t-k < 8*unit {
			sum += v
			n++
		}
	}
	if n == 0 || !(at > 0) {
		out.put32(nan)
		out.put32(nan)
		out.put32(nan)
		return
	}
	out.put(math.Log(at))
	out.put(at * float64(n) / sum)
	out.put(at / top)
}

// priceAt is the target's price as known at the origin: the planned one, or
// the last. Inside the panel a planned price is the one that came.
func (b *Bound) priceAt(w *Past, h int, prices []float32) float32 {
	if planned := b.p.Ahead.PricePlanned; planned != nil && w.day(h) >= planned[w.i] {
		k := w.t + h
		if k < len(prices) {
			return prices[k]
		}
		if k -= len(prices); k < b.p.Ahead.Periods {
			if v := b.p.Ahead.Price[w.i*b.p.Ahead.Periods+k]; v == v {
				return v
			}
		}
	}
	return prices[w.t]
}

// write gives a signal's columns, see Set.Columns.
func (s *boundSignal) write(w *Past, h int, out *writer) {
	switch {
	case s.want.Codes != nil && s.want.Future:
		s.words(w, h, out)
	case s.want.Codes == nil && s.want.Future:
		target := float64(nan)
		if s.signal != nil {
			target = float64(s.signal.At(w.i, w.day(h)))
		}
		mean := s.mean(w, 4*seasonOf(w.p.Step))
		out.put(target)
		out.put(target - mean)
		out.put(mean)
		s.like(w, h, target, out)
	case s.want.Codes == nil:
		out.put(s.mean(w, seasonOf(w.p.Step)))
		out.put(s.mean(w, 4*seasonOf(w.p.Step)))
	}
}

// words writes the target's code, and how far the next and the last coded day
// are, up to a fortnight of periods.
func (s *boundSignal) words(w *Past, h int, out *writer) {
	const far = 14
	code, next, last := float32(math.NaN()), far, far
	if s.signal != nil {
		if v := s.signal.At(w.i, w.day(h)); v == v {
			code = s.code[int(v)]
		}
		for k := far - 1; k >= 0; k-- {
			if v := s.signal.At(w.i, w.day(h+k)); v == v {
				next = k
			}
			if v := s.signal.At(w.i, w.day(h-k)); v == v {
				last = k
			}
		}
	}
	out.put32(code)
	out.put(float64(next))
	out.put(float64(last))
}

// likeWeeks is how far back days like the target are looked for.
const likeWeeks = 26

// like writes what the series sold, in its scale, on past days on which the
// signal was as it will be on the target: on all days of the week, and on the
// target's alone.
func (s *boundSignal) like(w *Past, h int, target float64, out *writer) {
	all, same := math.NaN(), math.NaN()
	if s.signal != nil && target == target {
		const close = 1e-3 // of the value: prices and temperatures are seldom the very same
		season := seasonOf(w.p.Step)
		var sum, sameSum float64
		n, sameN := 0, 0
		for back := 0; back < min(likeWeeks*season, w.t+1); back++ {
			k := w.t - back
			if !w.state[k].Evidence() || !(math.Abs(float64(s.signal.At(w.i, w.day(-back)))-target) <= close*math.Abs(target)) {
				continue
			}
			sum += float64(w.train[k])
			n++
			if (back+h)%season == 0 {
				sameSum += float64(w.train[k])
				sameN++
			}
		}
		if n > 0 {
			all = sum / float64(n) / w.scale
		}
		if sameN > 0 {
			same = sameSum / float64(sameN) / w.scale
		}
	}
	out.put(all)
	out.put(same)
}

// mean is that of the known values of the last n periods up to the origin.
func (s *boundSignal) mean(w *Past, n int) float64 {
	if s.signal == nil {
		return math.NaN()
	}
	var sum float64
	known := 0
	for back := range n {
		if v := s.signal.At(w.i, w.day(-back)); v == v {
			sum += float64(v)
			known++
		}
	}
	return sum / float64(known)
}

// day is the h-th period's first day after the origin.
func (w *Past) day(h int) daycast.Day { return w.origin + daycast.Day(h)*daycast.Day(w.p.Step) }
