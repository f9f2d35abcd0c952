package feature

import (
	"fmt"
	"math"
)

// price is the target's price as known at the origin, against the series' own
// past.
func price() []definition {
	d := []definition{
		pricedRow("price_log", "logarithm of the target's price", func(r *Reader, k int, at float64) float64 { return math.Log(at) }),
		pricedRow("price_to_mean", "the target's price to the mean of eight weeks", func(r *Reader, k int, at float64) float64 {
			t := r.want[k].T
			sum, n := r.price.sums(t+1-8*r.week, t+1)
			return at * float64(n) / sum
		}),
		{
			id: "price_to_max", group: Price, price: true, note: "the target's price to the highest of 52 weeks",
			row: func(r *Reader, out []float32) {
				top := r.highest(&r.price, 52*r.week, 1)
				for k, at := range r.at {
					if out[k] = nan; r.priced(k) {
						out[k] = float32(r.target[k] / max(0, top[at]))
					}
				}
			},
		},
	}
	for _, weeks := range [...]int{1, 4, 52} {
		d = append(d, pricedRow(
			fmt.Sprintf("price_change_%dw", weeks), fmt.Sprintf("the target's price to that of a whole number of times %d weeks before, up to the origin", weeks),
			func(r *Reader, k int, at float64) float64 {
				t := r.before(k, weeks*r.week)
				if t < 0 {
					return math.NaN()
				}
				return ratio(at, float64(r.prices[t]))
			}))
	}
	return append(d,
		pricedRow("price_end", "last digit of the target's price in hundredths", func(r *Reader, k int, at float64) float64 {
			return math.Mod(math.Round(100*at), 10)
		}),
		definition{
			id: "price_kinds", group: Price, price: true, note: "different prices in 52 weeks",
			origin: func(r *Reader, out []float32) { r.kinds(r.prices, 52*r.week, out) },
		},
	)
}

// pricedRow is missing where the target has no price above zero, or the last
// eight weeks had none.
func pricedRow(id, note string, of func(r *Reader, k int, at float64) float64) definition {
	return definition{id: id, group: Price, price: true, note: note, row: func(r *Reader, out []float32) {
		for k := range out {
			if out[k] = nan; r.priced(k) {
				out[k] = float32(of(r, k, r.target[k]))
			}
		}
	}}
}

// priced reports whether row k has a price to compare.
func (r *Reader) priced(k int) bool {
	if len(r.target) == 0 {
		for _, w := range r.want {
			r.target = append(r.target, float64(r.priceAt(w)))
		}
	}
	t := r.want[k].T
	_, n := r.price.sums(t+1-8*r.week, t+1)
	return n > 0 && r.target[k] > 0
}

// priceAt is the target's price as known at the origin: the planned one, or
// the last. Inside the panel a planned price is the one that came.
func (r *Reader) priceAt(w Want) float32 {
	p := r.b.p
	if planned := p.Ahead.PricePlanned; planned != nil && r.day(w.T+w.H) >= planned[r.i] {
		k := w.T + w.H
		if k < len(r.prices) {
			return r.prices[k]
		}
		if k -= len(r.prices); k < p.Ahead.Periods {
			if v := p.Ahead.Price[r.i*p.Ahead.Periods+k]; v == v {
				return v
			}
		}
	}
	return r.prices[w.T]
}
