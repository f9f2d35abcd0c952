package ensemble_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/ensemble"
	"daycast/model/modeltest"
)

// chooser is a model that gives every second series of its training to another
// member.
type chooser struct{}

func (chooser) Name() string { return "chooser" }

func (chooser) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	c := &ensemble.Choice{Of: map[daycast.Series]int{}}
	for _, m := range []model.Model{classic.WindowMean{}, classic.SeasonalNaive{}, classic.TSB{}} {
		f, err := m.Fit(ctx, t)
		if err != nil {
			return nil, err
		}
		c.Members, c.Names = append(c.Members, f), append(c.Names, m.Name())
	}
	n := 0
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		for _, s := range p.Series {
			c.Of[s] = n % 3
			n++
		}
	}
	return c, ctx.Err()
}

func loaders() map[string]model.Loader {
	l := maps.Clone(classic.Loaders())
	l["blend"], l["choice"] = ensemble.Load, ensemble.LoadChoice
	return l
}

func TestChoice(t *testing.T) {
	modeltest.Run(t, chooser{}, loaders(), modeltest.TracksConstant(1e-3))
}

// fitted is a choice over a shop of eight series, and the shop.
func fitted(t testing.TB) (*ensemble.Choice, *daycast.Panel) {
	t.Helper()
	p := modeltest.Shop(3, 8, 100)
	f, err := chooser{}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f.(*ensemble.Choice), p
}

func predict(t *testing.T, f model.Fitted, p *daycast.Panel) *daycast.Forecasts {
	t.Helper()
	out, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestChoiceIsEachSeriesMember(t *testing.T) {
	c, p := fitted(t)
	got := predict(t, c, p)
	for k, m := range c.Members {
		alone := predict(t, m, p)
		for i, s := range p.Series {
			if c.Of[s] != k {
				continue
			}
			if !slices.Equal(got.MeanOf(i), alone.MeanOf(i)) || got.Models[i] != alone.Models[i] {
				t.Errorf("%s: %v by %s, want %v by %s", s.ID(), got.MeanOf(i), got.Models[i], alone.MeanOf(i), alone.Models[i])
			}
		}
	}
}

func TestChoiceGivesNewSeriesToTheFirst(t *testing.T) {
	c, _ := fitted(t)
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Item: "unseen", Units: modeltest.Trend(60, 1, 1)})
	got, want := predict(t, c, p), predict(t, c.Members[0], p)
	if !slices.Equal(got.Mean, want.Mean) {
		t.Errorf("forecast %v, want the first member's %v", got.Mean, want.Mean)
	}
}

func TestChoiceRefusesALongID(t *testing.T) {
	c, _ := fitted(t)
	c.Of[daycast.Series{Item: string(make([]byte, 1<<16))}] = 1
	if err := c.Save(&bytes.Buffer{}); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("saved, or %v; want code invalid", err)
	}
}

// FuzzLoadChoice wants from any bytes an error or a choice that saves to what
// loads again as the same.
func FuzzLoadChoice(f *testing.F) {
	c, p := fitted(f)
	var file bytes.Buffer
	if err := c.Save(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:file.Len()-3])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		load := func(body []byte) (model.Fitted, error) {
			return ensemble.LoadChoice(bytes.NewReader(body), func(inner io.Reader) (model.Fitted, error) {
				return model.Load(inner, loaders())
			})
		}
		loaded, err := load(body)
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Fatalf("code %s: %v", daycast.CodeOf(err), err)
			}
			return
		}
		var first, second bytes.Buffer
		if err := loaded.Save(&first); err != nil {
			t.Fatal(err)
		}
		again, err := load(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Save(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("saved twice: %v, or other bytes", err)
		}
		if _, err := again.Forecast(t.Context(), model.Request{Panel: p, Horizon: 7, Threads: 1}); err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("forecast: %v", err)
		}
	})
}
