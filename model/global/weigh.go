package global

import (
	"math"

	"daycast"
	"daycast/feature"
)

// weighing says what a row counts in training, see Model.
type weighing struct {
	power, price, halfLife float64
	origin                 daycast.Day
	meanPrice              float64
}

// mostPrice bounds a price's share of the mean one, and one in it is the least,
// so that neither one costly item nor gifts rule.
const mostPrice = 100

func (m Model) weighing(c census) weighing {
	return weighing{power: m.Power, price: m.PricePower, halfLife: m.HalfLife, origin: c.origin, meanPrice: c.prices.mean()}
}

// of is what a row of series i with such a scale counts.
func (w weighing) of(p *daycast.Panel, i int, e feature.Want, scale float64) float64 {
	out := math.Pow(scale, w.power)
	if price := float64(p.Price[p.Offsets[i]+e.T]); w.price != 0 && price >= 0 && w.meanPrice > 0 {
		out *= math.Pow(min(max(price/w.meanPrice, 1./mostPrice), mostPrice), w.price)
	}
	if w.halfLife > 0 {
		target := p.Start[i] + daycast.Day(e.T+e.H)*daycast.Day(p.Step)
		age := float64(w.origin-target) / float64(p.Step)
		out *= math.Exp2(-age / w.halfLife)
	}
	return out
}

// prices are the sum of the series' last prices, and how many have one.
type prices struct{ sum, n float64 }

func (s *prices) add(p *daycast.Panel, i int) {
	own := p.PriceOf(i)
	if len(own) == 0 {
		return
	}
	if v := float64(own[len(own)-1]); v >= 0 {
		s.sum += v
		s.n++
	}
}

func (s prices) mean() float64 { return s.sum / max(1, s.n) }
