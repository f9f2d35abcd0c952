package pipeline

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"daycast"
	"daycast/signal"
	"daycast/signal/trend"
)

// A followed is one trend about one thing, and what was sold of it.
type followed struct {
	name   string
	scope  daycast.Scope
	key    string
	rows   []daycast.Signal
	demand []float64 // by day from the shop's first
}

// leads say of each trend of a source whether it runs ahead of the sales that it
// is about, as far as they are stored.
func (r *Run) leads(ctx context.Context, s signal.Source, request signal.Request) ([]string, error) {
	var trends []*followed
	for row, err := range s.Signals(ctx, request) {
		if err != nil {
			return nil, ctx.Err() // that a source is broken is told elsewhere
		}
		if !strings.HasPrefix(row.Name, trend.Prefix) {
			return nil, nil
		}
		at := slices.IndexFunc(trends, func(f *followed) bool { return f.name == row.Name && f.scope == row.Scope && f.key == row.Key })
		if at < 0 {
			at = len(trends)
			trends = append(trends, &followed{name: row.Name, scope: row.Scope, key: row.Key})
		}
		trends[at].rows = append(trends[at].rows, row)
	}
	if len(trends) == 0 {
		return nil, nil
	}
	first, err := r.sold(ctx, trends)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, f := range trends {
		about := "the shop"
		if f.key != "" {
			about = string(f.scope) + " " + f.key
		}
		lines = append(lines, fmt.Sprintf("%s for %s %s", f.name, about, trend.Lead(f.rows, first, f.demand)))
	}
	return lines, nil
}

// sold adds up what was sold of what each trend is about, in one walk over the
// stored facts. first is the day of the first value.
func (r *Run) sold(ctx context.Context, trends []*followed) (first daycast.Day, err error) {
	group, err := r.groups(ctx)
	if err != nil {
		return 0, err
	}
	first, last := daycast.Day(math.MaxInt32), daycast.Day(0)
	sums := make([]map[daycast.Day]float64, len(trends))
	for k := range sums {
		sums[k] = map[daycast.Day]float64{}
	}
	for f, err := range r.Warehouse.Facts().Read(ctx, forever) {
		if err != nil {
			return 0, err
		}
		if f.Units != f.Units {
			continue
		}
		first, last = min(first, f.Day), max(last, f.Day)
		for k, t := range trends {
			if t.about(f, group) {
				sums[k][f.Day] += float64(f.Units)
			}
		}
	}
	for k, t := range trends {
		for d := first; d <= last; d++ {
			t.demand = append(t.demand, sums[k][d])
		}
	}
	return first, nil
}

// about reports whether a fact is of what the trend is about.
func (t *followed) about(f daycast.Fact, group func(item string, day daycast.Day) string) bool {
	switch t.scope {
	case daycast.ScopeShop:
		return true
	case daycast.ScopePlace:
		return f.Series.Place == t.key
	case daycast.ScopeCategory:
		return group(f.Series.Item, f.Day) == t.key
	case daycast.ScopeItem:
		return f.Series.Item == t.key
	}
	return false
}
