// Package effects forecasts from what moves whole groups of series: the week,
// the year, holidays, promotions and other signals, and the group's level.
package effects

import (
	"context"
	"math"

	"daycast"
	"daycast/model"
)

// Model is a log-linear regression for the shop and for each group of its
// levels, spread over the series by their own recent levels:
//
//	log M[g,t]   = level[g,t] + x[t]'b[g] + noise     M the mean units a listed series
//	forecast     = own level * exp(mean over g of x'b[g] + drift[g])
//	own level    = sum(w[t]*y[t]) / sum(w[t]*exp(x[t]'b))   w[t] = 2^(-(n-t)/half-life)
//	drift[g]     = log(recent level of g / its level over the weights of w)
//
// so that a series takes the effects and the latest drift of its groups, which
// are many sales and so little noise, and only its share from its own. b[g] is
// a ridge estimate (Hoerl and Kennard 1970), drawn to the shop's as far as the
// group's noise says (an empirical Bayes prior), with level[g] a smooth of the
// residuals, fitted in turns (backfitting: Hastie and Tibshirani 1990).
type Model struct {
	// HalfLife of a series' own level in periods, > 0; 0 is 20 days, which did
	// best over Online Retail and within a hundredth of the best on M5 and
	// Rossmann (14 to 112 tried over past origins).
	HalfLife float64
}

// Name is "group_effects".
func (Model) Name() string { return "group_effects" }

const (
	ownDays = 20
	// maxGroups is how many groups a level may have: beyond, each is small.
	maxGroups = 300
	// minDays of sales a group must show, and the share of its days, before
	// its logarithm is a fair picture of it.
	minDays  = 28
	minShare = 0.9
)

// Fit learns the effects of the shop and of each group with enough sales.
func (m Model) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if m.HalfLife < 0 || math.IsNaN(m.HalfLife) || math.IsInf(m.HalfLife, 0) {
		return nil, daycast.Errorf(daycast.Invalid, "model group_effects: half-life %g: want a positive number of periods", m.HalfLife).WithField("half_life")
	}
	var book *ledger
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if book == nil {
			book = newLedger(p)
		}
		for i := range p.Series {
			book.add(p, i)
		}
	}
	if book == nil {
		return nil, daycast.Errorf(daycast.Invalid, "no series to learn from")
	}
	f := &Fitted{Design: book.design(), HalfLife: m.HalfLife}
	if f.HalfLife == 0 {
		f.HalfLife = ownDays / float64(book.step)
	}
	fit := fitting{design: &f.Design, kept: book.kept, horizon: max(1, t.Horizon), first: book.first}
	shop, ok := fit.solve(book.levels[0].groups[0], nil)
	if ok {
		f.Levels = append(f.Levels, Level{Name: book.levels[0].name, Groups: map[string]Effects{book.levels[0].names[0]: shop}})
	}
	for _, l := range book.levels[1:] {
		level := Level{Name: l.name, Groups: map[string]Effects{}}
		for g, group := range l.groups {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if e, ok := fit.solve(group, shop.Beta); ok {
				level.Groups[l.names[g]] = e
			}
		}
		if len(level.Groups) > 0 {
			f.Levels = append(f.Levels, level)
		}
	}
	return f, ctx.Err()
}

// Fitted is the effects by level and group; "shop" is the first level.
type Fitted struct {
	Design   Design
	HalfLife float64 // of a series' own level, periods
	Levels   []Level
}

// Level holds the effects of a level's groups by name.
type Level struct {
	Name   string
	Groups map[string]Effects
}

// Effects are what moves a group.
type Effects struct {
	Beta   []float64 // by regressor of the design, on the log scale
	Recent float64   // half-life of the group's recent level, periods
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "effects" }
