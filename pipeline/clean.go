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
	"daycast/signal"
)

// clean turns the order lines and the stock into facts.
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
	latest, earliest := zones.today(r.Now(), r.Shop.Opens)
	over := earliest - 1
	seen, compare := r.seen()
	l.Seen = min(over, max(seen, e.Last))
	quarantined := e.Unreadable
	lines := clean.Lines{
		Zone: zones.of, Opens: r.Shop.Opens, NonProduct: r.Shop.NonProduct, Now: latest,
		Quarantine: func(q daycast.Quarantined) { quarantined = append(quarantined, q) },
	}
	days := tradingDays{}
	fresh := lines.Facts(ctx, ahead(r.cleanLines(ctx, e.OnePlace)), l.Report)
	fresh = clean.Scales{}.Facts(ctx, fresh, l.Report)
	if compare {
		fresh = corrected(r.Warehouse.Facts().Read(ctx, forever), fresh, seen, l.Seen)
	}
	has := clean.NewRange()
	if _, err := r.Warehouse.Facts().Replace(ctx, r.ID, ahead(noting(r.facts(ctx, fresh, days, l.Report), has))); err != nil {
		return err
	}
	strange, err := r.strangePlans(ctx, has)
	if err != nil {
		return err
	}
	if _, err := r.Warehouse.Quarantine().Replace(ctx, r.ID, chained(r.aside(), each(quarantined), each(strange))); err != nil {
		return err
	}
	l.First, _ = days.bounds()
	l.Spec = PanelSpec{
		Step: r.Settings.Step, Horizon: r.Settings.Horizon, Absent: clean.AbsentZero, Outlook: []string{signal.WeatherPrefix},
	}
	l.Spec.Anchor, l.Spec.Last = days.until(over).periods(r.Settings.Step)
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

// cleanLines walks the order lines; a shop's only place has no name in series
// ids.
func (r *Run) cleanLines(ctx context.Context, onePlace bool) iter.Seq2[daycast.Line, error] {
	return func(yield func(daycast.Line, error) bool) {
		for l, err := range r.Warehouse.Lines().Read(ctx) {
			if onePlace {
				l.Series.Place = daycast.OnlyPlace
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

// today is the newest day that an order can have, the business day where it is
// latest, and the one where it is earliest.
func (z zones) today(now time.Time, opens time.Duration) (latest, earliest daycast.Day) {
	clocks := clean.NewClocks(z.of, opens)
	latest = clocks.Today("", now)
	earliest = latest
	for place := range z.places {
		day := clocks.Today(place, now)
		latest, earliest = max(latest, day), min(earliest, day)
	}
	return latest, earliest
}

// clocks tell a line's business day; a shop's only place has no name.
func (r *Run) clocks(ctx context.Context, onePlace bool) (clean.Clocks, error) {
	z, err := r.zones(ctx)
	zone := z.of
	if onePlace {
		zone = func(string) *time.Location { return z.of(daycast.OnlyPlace) }
	}
	return clean.NewClocks(zone, r.Shop.Opens), err
}
