package pipeline

import (
	"context"
	"iter"
	"math"
	"time"

	"daycast"
	"daycast/clean"
)

// clean turns the raw lines and the stock into facts.
func (r *Run) clean(ctx context.Context) error {
	var e extracted
	if err := readJSON(r.path("extracted"), &e); err != nil {
		return err
	}
	zone, err := r.zones(ctx)
	if err != nil {
		return err
	}
	l := loaded{Report: &clean.Report{}}
	quarantined := e.Unreadable
	lines := clean.Lines{
		Zone: zone, NonProduct: r.Shop.NonProduct, Now: r.today(),
		Quarantine: func(q daycast.Quarantined) { quarantined = append(quarantined, q) },
	}
	last := daycast.Day(math.MinInt32)
	facts := func(yield func(daycast.Fact, error) bool) {
		for f, err := range lines.Facts(ctx, r.raw(ctx, e.OnePlace), l.Report) {
			if err == nil {
				last = max(last, f.Day)
			}
			if !yield(f, err) {
				return
			}
		}
		for f, err := range r.stockFacts(ctx) {
			if f.Day <= last && !yield(f, err) {
				return
			}
		}
	}
	if _, err := r.Warehouse.Facts().Replace(ctx, r.ID, facts); err != nil {
		return err
	}
	if last == math.MinInt32 {
		return daycast.Errorf(daycast.Invalid, "no order line could be used: %d were read", e.Lines).WithField("source.queries.sales").
			WithHint("%s", l.Report.String())
	}
	if _, err := r.Warehouse.Quarantine().Replace(ctx, r.ID, each(quarantined)); err != nil {
		return err
	}
	l.Spec = PanelSpec{Step: r.Settings.Step, Last: last, Horizon: r.Settings.Horizon, Absent: clean.AbsentZero}
	return writeJSON(r.path("loaded"), l)
}

// raw walks the raw lines; a shop's only place has no name in series ids.
func (r *Run) raw(ctx context.Context, onePlace bool) iter.Seq2[daycast.RawLine, error] {
	return func(yield func(daycast.RawLine, error) bool) {
		for l, err := range r.Warehouse.Raw().Read(ctx) {
			if onePlace {
				l.PlaceID = daycast.OnlyPlace
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

// zones is where each place's days begin.
func (r *Run) zones(ctx context.Context) (func(string) *time.Location, error) {
	of := map[string]*time.Location{}
	for p, err := range r.Warehouse.Places().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		if p.TimeZone == "" {
			continue
		}
		zone, err := time.LoadLocation(p.TimeZone)
		if err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "place %s: time zone %q is not known", p.ID, p.TimeZone)
		}
		of[p.ID] = zone
	}
	return func(place string) *time.Location {
		if zone, ok := of[place]; ok {
			return zone
		}
		return r.Shop.TimeZone
	}, nil
}

// stockFacts say on which days an item was in stock; they add no units.
func (r *Run) stockFacts(ctx context.Context) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		unknown := float32(math.NaN())
		for s, err := range r.Warehouse.Stock().Read(ctx, forever) {
			f := daycast.Fact{
				Series: s.Series, Day: s.Day, KnownAt: s.Day,
				Price: unknown, Promotion: unknown, Buyers: unknown,
			}
			if s.OnHand > 0 {
				f.InStock = 1
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// signals gathers the public holidays of the shop's places, from its first
// day to beyond any horizon.
func (r *Run) signals(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	if !r.Source.Has("sales") {
		return nil // a daily table brings its own signals
	}
	rows, err := r.holidays(ctx, l.Spec.Last)
	if err != nil {
		return err
	}
	_, err = r.Warehouse.Signals().Replace(ctx, r.ID, rows)
	return err
}
