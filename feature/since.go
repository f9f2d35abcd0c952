package feature

import "math"

// since is how long ago something happened, as the logarithm of 1 + periods:
// a day more matters less the longer ago it is.
func since() []definition {
	return []definition{
		{
			id: "since_sale", group: Since, note: "since the last period with units; since before the launch where there is none within 52 weeks",
			origin: func(r *Reader, out []float32) {
				for k, t := range r.origins {
					periods := t + 1
					if at := r.own.lastSold(t, 52*r.week); at >= 0 {
						periods = t - at
					}
					out[k] = float32(math.Log1p(float64(periods)))
				}
			},
		},
		{
			id: "age", group: Since, note: "since the launch",
			origin: func(r *Reader, out []float32) {
				for k, t := range r.origins {
					out[k] = float32(math.Log1p(float64(t)))
				}
			},
		},
		{
			id: "release_week", group: Since, note: "week of the year of the launch, from 0",
			origin: func(r *Reader, out []float32) {
				week := float64((r.start.Time().YearDay() - 1) / 7)
				for k := range out {
					out[k] = float32(week)
				}
			},
		},
		{
			id: "since_price_change", group: Since, price: true, note: "since the price at the origin holds, 52 weeks at most",
			origin: (*Reader).heldFor,
		},
	}
}

// heldFor walks back live; in batch it counts on from period to period.
func (r *Reader) heldFor(out []float32) {
	most := 52 * r.week
	value := func(t, held int) float64 {
		if v := r.prices[t]; v != v {
			return math.NaN()
		}
		return math.Log1p(float64(min(held, most)))
	}
	if !r.slides(most) {
		for k, t := range r.origins {
			held := 0
			for held < most && held < t && r.prices[t-held-1] == r.prices[t] {
				held++
			}
			out[k] = float32(value(t, held))
		}
		return
	}
	held, k := 0, 0
	for t := range r.prices {
		if t > 0 && r.prices[t-1] == r.prices[t] {
			held++
		} else {
			held = 0
		}
		for ; k < len(r.origins) && r.origins[k] == t; k++ {
			out[k] = float32(value(t, held))
		}
	}
}
