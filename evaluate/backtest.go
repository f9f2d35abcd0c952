package evaluate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daycast"
	"daycast/model"
	"daycast/model/life"
)

// A Backtest forecasts from past origins as one would have then, and compares
// with what came.
type Backtest struct {
	Panel   func(ctx context.Context, origin daycast.Day) (*daycast.Panel, error) // as known at an origin
	Final   *daycast.Panel                                                        // as known now
	Origins []daycast.Day                                                         // newest first
	Models  []model.Model
	Horizon int
	Gap     int // periods after an origin that are forecast and not scored, < Horizon
	MaxRows int
	Seed    uint64
	Threads int
	// Now is the clock by which seconds are counted.
	Now func() time.Time
	// Budget ends the backtest early, between candidates, once so much time is
	// spent; 0: never. The newest origins come first, and a candidate that the
	// newest has no time for is left out everywhere; the first always runs.
	Budget time.Duration
	// Keep leaves fits in the attempts at the newest origin.
	Keep bool
	// Look is shown each origin's panel before the candidates; nil: nobody looks.
	Look func(ctx context.Context, p *daycast.Panel) error
	// Progress hears of each candidate that is done.
	Progress func(done, total int, what string)
}

// Run gives a window for each origin, newest first. A candidate that refuses
// the data is noted in its Attempt and does not end the backtest.
func (b Backtest) Run(ctx context.Context) ([]*Window, error) {
	start := b.Now()
	var windows []*Window
	for k, origin := range b.Origins {
		if b.Budget > 0 && k > 0 && b.spent(start)*float64(k+1) > float64(k)*b.Budget.Seconds() {
			break
		}
		p, err := b.Panel(ctx, origin)
		if err != nil {
			return nil, err
		}
		if len(p.Series) == 0 {
			break
		}
		if b.Look != nil {
			if err := b.Look(ctx, p); err != nil {
				return nil, err
			}
		}
		w := newWindow(p, b.Final, b.Horizon, b.Gap)
		w.life = life.At(p)
		for n, m := range b.Models {
			a := Attempt{Model: m.Name(), Err: errNoTime}
			switch {
			case k == 0 && n > 0 && b.Budget > 0 && b.Now().Sub(start) > b.Budget:
			case k > 0 && windows[0].Models[n].Mean == nil:
				a.Err = windows[0].Models[n].Err
			default:
				a = b.attempt(ctx, m, p, b.Keep && k == 0)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			w.Models = append(w.Models, a)
			if b.Progress != nil {
				b.Progress(k*len(b.Models)+n+1, len(b.Origins)*len(b.Models), fmt.Sprintf("%s at %s", m.Name(), origin))
			}
		}
		windows = append(windows, w)
	}
	return windows, nil
}

// errNoTime is why a candidate was not tried.
var errNoTime = errors.New("no time was left for it")

func (b Backtest) spent(start time.Time) float64 { return b.Now().Sub(start).Seconds() }

func (b Backtest) attempt(ctx context.Context, m model.Model, p *daycast.Panel, keep bool) Attempt {
	start := b.Now()
	a := Attempt{Model: m.Name()}
	_, a.Grouped = m.(model.Grouped)
	_, a.Repeating = m.(model.Repeating)
	fitted, err := m.Fit(ctx, model.Training{Panels: p, Horizon: b.Horizon, MaxRows: b.MaxRows, Seed: b.Seed, Threads: b.Threads})
	if err == nil && keep {
		a.Fitted, a.Fitting = fitted, b.spent(start)
	}
	if err == nil {
		var f *daycast.Forecasts
		f, err = model.Predict(ctx, fitted, model.Request{Panel: p, Horizon: b.Horizon, Threads: b.Threads})
		if err == nil {
			a.Mean = f.Mean
		}
	}
	a.Err = err
	a.Seconds = b.spent(start)
	return a
}
