package pipeline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/pipeline"
	"daycast/simulate"
)

// customersOf are the signals of buyers, and the others.
func customersOf(signals []daycast.Signal) (buyers, others []daycast.Signal) {
	for _, s := range signals {
		if strings.HasPrefix(s.Name, "customers_") {
			buyers = append(buyers, s)
		} else {
			others = append(others, s)
		}
	}
	return buyers, others
}

// The signals of buyers are there where the config asks for them, beside the
// others, and stay the same from run to run until the lines change. Nothing
// else about customers is in the warehouse.
func TestSignalsOfBuyers(t *testing.T) {
	t.Parallel()
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 30, Days: 120, Seed: 7}), now: clock()}
	change(t, w.shop, "UPDATE customers SET segment = 'gold' WHERE rowid % 2 = 0", "UPDATE customers SET segment = customer_id WHERE rowid = 1")
	w.run(t, pipeline.StepSignals)
	none, holidays := customersOf(w.content(t).Signals)
	if len(none) != 0 || len(holidays) == 0 {
		t.Fatalf("%d signals of buyers, %d others", len(none), len(holidays))
	}
	w.set = func(r *pipeline.Run) { r.Settings.Customers = true }
	w.run(t, pipeline.StepSignals)
	first, others := customersOf(w.content(t).Signals)
	if diff := cmp.Diff(holidays, others); diff != "" {
		t.Errorf("the other signals changed:\n%s", diff)
	}
	names, scopes := map[string]bool{}, map[daycast.Scope]bool{}
	for _, s := range first {
		names[s.Name], scopes[s.Scope] = true, true
		if s.KnownAt != s.Day || strings.HasPrefix(s.Name, "customers_segment_C") || s.Name == "customers_active" && s.Value < 5 {
			t.Fatalf("%+v", s)
		}
	}
	if !names["customers_active"] || !names["customers_segment_gold"] || !scopes[daycast.ScopeShop] || !scopes[daycast.ScopeCategory] {
		t.Errorf("the signals are %v of %v", names, scopes)
	}
	stages := []string(nil)
	w.stage = func(s string) { stages = append(stages, s) }
	w.run(t, pipeline.StepSignals)
	if again, _ := customersOf(w.content(t).Signals); !cmp.Equal(first, again) {
		t.Error("the signals changed though nothing did")
	}
	if !strings.Contains(strings.Join(stages, "\n"), "signals: unchanged") {
		t.Errorf("the step of signals was done again: %q", stages)
	}
	w.set = nil
	w.run(t, pipeline.StepSignals)
	if left, _ := customersOf(w.content(t).Signals); len(left) != 0 {
		t.Errorf("%d signals of buyers are left when nobody asks for them", len(left))
	}
}
