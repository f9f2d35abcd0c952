package main

import (
	"context"
	"encoding/csv"
	"os"

	"daycast"
	"daycast/model/all"
	"daycast/pipeline"
)

// states writes, as CSV, the days of a snapshot's panel that are lost, out of
// stock or off sale, for checks that cannot infer that themselves.
func states(ctx context.Context, args []string) error {
	s, err := pipeline.OpenSnapshot(ctx, args[0], 1<<30, 1, all.Loaders())
	if err != nil {
		return err
	}
	w := csv.NewWriter(os.Stdout)
	if err := w.Write([]string{"item", "place", "day", "typed"}); err != nil {
		return err
	}
	p := s.Panel
	for i, series := range p.Series {
		for t, state := range p.StateOf(i) {
			if state != daycast.Missing && state != daycast.StockOut && state != daycast.NotListed {
				continue
			}
			day := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
			if err := w.Write([]string{series.Item, series.Place, day.String(), state.String()}); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}
