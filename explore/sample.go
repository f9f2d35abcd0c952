package explore

import (
	"cmp"
	"context"

	"daycast"
)

// A Sample is how many series the figures are of, where a shop is too large to be
// looked at as a whole. Series and Top, and what the run stored of its models,
// are not of the sample: those are of the shop and of the run's own.
type Sample struct {
	Series int `json:"series"`
	Of     int `json:"of"`
}

// onSaleDays is how far back a sale makes a series one that is on sale.
const onSaleDays = 56

// whole replaces what the tables tell of all series.
func (s *shop) whole(ctx context.Context, r *Report) error {
	facts, last := s.in.Warehouse.Facts(), s.panel.Origin+daycast.Day(s.panel.Step)-1
	n, err := facts.Count(ctx, last, onSaleDays)
	if err != nil {
		return err
	}
	r.Sample = &Sample{Series: len(s.panel.Series), Of: int(n.Series)}
	r.Series = Series{Total: int(n.Series), OnSale: int(n.OnSale), Items: int(n.Items), Places: int(n.Places), NeverSold: int(n.NeverSold)}
	top, err := facts.Top(ctx, last, onSaleDays, topSeries)
	if err != nil {
		return err
	}
	items := map[string]daycast.Item{}
	for _, t := range top {
		items[t.Series.Item] = daycast.Item{}
	}
	if err := s.readItems(ctx, items); err != nil {
		return err
	}
	r.Top = []TopSeries{}
	for _, t := range top {
		of := items[t.Series.Item].Attributes
		r.Top = append(r.Top, TopSeries{
			ID: t.Series.ID(), Item: cmp.Or(of["name"], t.Series.Item), Place: t.Series.Place, Category: of["category"],
			Units: Number(t.Units), Revenue: Number(t.Revenue),
		})
	}
	return nil
}
