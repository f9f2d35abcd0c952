package main

import (
	"context"
	"math"
	"math/rand/v2"

	"daycast"
)

// hidden takes days in stock all day and lets them run out as other days of the
// series did: a day that sold more than was there on a day that ran out is cut
// to that, with its hours in stock. What the panel then trains with is compared
// to what was sold in truth. Nothing is assumed of how sales spread over the
// day, of which the data says nothing. What is cut are days on which more than
// usual was wanted, and their hours in stock are another day's, so that not all
// can come back.
func hidden(ctx context.Context, args []string) error {
	s, closed, err := openShop(ctx, args[0])
	if err != nil {
		return err
	}
	defer closed()
	const share = 0.15 // of the days in stock, few enough to leave levels alone
	rng := rand.New(rand.NewPCG(1, 2))
	s.hidden = map[seriesDay]daycast.Fact{}
	truth := map[seriesDay]float32{}
	for lo := 0; lo < len(s.facts); {
		hi := lo
		var donors []daycast.Fact
		for ; hi < len(s.facts) && s.facts[hi].Series == s.facts[lo].Series; hi++ {
			if f := s.facts[hi]; f.InStock < 0.5 {
				donors = append(donors, f)
			}
		}
		for _, f := range s.facts[lo:hi] {
			if len(donors) == 0 || !(f.InStock >= 1) || rng.Float64() > share {
				continue
			}
			if d := donors[rng.IntN(len(donors))]; f.Units > d.Units {
				key := seriesDay{f.Series, f.Day}
				truth[key] = f.Units
				f.Units, f.InStock = d.Units, d.InStock
				s.hidden[key] = f
			}
		}
		lo = hi
	}
	p, err := s.panel(ctx, s.table.Last, 1)
	if err != nil {
		return err
	}
	var sold, recovered, want, off, offNaive float64
	for i, series := range p.Series {
		for t := range p.Len(i) {
			y, ok := truth[seriesDay{series, p.Start[i] + daycast.Day(t)}]
			if !ok {
				continue
			}
			u, d := float64(p.UnitsOf(i)[t]), float64(p.TrainOf(i)[t])
			sold, recovered, want = sold+u, recovered+d, want+float64(y)
			offNaive, off = offNaive+math.Abs(u-float64(y)), off+math.Abs(d-float64(y))
		}
	}
	figure("hidden_days", float64(len(truth)), "")
	figure("hidden_bias_of_sales", sold/want-1, "<=-0.15")
	figure("hidden_bias_recovered", recovered/want-1, "")
	figure("hidden_share_recovered", (recovered-sold)/(want-sold), ">=0.7")
	figure("hidden_wape_recovered_to_sales", off/offNaive, "<=0.7")
	return nil
}
