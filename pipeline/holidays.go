package pipeline

import (
	"context"
	"iter"

	"daycast"
	"daycast/signal"
)

// aheadDays is how far ahead of the last sale signals are wanted: the longest
// horizon that a calendar can still help.
const aheadDays = 400

// holidays yields the public holidays of the shop's places.
func (r *Run) holidays(ctx context.Context, last daycast.Day) (iter.Seq2[daycast.Signal, error], error) {
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
	first, err := r.firstDay(ctx, last)
	if err != nil {
		return nil, err
	}
	return r.Holidays.Signals(ctx, signal.Request{From: first, To: last + aheadDays, Places: places}), nil
}

// firstDay is the first day with a fact.
func (r *Run) firstDay(ctx context.Context, last daycast.Day) (daycast.Day, error) {
	first := last
	for f, err := range r.Warehouse.Facts().Read(ctx, forever) {
		if err != nil {
			return 0, err
		}
		first = min(first, f.Day)
	}
	return first, nil
}
