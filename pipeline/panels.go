package pipeline

import (
	"context"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/warehouse"
)

// A PanelSpec says how a shop's panels are built: with the facts it is all
// that a snapshot needs to build the panel again.
type PanelSpec struct {
	Step    daycast.Step  `json:"step_days"`
	Anchor  daycast.Day   `json:"anchor"` // a day on which periods begin
	Last    daycast.Day   `json:"last"`   // the last day with sales
	Horizon int           `json:"horizon"`
	Absent  clean.Absent  `json:"absent"`
	Planned clean.Planned `json:"planned"`
}

// A PanelSource builds a shop's panel as known at any origin.
type PanelSource struct {
	builder clean.PanelBuilder
	found   clean.Findings
	last    daycast.Day
}

// NewPanelSource reads the facts of w, and keeps them in memory where a part
// of the memory, in bytes, allows.
func NewPanelSource(w warehouse.Warehouse, memory int64, s PanelSpec) *PanelSource {
	return newPanelSource(newReader(w, memory), s)
}

func newPanelSource(r *reader, s PanelSpec) *PanelSource {
	return &PanelSource{builder: clean.PanelBuilder{
		Reader: r, Step: s.Step, Anchor: s.Anchor, Horizon: s.Horizon, Absent: s.Absent, Planned: s.Planned,
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

// telling is a source that tells of each change to training units.
func (s *PanelSource) telling(changed func(clean.Change)) *PanelSource {
	told := *s
	told.builder.Changed = changed
	return &told
}

// Found is what the builder inferred about the days at the newest origin.
func (s *PanelSource) Found() clean.Findings { return s.found }

// Forecast asks what was learned for the days after a panel's origin.
func (l Learning) Forecast(ctx context.Context, fitted model.Fitted, p *daycast.Panel) (*daycast.Forecasts, error) {
	return model.Predict(ctx, fitted, model.Request{Panel: p, Horizon: l.Horizon, Levels: l.Levels, Threads: l.Threads})
}
