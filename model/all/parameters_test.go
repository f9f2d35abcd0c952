package all_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/modeltest"
	"daycast/model/xgboost"
)

// Every parameter reaches its model, and no other model; a search stays inside
// what is legal, and the model learns with all that it may try.
func TestParametersReachTheirModel(t *testing.T) {
	models := all.Known()
	panel := modeltest.Shop(1, 6, 80)
	for k, m := range models {
		for _, p := range all.Parameters(m.Name()) {
			tried := p.Grid
			switch {
			case tried == [3]float64{} && p.Integer:
				tried = [3]float64{1, 2, 3}
			case tried == [3]float64{}:
				tried = [3]float64{.5, .75, 1}
			}
			if !slices.IsSorted(p.Grid[:]) || tried[0] < p.From || p.Grid[2] > p.To || tried[0] <= 0 {
				t.Errorf("%s.%s: a search over %v leaves %g to %g", m.Name(), p.Name, p.Grid, p.From, p.To)
			}
			for _, v := range []float64{tried[0], tried[2]} {
				got, err := all.With(models, map[string]map[string]float64{m.Name(): {p.Name: v}})
				if err != nil {
					t.Fatalf("%s.%s: %v", m.Name(), p.Name, err)
				}
				for n := range got {
					same := cmp.Equal(got[n], models[n], cmp.Exporter(func(reflect.Type) bool { return true }),
						cmp.Comparer(func(a, b *xgboost.Library) bool { return a == b }))
					if same != (n != k) {
						t.Errorf("%s.%s = %g: model %s is the same: %v", m.Name(), p.Name, v, models[n].Name(), same)
					}
				}
				if p.Name == "trees" || testing.Short() {
					continue // slow
				}
				if _, err := got[k].Fit(t.Context(), model.Training{Panels: panel, Horizon: 7, MaxRows: 200, Seed: 1, Threads: 1}); err != nil {
					t.Errorf("%s.%s = %g: %v", m.Name(), p.Name, v, err)
				}
			}
		}
	}
}

// Only metrics that divide by scale ask for anything, and what is given stays.
func TestForMetric(t *testing.T) {
	given := map[string]map[string]float64{"gbm": {"trees": 10}, "tweedie_gbm": {"scale_power": .5}}
	if got := all.ForMetric("wape", given); !cmp.Equal(got, given) {
		t.Errorf("wape asks for %v", got)
	}
	want := map[string]map[string]float64{"gbm": {"trees": 10, "scale_power": 0}, "tweedie_gbm": {"scale_power": .5}}
	if got := all.ForMetric("mase", given); !cmp.Equal(got, want) {
		t.Errorf("mase asks for %v, want %v", got, want)
	}
	if _, err := all.With(all.Known(), all.ForMetric("rmsse", nil)); err != nil || len(given["gbm"]) != 1 {
		t.Errorf("%v, %v", err, given)
	}
}

func TestWithRefuses(t *testing.T) {
	for _, c := range []struct {
		model, parameter string
		value            float64
		want             string // in the message
	}{
		{"gmb", "trees", 10, "gbm"},
		{"gbm", "tree", 10, "trees"},
		{"gbm", "trees", 0, "want 1 to"},
		{"gbm", "trees", 1.5, "whole number"},
		{"gbm", "learning_rate", 2, "1e-06 to 1"},
		{"seasonal_naive", "lag", 2, "no parameters"},
	} {
		_, err := all.With(all.Known(), map[string]map[string]float64{c.model: {c.parameter: c.value}})
		var e *daycast.Error
		if !errors.As(err, &e) || e.Code != daycast.Invalid || !strings.HasPrefix(e.Field, "forecast.parameters") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s.%s = %g: %v, want code invalid, the field and %q", c.model, c.parameter, c.value, err, c.want)
		}
	}
}

// The cheap candidates are usual ones.
func TestCheap(t *testing.T) {
	var names []string
	for _, m := range all.Cheap() {
		names = append(names, m.Name())
	}
	if want := []string{"seasonal_naive", "window_mean", "weekday_mean", "croston", "tsb", "ets", "theta", "gbm"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}
