package pipeline

import (
	"context"
	"iter"

	"daycast"
	"daycast/signal"
	"daycast/source"
)

// longestHorizon is how many periods ahead a server is asked for at most, so
// that calendars and closed days are known so far.
const longestHorizon = 365

// signals gathers the public holidays of the shop's places, from its first
// day to the end of the longest horizon.
func (r *Run) signals(ctx context.Context) error {
	if !r.Source.Has(source.Sales) {
		return nil // a daily table brings its own signals
	}
	l, err := r.loaded()
	if err != nil {
		return err
	}
	rows, err := r.holidays(ctx, l.First, l.Spec.Last)
	if err != nil {
		return err
	}
	if r.Settings.Customers {
		rows = chained(rows, r.storedSignals(ctx, ofBuyers))
	}
	_, err = r.Warehouse.Signals().Replace(ctx, r.ID, rows)
	return err
}

// holidays yields the public holidays of the shop's places.
func (r *Run) holidays(ctx context.Context, first, last daycast.Day) (iter.Seq2[daycast.Signal, error], error) {
	var places []daycast.Place
	for p, err := range r.Warehouse.Places().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		if p.Country == "" {
			p.Country = r.Shop.Country
		}
		places = append(places, p)
	}
	if len(places) == 0 {
		places = []daycast.Place{{ID: daycast.OnlyPlace, Country: r.Shop.Country}}
	}
	periods := daycast.Day(max(longestHorizon, r.Settings.Horizon) + 1)
	return r.Holidays.Signals(ctx, signal.Request{From: first, To: last + periods*daycast.Day(r.Settings.Step), Places: places}), nil
}
