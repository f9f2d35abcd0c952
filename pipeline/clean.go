package pipeline

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strings"
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
	zones, err := r.zones(ctx)
	if err != nil {
		return err
	}
	l := loaded{Report: &clean.Report{}}
	quarantined := e.Unreadable
	lines := clean.Lines{
		Zone: zones.of, NonProduct: r.Shop.NonProduct, Now: zones.today(r.Now()),
		Quarantine: func(q daycast.Quarantined) { quarantined = append(quarantined, q) },
	}
	days := tradingDays{}
	sold := clean.Scales{}.Facts(ctx, lines.Facts(ctx, r.raw(ctx, e.OnePlace), l.Report), l.Report)
	facts := r.facts(ctx, sold, days, l.Report)
	if _, err := r.Warehouse.Facts().Replace(ctx, r.ID, facts); err != nil {
		return err
	}
	if _, err := r.Warehouse.Quarantine().Replace(ctx, r.ID, chained(r.aside(), each(quarantined))); err != nil {
		return err
	}
	l.First, _ = days.bounds()
	l.Spec = PanelSpec{Step: r.Settings.Step, Horizon: r.Settings.Horizon, Absent: clean.AbsentZero}
	l.Spec.Anchor, l.Spec.Last = days.periods(r.Settings.Step)
	return writeJSON(r.path("loaded"), l)
}

// facts yields those of the lines, and then what the stock says of the days up
// to the last sale. days hears of each day with a sale; where there is none,
// the facts that the warehouse has stay.
func (r *Run) facts(ctx context.Context, lines iter.Seq2[daycast.Fact, error], days tradingDays, report *clean.Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		for f, err := range lines {
			if err == nil {
				days[f.Day] = true
			}
			if !yield(f, err) {
				return
			}
		}
		if len(days) == 0 {
			yield(daycast.Fact{}, nothingUsable(report))
			return
		}
		_, last := days.bounds()
		for f, err := range r.stockFacts(ctx) {
			if (err != nil || f.Day <= last) && !yield(f, err) {
				return
			}
		}
	}
}

// nothingUsable says why no line was, by the most frequent reasons.
func nothingUsable(report *clean.Report) error {
	var why []string
	for _, reason := range report.Reasons() {
		if len(why) < 3 && len(reason.Examples) > 0 {
			why = append(why, fmt.Sprintf("%d are %s, such as %s", reason.Rows, reason.Name, reason.Examples[0]))
		}
	}
	return daycast.Errorf(daycast.Invalid, "none of %d order lines could be used", report.Rows).
		WithField("source.queries.sales").WithHint("%s", strings.Join(why, "; "))
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

// zones are where each place's days begin.
type zones struct {
	shop   *time.Location
	places map[string]*time.Location
}

func (r *Run) zones(ctx context.Context) (zones, error) {
	z := zones{r.Shop.TimeZone, map[string]*time.Location{}}
	for p, err := range r.Warehouse.Places().Read(ctx, forever) {
		if err != nil {
			return z, err
		}
		if p.TimeZone == "" {
			continue
		}
		if z.places[p.ID], err = time.LoadLocation(p.TimeZone); err != nil {
			return z, daycast.Errorf(daycast.Invalid, "place %s: time zone %q is not known", p.ID, p.TimeZone)
		}
	}
	return z, nil
}

func (z zones) of(place string) *time.Location {
	if zone, ok := z.places[place]; ok {
		return zone
	}
	return z.shop
}

// today is the newest day that an order can have: the date where it is latest.
func (z zones) today(now time.Time) daycast.Day {
	today := daycast.DayOf(now.In(z.shop))
	for _, zone := range z.places {
		today = max(today, daycast.DayOf(now.In(zone)))
	}
	return today
}
