package trend_test

import (
	"fmt"
	"os"
	"testing"

	"daycast"
	"daycast/signal/trend"
)

// TestSoak asks X for twenty years of many queries, over days of a quota each,
// from a server that fails every fifth time: no day is lost, and no day's quota
// is passed. With DAYCAST_TEST_SOAK=1 it makes 10,000 requests, else 900.
func TestSoak(t *testing.T) {
	queries, perDay := 3, 200
	if os.Getenv("DAYCAST_TEST_SOAK") != "" {
		queries, perDay = 34, 2000
	}
	w := newWorld(t, "2026-03-10")
	w.x.Every, w.x.Limit = 5, 1e6
	s := w.counts(t, "x", func(o *trend.Options, _ *bool) {
		o.PerDay = perDay
		o.Queries = nil
		for k := range queries {
			o.Queries = append(o.Queries, trend.Query{Name: fmt.Sprintf("q%d", k), Text: fmt.Sprint("query ", k), Scope: daycast.ScopeShop})
		}
	})
	r := request(t, "2006-03-26", "2026-03-09")
	days, before := 0, 0
	for days < 20 {
		days++
		err := s.Fetch(t.Context(), r, nil)
		asked := len(w.x.Asked())
		if asked-before > perDay {
			t.Fatalf("day %d: %d requests", days, asked-before)
		}
		before = asked
		if err == nil {
			break
		}
		w.now = w.now.AddDate(0, 0, 1)
	}
	if got, want := len(read(t, s, r)), queries*int(r.To-r.From+1); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	t.Logf("%d requests over %d days of quota", before, days)
}
