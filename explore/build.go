package explore

import (
	"context"
	"time"

	"daycast"
	"daycast/warehouse"
)

// Inputs are what a run left behind.
type Inputs struct {
	Shop, Currency string
	Run            string // of the snapshot
	Model, Version string // that forecasts
	Created        time.Time
	Panel          *daycast.Panel      // as known at the newest origin
	Sample         bool                // the panel has but a sample of the shop's series: what can be is counted in the Warehouse
	Warehouse      warehouse.Warehouse // the snapshot's tables
	Cleaning       *Cleaning           // without what the panel capped; nil where the run's is gone
	Notes          []string
}

// Build computes every figure. A figure that a shop has no data for is empty,
// and the notes say why.
func Build(ctx context.Context, in Inputs) (*Report, error) {
	s, err := newShop(ctx, in)
	if err != nil {
		return nil, err
	}
	p := in.Panel
	r := &Report{
		Shop: in.Shop, Currency: in.Currency, Run: in.Run, Created: in.Created.UTC().Truncate(time.Second), Origin: p.Origin.String(), Step: step(p.Step),
		Notes: append([]string{}, in.Notes...),
	}
	for _, figure := range []func(*Report){
		s.series, s.states, s.cleaning, s.total, s.week, s.year, s.histograms, s.concentration,
		s.correlation, s.priceResponse, s.promotion, s.trend, s.top,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		figure(r)
	}
	if err := s.accuracy(ctx, r); err != nil {
		return nil, err
	}
	if in.Sample {
		return r, s.whole(ctx, r)
	}
	return r, nil
}

// note says what is missing and why.
func (r *Report) note(text string) { r.Notes = append(r.Notes, text) }

// shop is what the figures are made of.
type shop struct {
	in    Inputs
	panel *daycast.Panel
	first daycast.Day                     // that any series has
	days  int                             // periods from first to the origin
	items map[string]daycast.Item         // by id
	own   map[string]*daycast.PanelSignal // signals by name
	daily []daysum                        // the whole shop by period
}

func newShop(ctx context.Context, in Inputs) (*shop, error) {
	p := in.Panel
	s := &shop{in: in, panel: p, items: map[string]daycast.Item{}, own: map[string]*daycast.PanelSignal{}}
	s.first = p.Origin + daycast.Day(p.Step)
	for _, start := range p.Start {
		s.first = min(s.first, start)
	}
	s.days = int(p.Origin-s.first)/int(p.Step) + 1
	for k := range p.Signals {
		s.own[p.Signals[k].Name] = &p.Signals[k]
	}
	for _, series := range p.Series { // a sample has few of a large shop's items
		s.items[series.Item] = daycast.Item{}
	}
	s.daily = s.sumDays()
	return s, s.readItems(ctx, s.items)
}

// readItems fills in those that are asked for.
func (s *shop) readItems(ctx context.Context, items map[string]daycast.Item) error {
	if s.in.Warehouse == nil {
		return nil
	}
	for item, err := range s.in.Warehouse.Items().Read(ctx, s.panel.Origin) {
		if err != nil {
			return err
		}
		if _, ok := items[item.ID]; ok {
			items[item.ID] = item
		}
	}
	return nil
}

// day is the first of the shop's t-th period.
func (s *shop) day(t int) daycast.Day { return s.first + daycast.Day(t)*daycast.Day(s.panel.Step) }

// dayOf is the first day of series i's t-th period.
func (s *shop) dayOf(i, t int) daycast.Day {
	return s.panel.Start[i] + daycast.Day(t)*daycast.Day(s.panel.Step)
}

// begins is the shop's period in which series i begins.
func (s *shop) begins(i int) int { return int(s.panel.Start[i]-s.first) / int(s.panel.Step) }

// category of series i, "" where it has none.
func (s *shop) category(i int) string { return s.items[s.panel.Series[i].Item].Attributes["category"] }

// recent is the number of periods in 56 days, in which a series that is on
// sale has sold.
func (s *shop) recent() int { return 56 / int(s.panel.Step) }

// inStock reports whether a day's units are what customers wanted.
func inStock(state daycast.DayState) bool { return state == daycast.Sold || state == daycast.Zero }

// known reports whether a value is.
func known(v float32) bool { return v == v }
