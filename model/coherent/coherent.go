// Package coherent brings the forecasts of series nearer to those of the groups
// that they belong to. Groups sell much, so that their level is known with less
// error than those of their series (Athanasopoulos, Hyndman, Kourentzes,
// Panagiotelis 2024, "Forecast reconciliation: a review", IJF 40(2)).
package coherent

import (
	"context"

	"daycast"
	"daycast/model"
)

// Fitted multiplies what a model forecasts of a series by a factor for each
// group that the series is in, and by one of its own. Factors are learnt once, from the whole shop, and
// saved by the names of groups and series, so that an answer does not depend on which series
// are asked for together, and sums over any series are sums of what is served.
type Fitted struct {
	Inner   model.Fitted
	Factors []Factors // of the shop first
}

// Factors are those of a level's groups. One that is not there is 1, as is that
// of a group which the shop did not have then.
type Factors struct {
	Columns []string           // of the level, see Find; none: the shop
	Each    bool               `json:",omitempty"` // of each series instead, by its ID
	By      map[string]float64 // by the group's name in the level that Find gives
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "coherent" }

// Forecast asks the inner model and multiplies.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out, err := model.Predict(ctx, f.Inner, r)
	if err != nil {
		return nil, err
	}
	for i, by := range f.of(r.Panel) {
		if by == 1 {
			continue
		}
		scale(out.MeanOf(i), by)
		for h := range out.Horizon {
			scale(out.QuantilesAt(i, h), by)
		}
	}
	return out, nil
}

// of is the product of the factors of each series.
func (f *Fitted) of(p *daycast.Panel) []float64 {
	out := make([]float64, len(p.Series))
	for i := range out {
		out[i] = 1
	}
	for _, factors := range f.Factors {
		if factors.Each {
			for i, s := range p.Series {
				if by, ok := factors.By[s.ID()]; ok {
					out[i] *= by
				}
			}
			continue
		}
		level, ok := cross(p, factors.Columns)
		if !ok {
			continue
		}
		by := make([]float64, len(level.Names))
		for g, name := range level.Names {
			if by[g], ok = factors.By[name]; !ok {
				by[g] = 1
			}
		}
		for i, g := range level.Of {
			if g >= 0 {
				out[i] *= by[g]
			}
		}
	}
	return out
}

func scale(values []float32, by float64) {
	for k, v := range values {
		values[k] = float32(float64(v) * by)
	}
}
