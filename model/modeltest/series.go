package modeltest

import (
	"testing"

	"daycast"
	"daycast/model"
)

// companions are series from which every model can learn.
func companions() []Series {
	return []Series{
		{Item: "companion-0", Category: "a", Units: Noisy(1, Weekly(120, 3, 4, 5, 6, 9, 14, 8), 1)},
		{Item: "companion-1", Category: "b", Units: Intermittent(2, 100, .3, 3)},
		{Item: "companion-2", Category: "a", Units: Noisy(3, Trend(80, 5, .1), 1)},
	}
}

// mixedStates is n periods of which one in three has one of the odd states.
func mixedStates(n int, odd ...daycast.DayState) []daycast.DayState {
	out := make([]daycast.DayState, n)
	for t := range out {
		out[t] = daycast.Sold
		if t%3 == 2 {
			out[t] = odd[t/3%len(odd)]
		}
	}
	return out
}

func only(n int, state daycast.DayState) []daycast.DayState {
	out := make([]daycast.DayState, n)
	for t := range out {
		out[t] = state
	}
	return out
}

// oddSeries are what real shops have and textbooks have not.
func oddSeries() map[string]Series {
	return map[string]Series{
		"constant":        {Units: Constant(90, 5)},
		"trend":           {Units: Trend(90, 10, .5)},
		"falling":         {Units: Trend(90, 89, -1)},
		"week":            {Units: Weekly(90, 0, 1, 2, 3, 4, 5, 6)},
		"intermittent":    {Units: Intermittent(5, 90, .1, 2)},
		"all zero":        {Units: Constant(90, 0)},
		"one observation": {Units: []float32{3}},
		"one zero":        {Units: []float32{0}},
		"two":             {Units: []float32{3, 4}},
		"short":           {Units: []float32{3, 4, 0, 2, 5}},
		"huge":            {Units: Constant(90, 1e12)},
		"one huge":        {Units: append(Constant(60, 1), append(Constant(1, 1e9), Constant(20, 1)...)...)},
		"fractions":       {Units: Noisy(6, Constant(90, .01), .01)},
		"odd states":      {Units: Constant(90, 5), State: mixedStates(90, daycast.Missing, daycast.Closed, daycast.StockOut, daycast.NotListed)},
		"all missing":     {Units: Constant(90, 0), State: only(90, daycast.Missing)},
		"all stock-out":   {Units: Constant(90, 0), State: only(90, daycast.StockOut)},
		"all closed":      {Units: Constant(90, 0), State: only(90, daycast.Closed)},
		"not yet listed":  {Units: Constant(90, 0), State: only(90, daycast.NotListed)},
		"ends missing":    {Units: Constant(90, 5), State: append(only(60, daycast.Sold), only(30, daycast.Missing)...)},
		"delisted":        {Units: Constant(90, 5), State: append(only(60, daycast.Sold), only(30, daycast.NotListed)...)},
		"prices":          {Units: Constant(90, 5), Price: append(Constant(45, NaN), Constant(45, 2)...)},
	}
}

func (s suite) checkSeries(t *testing.T) {
	for name, odd := range oddSeries() {
		t.Run(name, func(t *testing.T) {
			odd.Item, odd.Category = "odd", "a"
			p := Panel(Origin, append(companions(), odd)...)
			s.forecast(t, s.fit(t, p), p, Horizon)
			s.fitOrRefuse(t, Panel(Origin, odd))
			s.fitOrRefuse(t, WeeklyPanel(Origin, odd))
		})
	}
	t.Run("negative", func(t *testing.T) {
		p := Panel(Origin, append(companions(), Series{Item: "odd", Units: Trend(90, -20, 1)})...)
		s.fitOrRefuse(t, p)
	})
	t.Run("week steps", func(t *testing.T) {
		p := WeeklyPanel(Origin, companions()...)
		s.forecast(t, s.fit(t, p), p, Horizon)
	})
}

// fitOrRefuse takes forecasts or a refusal with code invalid.
func (s suite) fitOrRefuse(t *testing.T, p *daycast.Panel) {
	t.Helper()
	f, err := s.model.Fit(t.Context(), training(p))
	if err == nil {
		s.forecast(t, f, p, Horizon)
		return
	}
	if daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("refused with code %s: %v", daycast.CodeOf(err), err)
	}
}

func (s suite) checkRefusals(t *testing.T) {
	s.fitOrRefuse(t, Panel(Origin))
	p := Panel(Origin, companions()...)
	f := s.fit(t, p)
	s.forecast(t, f, Panel(Origin), Horizon)
	for _, horizon := range []int{-1, 0, model.MaxHorizon + 1} {
		_, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: horizon, Threads: 1})
		if daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("horizon %d: %v, want code invalid", horizon, err)
		}
	}
}

// checkZero wants next to nothing from a shop that sells nothing.
func (s suite) checkZero(t *testing.T) {
	p := Panel(Origin, Series{Units: Constant(90, 0)}, Series{Units: Constant(60, 0)})
	f, err := s.model.Fit(t.Context(), training(p))
	if daycast.CodeOf(err) == daycast.Invalid && err != nil {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range s.forecast(t, f, p, Horizon).Mean {
		if v > .05 || v < -.05 {
			t.Fatalf("forecast %g, want 0", v)
		}
	}
}

// checkUnseen asks for what Fit has not seen: other series, later days,
// further periods, a new category that sorts before the old ones.
func (s suite) checkUnseen(t *testing.T) {
	f := s.fit(t, Panel(Origin, companions()...))
	later := Panel(Origin+40,
		Series{Item: "new", Category: "0 new", Units: Constant(30, 4)},
		Series{Item: "newer", Category: "b", Units: []float32{1}},
		Series{Item: "newest", Units: []float32{0}},
		Series{Item: "companion-0", Category: "a", Units: Constant(160, 2)},
	)
	s.forecast(t, f, later, Horizon)
	s.forecast(t, f, later, 1)
	s.forecast(t, f, later, 3*Horizon+1)
	earlier := Panel(Origin-40, Series{Item: "companion-0", Category: "a", Units: Constant(20, 2)})
	s.forecast(t, f, earlier, Horizon)
}
