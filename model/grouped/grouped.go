// Package grouped forecasts the groups of a shop with another model, and gives
// each series its share of what comes.
package grouped

import (
	"context"
	"math"

	"daycast"
	"daycast/model"
)

// Model forecasts the shop's finest groups as series of their own, which are
// many sales and so little noise, and spreads them:
//
//	forecast[i,h] = mean over g of share[i,g] * M[g,h]      g: series i's groups
//	share[i,g]    = sum(w[t]*y[i,t]) / sum(w[t]*M[g,t])     w[t] = 2^(-(n-t)/half-life)
//
// with M[g,t] the units of group g. A series' weekdays, holidays, seasons and
// growth are those of its groups. Group means are learnt with less error than
// their members' and averaging such forecasts with those of series helps both
// (Athanasopoulos, Ahmed, Hyndman 2009, "Hierarchical forecasts for Australian
// domestic tourism", call it top-down by proportions of history).
type Model struct {
	Inner model.Model
	// HalfLife of a series' share in periods, > 0; 0 is 20 days: 20, 28 and 40
	// did alike on M5.
	HalfLife float64
}

const shareDays = 20

// Name tells that it is of groups.
func (m Model) Name() string { return "group_" + m.Inner.Name() }

// OfGroups says that it is a model.Grouped.
func (Model) OfGroups() {}

// Fit teaches the inner model the groups. Where none sells on enough days, each
// series is forecast by its own recent mean.
func (m Model) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if !(m.HalfLife >= 0) || math.IsInf(m.HalfLife, 0) {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: half-life %g: want a positive number of periods", m.Name(), m.HalfLife).WithField("half_life")
	}
	var c census
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.add(p)
	}
	if c.first == nil {
		return nil, daycast.Errorf(daycast.Invalid, "no series to learn from")
	}
	half := m.HalfLife
	if half == 0 {
		half = shareDays / float64(c.first.Step)
	}
	f := &Fitted{header: header{Label: m.Name(), HalfLife: half, Levels: c.finest(), Signals: c.signals()}}
	gathered := gather(c.first, f.Levels, f.Signals)
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		gathered.add(p)
	}
	groups := f.nodes(c.first, gathered).panel
	if len(groups.Series) == 0 {
		return f, nil
	}
	t.Panels = groups
	var err error
	f.inner, err = m.Inner.Fit(ctx, t)
	return f, err
}
