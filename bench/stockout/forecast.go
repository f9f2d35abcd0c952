package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/global"
	"daycast/model/linear"
)

// later are the origins, and each one's days ahead, on which models are
// compared.
const (
	laterOrigins = 3
	laterDays    = 7
)

// forecast learns models from demand and from sales as they were, and scores
// both on later days that were in stock all day. Those are the days on which
// not much was wanted, so that a forecast of demand is too high on them.
func forecast(ctx context.Context, args []string) error {
	s, closed, err := openShop(ctx, args[0])
	if err != nil {
		return err
	}
	defer closed()
	final, err := s.panel(ctx, s.table.Last, laterDays)
	if err != nil {
		return err
	}
	b := evaluate.Backtest{
		Panel: func(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) {
			return s.panel(ctx, origin, laterDays)
		},
		Models: []model.Model{classic.SeasonalMean{}, classic.ETS{}, global.Model{Regressor: linear.Ridge{}, Power: 1, Most: 30}},
		Final:  final, Horizon: laterDays, MaxRows: 100_000, Seed: 1, Threads: 2, Now: time.Now,
	}
	for k := range laterOrigins {
		b.Origins = append(b.Origins, s.table.Last-daycast.Day((k+1)*laterDays))
	}
	corrected, err := b.Run(ctx)
	if err != nil {
		return err
	}
	b.Panel = func(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) {
		p, err := s.panel(ctx, origin, laterDays)
		if err == nil {
			for k, state := range p.State {
				if state == daycast.StockOut && p.Train[k] != p.Units[k] {
					p.Train[k] = p.Units[k]
				}
			}
			p.Spread = nil
		}
		return p, err
	}
	naive, err := b.Run(ctx)
	if err != nil {
		return err
	}
	stocked := s.stocked()
	for n, m := range b.Models {
		wape, bias := inStock(corrected, n, stocked)
		wapeNaive, biasNaive := inStock(naive, n, stocked)
		figure(fmt.Sprintf("later_%s_wape_corrected", m.Name()), wape, "")
		figure(fmt.Sprintf("later_%s_wape_of_sales", m.Name()), wapeNaive, "")
		figure(fmt.Sprintf("later_%s_bias_corrected", m.Name()), bias, "")
		figure(fmt.Sprintf("later_%s_bias_of_sales", m.Name()), biasNaive, "")
		figure(fmt.Sprintf("later_%s_wape_corrected_to_sales", m.Name()), wape/wapeNaive, "<=1")
	}
	return nil
}

// inStock scores the n-th model on days in stock all day.
func inStock(windows []*evaluate.Window, n int, stocked map[seriesDay]float32) (wape, bias float64) {
	var off, signed, sold float64
	for _, w := range windows {
		if w.Models[n].Err != nil {
			return math.NaN(), math.NaN()
		}
		for i, s := range w.Series {
			for h := range w.Horizon {
				y := float64(w.Actual[i*w.Horizon+h])
				if !w.OnSale[i] || y != y || stocked[seriesDay{s, w.Origin + daycast.Day(h+1)}] < 1 {
					continue
				}
				f := float64(w.Models[n].Mean[i*w.Horizon+h])
				off, signed, sold = off+math.Abs(f-y), signed+f-y, sold+math.Abs(y)
			}
		}
	}
	return off / sold, signed / sold
}
