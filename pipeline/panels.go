package pipeline

import (
	"context"
	"fmt"
	"strings"

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
	// Outlook is how the names begin of signals that are forecast: those that
	// panels have as they were expected at their origins.
	Outlook []string `json:"outlook,omitempty"`
}

// A PanelSource builds a shop's panel as known at any origin.
type PanelSource struct {
	builder clean.PanelBuilder
	found   clean.Findings
	last    daycast.Day
	ahead   map[daycast.Day]map[string]clean.Outlook // by origin and signal
}

// NewPanelSource reads the facts of w, and keeps them in memory where a part
// of the memory, in bytes, allows.
func NewPanelSource(w warehouse.Warehouse, memory int64, s PanelSpec) *PanelSource {
	return newPanelSource(newReader(w, memory), s)
}

func newPanelSource(r *reader, s PanelSpec) *PanelSource {
	return &PanelSource{
		builder: clean.PanelBuilder{
			Reader: r, Step: s.Step, Anchor: s.Anchor, Horizon: s.Horizon, Absent: s.Absent, Planned: s.Planned, Outlook: s.Outlook,
		},
		ahead: map[daycast.Day]map[string]clean.Outlook{},
	}
}

// Panel is the shop as known at an origin.
func (s *PanelSource) Panel(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) {
	p, found, err := s.builder.Build(ctx, origin)
	if err == nil && origin >= s.last {
		s.found, s.last = found, origin
	}
	if err == nil && found.Outlook != nil {
		s.ahead[origin] = found.Outlook
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

// OutlookNotes tell, of the signals that are forecast, what the origins before
// the newest were built with: a line for each kind that there is.
func (s *PanelSource) OutlookNotes() (notes []string) {
	for _, begins := range s.builder.Outlook {
		var sum clean.Outlook
		origins := 0
		for origin, signals := range s.ahead {
			seen := false
			for name, o := range signals {
				if strings.HasPrefix(name, begins) && origin < s.last {
					sum.Forecast, sum.Expected, seen = sum.Forecast+o.Forecast, sum.Expected+o.Expected, true
				}
			}
			if seen {
				origins++
			}
		}
		if all := sum.Forecast + sum.Expected; all > 0 {
			percent := 100 * float64(sum.Forecast) / float64(all)
			notes = append(notes, fmt.Sprintf("%s: of the days ahead of the %d origins of the backtest, %.0f%% had the forecast of then, %.0f%% an expected value of climate and last days",
				strings.TrimRight(begins, "_"), origins, percent, 100-percent))
		}
	}
	return notes
}

// Forecast asks what was learned for the days after a panel's origin.
func (l Learning) Forecast(ctx context.Context, fitted model.Fitted, p *daycast.Panel) (*daycast.Forecasts, error) {
	return model.Predict(ctx, fitted, model.Request{Panel: p, Horizon: l.Horizon, Levels: l.Levels, Threads: l.Threads})
}
