package pipeline

import (
	"context"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/warehouse"
)

// A PanelSource builds a shop's panel as known at any origin.
type PanelSource struct {
	builder clean.PanelBuilder
	found   clean.Findings
	last    daycast.Day
}

// Builder is the panel source of a daily table in the warehouse.
func Builder(w warehouse.Warehouse, memory int64, t *clean.DailyTable, step daycast.Step, horizon int, absent clean.Absent) *PanelSource {
	return &PanelSource{builder: clean.PanelBuilder{
		Reader: newReader(w, memory), Step: step, Anchor: t.Anchor, Horizon: horizon, Absent: absent, Planned: t.Planned,
	}}
}

// Panel is the shop as known at an origin.
func (s *PanelSource) Panel(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) {
	p, found, err := s.builder.Build(ctx, origin)
	if err == nil && origin >= s.last {
		s.found, s.last = found, origin
	}
	return p, err
}

// Found is what the builder inferred about the days at the newest origin.
func (s *PanelSource) Found() clean.Findings { return s.found }

// Forecast asks what was learned for the days after the panel's origin.
func (l Learning) Forecast(ctx context.Context, learned *Learned) (*daycast.Forecasts, error) {
	return model.Predict(ctx, learned.Fitted, model.Request{Panel: learned.Panel, Horizon: l.Horizon, Levels: l.Levels, Threads: l.Threads})
}
