package serve

import (
	"context"
	"iter"
	"slices"
	"sort"
	"strings"

	"daycast"
	"daycast/warehouse"
)

// A Shop is the series of a published snapshot: in memory, or, of a shop that is
// too large, on disk. It is safe for concurrent use, and its answers do not
// change. Rows are in the order of daycast.Series.Less; their At means nothing
// here.
type Shop interface {
	Origin() daycast.Day // the last known
	Step() daycast.Step
	Len() int // series
	// Has tells which of the series there are.
	Has(ctx context.Context, series []daycast.Series) (map[daycast.Series]bool, error)
	// After yields at most so many series after one, from the zero Series: all of
	// them, or those with the text, which is in lower case, in their id or in the
	// name of a group.
	After(ctx context.Context, s daycast.Series, text string, limit int) iter.Seq2[warehouse.SeriesRow, error]
	// Before yields at most so many series before one, backwards.
	Before(ctx context.Context, s daycast.Series, limit int) iter.Seq2[warehouse.SeriesRow, error]
	// Panels yields the panels of those of the series that there are, each in one.
	Panels(ctx context.Context, series []daycast.Series) iter.Seq2[*daycast.Panel, error]
	// Forecast is what the run stored of one series that there is; nil for none.
	Forecast(ctx context.Context, s daycast.Series) (*daycast.Forecasts, error)
	// Close is called once nobody asks any more.
	Close() error
}

// whole is a shop in memory: its panel, sorted by Series.Less, and the run's
// forecasts in that order, nil for none.
type whole struct {
	panel     *daycast.Panel
	forecasts *daycast.Forecasts
}

func (w whole) Origin() daycast.Day { return w.panel.Origin }
func (w whole) Step() daycast.Step  { return w.panel.Step }
func (w whole) Len() int            { return len(w.panel.Series) }
func (w whole) Close() error        { return nil }

// find is the series' index in the panel, and whether it is there; without it,
// the index at which it would stand.
func (w whole) find(s daycast.Series) (int, bool) {
	all := w.panel.Series
	i := sort.Search(len(all), func(i int) bool { return !all[i].Less(s) })
	return i, i < len(all) && all[i] == s
}

// indices are those of the series that there are, each once, in order.
func (w whole) indices(series []daycast.Series) []int {
	at := make([]int, 0, len(series))
	for _, s := range series {
		if i, ok := w.find(s); ok {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

func (w whole) Has(_ context.Context, series []daycast.Series) (map[daycast.Series]bool, error) {
	has := make(map[daycast.Series]bool, len(series))
	for _, s := range series {
		if _, ok := w.find(s); ok {
			has[s] = true
		}
	}
	return has, nil
}

func (w whole) After(ctx context.Context, s daycast.Series, text string, limit int) iter.Seq2[warehouse.SeriesRow, error] {
	return func(yield func(warehouse.SeriesRow, error) bool) {
		all := w.panel.Series
		matches := w.matcher(text)
		n := 0
		for i := sort.Search(len(all), func(i int) bool { return s.Less(all[i]) }); i < len(all) && n < limit; i++ {
			if i%4096 == 0 && ctx.Err() != nil {
				yield(warehouse.SeriesRow{}, ctx.Err())
				return
			}
			if text != "" && !matches(i) {
				continue
			}
			if n++; !yield(warehouse.SeriesOf(w.panel, i), nil) {
				return
			}
		}
	}
}

func (w whole) Before(_ context.Context, s daycast.Series, limit int) iter.Seq2[warehouse.SeriesRow, error] {
	return func(yield func(warehouse.SeriesRow, error) bool) {
		at, _ := w.find(s)
		for i := at - 1; i >= 0 && i >= at-limit; i-- {
			if !yield(warehouse.SeriesOf(w.panel, i), nil) {
				return
			}
		}
	}
}

func (w whole) Panels(_ context.Context, series []daycast.Series) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		if at := w.indices(series); len(at) > 0 {
			yield(w.panel.Select(at), nil)
		}
	}
}

func (w whole) Forecast(_ context.Context, s daycast.Series) (*daycast.Forecasts, error) {
	i, ok := w.find(s)
	if !ok || w.forecasts == nil {
		return nil, nil
	}
	f := w.forecasts
	n := f.Horizon * len(f.Levels)
	one := *f
	one.Mean, one.Quantiles, one.Models = f.MeanOf(i), f.Quantiles[i*n:(i+1)*n], f.Models[i:i+1]
	return &one, nil
}

// matcher reports which series a search for text, in lower case, finds: those
// with the text in their id or in the name of a group that they belong to.
func (w whole) matcher(text string) func(i int) bool {
	groups := make([][]bool, len(w.panel.Levels))
	for k, level := range w.panel.Levels {
		groups[k] = make([]bool, len(level.Names))
		for g, name := range level.Names {
			groups[k][g] = text != "" && strings.Contains(strings.ToLower(name), text)
		}
	}
	return func(i int) bool {
		for k, level := range w.panel.Levels {
			if g := level.Of[i]; g >= 0 && groups[k][g] {
				return true
			}
		}
		return strings.Contains(strings.ToLower(w.panel.Series[i].ID()), text)
	}
}
