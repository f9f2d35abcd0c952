package main

import (
	"context"
	"database/sql"
	"math"

	_ "modernc.org/sqlite"

	"daycast"
)

// wanted is the truth of one series and day.
type wanted struct {
	demand, sold, bulk float64
	state              string
}

type seriesDay struct {
	series daycast.Series
	day    daycast.Day
}

// found adds up, over shops, what was found of their truth.
type found struct {
	days, sold, recovered, want float64 // of days that ran out
	lost, typed, both           float64 // outages: there, typed, and both
	empty, inferred, right      float64 // empty shelves: there, inferred without stock, and both
}

// simulated takes pairs of a warehouse and a truth.
func simulated(ctx context.Context, args []string) error {
	var f found
	for k := 0; k+1 < len(args); k += 2 {
		if err := f.shop(ctx, args[k], args[k+1]); err != nil {
			return err
		}
	}
	figure("simulated_stock_out_days", f.days, "")
	figure("simulated_bias_of_sales", f.sold/f.want-1, "<=-0.15")
	figure("simulated_bias_recovered", f.recovered/f.want-1, "")
	figure("simulated_bias_recovered_size", math.Abs(f.recovered/f.want-1), "<=0.05")
	figure("simulated_outages", f.lost, "")
	figure("simulated_outages_found", f.both/f.lost, ">=0.9")
	figure("simulated_outages_true", f.both/f.typed, ">=0.9")
	figure("simulated_stock_outs_inferred_true", f.right/f.inferred, ">=0.9")
	figure("simulated_stock_outs_inferred_of_all", f.right/f.empty, "")
	return nil
}

func (f *found) shop(ctx context.Context, path, truthPath string) error {
	s, closed, err := openRun(ctx, path)
	if err != nil {
		return err
	}
	defer closed()
	last := daycast.Day(0)
	for _, fact := range s.facts {
		if fact.Units != 0 {
			last = max(last, fact.Day)
		}
	}
	p, err := s.panel(ctx, last, 1)
	if err != nil {
		return err
	}
	truth, err := readTruth(ctx, truthPath)
	if err != nil {
		return err
	}
	f.demand(p, truth)
	f.outages(p, truth)
	return f.guessed(ctx, s, last)
}

// demand compares what the panel trains with to what was wanted, on the days
// that it types as stock-outs. Units are less returns, so that what was wanted
// is taken times the share of its sales that the series kept. Days with a bulk
// order are left out: nobody could expect them.
func (f *found) demand(p *daycast.Panel, truth map[seriesDay]wanted) {
	for i, series := range p.Series {
		kept := keptShare(p, i, truth)
		for t, state := range p.StateOf(i) {
			w, ok := truth[seriesDay{series, p.Start[i] + daycast.Day(t)}]
			if state != daycast.StockOut || !ok || w.bulk > 0 || w.state == "closed" || w.state == "missing" {
				continue
			}
			f.days++
			f.sold += w.sold * kept
			f.recovered += w.sold*kept + float64(p.TrainOf(i)[t]-p.UnitsOf(i)[t])
			f.want += w.demand * kept
		}
	}
}

// keptShare is the share of a series' sales that did not come back.
func keptShare(p *daycast.Panel, i int, truth map[seriesDay]wanted) float64 {
	var units, sold float64
	for t, u := range p.UnitsOf(i) {
		if w, ok := truth[seriesDay{p.Series[i], p.Start[i] + daycast.Day(t)}]; ok && w.state != "missing" {
			units += float64(u)
			sold += w.sold
		}
	}
	if sold == 0 {
		return 1
	}
	return units / sold
}

// outages compares the days that the builder types as lost with those of which
// nothing arrived, by place.
func (f *found) outages(p *daycast.Panel, truth map[seriesDay]wanted) {
	lost, typed := map[seriesDay]bool{}, map[seriesDay]bool{}
	for i, s := range p.Series {
		for t, state := range p.StateOf(i) {
			d := p.Start[i] + daycast.Day(t)
			at := seriesDay{daycast.Series{Place: s.Place}, d}
			if w, ok := truth[seriesDay{s, d}]; ok && w.state == "missing" {
				lost[at] = true
			}
			if state == daycast.Missing {
				typed[at] = true
			}
		}
	}
	f.lost, f.typed = f.lost+float64(len(lost)), f.typed+float64(len(typed))
	for at := range lost {
		if typed[at] {
			f.both++
		}
	}
}

// guessed builds the panel without the stock, and asks the stock whether the
// stock-outs were there that are then inferred.
func (f *found) guessed(ctx context.Context, s *shop, last daycast.Day) error {
	stocked := s.stocked()
	blind := *s
	blind.facts = nil
	for _, fact := range s.facts {
		if fact.InStock != fact.InStock {
			blind.facts = append(blind.facts, fact)
		}
	}
	p, err := blind.panel(ctx, last, 1)
	if err != nil {
		return err
	}
	for i, series := range p.Series {
		for t, state := range p.StateOf(i) {
			out, known := stocked[seriesDay{series, p.Start[i] + daycast.Day(t)}]
			ran := known && out == 0 && p.UnitsOf(i)[t] == 0
			if ran {
				f.empty++
			}
			if known && (state == daycast.StockOut || state == daycast.NotListed && ran) {
				f.inferred++
				if ran {
					f.right++
				}
			}
		}
	}
	return nil
}

func readTruth(ctx context.Context, path string) (map[seriesDay]wanted, error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	places := 0
	if err := db.QueryRowContext(ctx, "SELECT count(DISTINCT place_id) FROM demand").Scan(&places); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT item_id, place_id, day, demand, sold, bulk, state FROM demand")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	truth := map[seriesDay]wanted{}
	for rows.Next() {
		var key seriesDay
		var day string
		var w wanted
		if err := rows.Scan(&key.series.Item, &key.series.Place, &day, &w.demand, &w.sold, &w.bulk, &w.state); err != nil {
			return nil, err
		}
		if key.day, err = daycast.ParseDay(day); err != nil {
			return nil, err
		}
		if places == 1 {
			key.series.Place = daycast.OnlyPlace
		}
		truth[key] = w
	}
	return truth, rows.Err()
}
