package pipeline

import (
	"context"
	"slices"

	"daycast"
	"daycast/monitor"
	"daycast/warehouse"
)

// scored is what the scoring leaves for the next run's.
type scored struct {
	Last daycast.Day `json:"last"` // day that was scored
}

// score adds up how the forecasts of earlier runs did on the days that have
// come since, and again on those that were corrected: returns, late orders,
// edits within the look-back.
func (r *Run) score(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	// An earlier try of this run does not count as known.
	if _, err := r.Warehouse.Scores().Replace(ctx, r.ID, each([]warehouse.ScoreRow(nil))); err != nil {
		return err
	}
	days, err := r.daysToScore(ctx, l.Spec)
	if err != nil {
		return err
	}
	blocks, err := NewBlocks(ctx, r.Warehouse, r.Settings.Memory, l.Spec)
	if err != nil {
		return err
	}
	defer func() { _ = blocks.Close() }()
	var rows []warehouse.ScoreRow
	part := warehouse.Part{Of: blocks.Count()}
	err = blocks.Each(ctx, nil, nil, func(p *daycast.Panel) error {
		own, err := monitor.Score(p, r.Warehouse.Forecasts().Due(ctx, days, part))
		part.Index++
		rows = monitor.Add(rows, own)
		return err
	})
	if err != nil {
		return err
	}
	if rows, err = monitor.Changed(rows, r.Warehouse.Scores().Newest(ctx)); err != nil {
		return err
	}
	if _, err := r.Warehouse.Scores().Replace(ctx, r.ID, each(rows)); err != nil {
		return err
	}
	return writeJSON(r.path("scored"), scored{Last: l.Spec.Last})
}

// daysToScore are the periods, by their first days, that came or may have been
// corrected since the last scoring: all of which forecasts are kept where there
// was none.
func (r *Run) daysToScore(ctx context.Context, spec PanelSpec) ([]daycast.Day, error) {
	oldest := r.oldestForecast(spec)
	var last scored
	if before, ok := r.journal.earlier(StepScore); ok {
		_ = readJSON((&Run{ID: before.Run, Dir: r.Dir}).path("scored"), &last) // without it, all are scored again
	}
	due := map[daycast.Day]bool{}
	period := func(d daycast.Day) daycast.Day {
		step := daycast.Day(spec.Step)
		return d - ((d-spec.Anchor)%step+step)%step
	}
	from := max(oldest, min(last.Last+1, spec.Last-daycast.Day(r.Shop.LookBack)))
	for d := from; d <= spec.Last; d++ {
		due[period(d)] = true
	}
	for facts, err := range sortedFacts(ctx, r.Warehouse, spec.Last) {
		if err != nil {
			return nil, err
		}
		for f, err := range facts {
			if err != nil {
				return nil, err
			}
			if f.KnownAt > last.Last && f.Day >= oldest && f.Day <= spec.Last {
				due[period(f.Day)] = true
			}
		}
	}
	days := make([]daycast.Day, 0, len(due))
	for d := range due {
		days = append(days, d)
	}
	slices.Sort(days)
	return days, nil
}

// correctable is how many days after the last of a forecast's days its score
// is still mended: most returns come within eight weeks.
const correctable = 56

// oldestForecast is the oldest origin whose forecasts are kept.
func (r *Run) oldestForecast(spec PanelSpec) daycast.Day {
	return spec.Last - daycast.Day(r.Settings.Horizon)*daycast.Day(spec.Step) - correctable
}
