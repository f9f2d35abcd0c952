package serve_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"daycast/serve"
)

// A request is logged under the trace that the client gave, or a new one,
// which the answer names.
func TestTrace(t *testing.T) {
	const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	var log syncBuffer
	_, h := start(t, serve.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, state("r1", constant{}))
	seen := map[string]bool{}
	for _, c := range []struct {
		name, traceparent string
		taken             bool
	}{
		{"none", "", false},
		{"right", "00-" + trace + "-" + parent + "-01", true},
		{"a later version", "cc-" + trace + "-" + parent + "-01-more", true},
		{"no version", "ff-" + trace + "-" + parent + "-01", false},
		{"too much", "00-" + trace + "-" + parent + "-01-more", false},
		{"too short", "00-" + trace[1:] + "-" + parent + "-01", false},
		{"capitals", "00-" + strings.ToUpper(trace) + "-" + parent + "-01", false},
		{"no trace", "00-" + strings.Repeat("0", 32) + "-" + parent + "-01", false},
		{"no parent", "00-" + trace + "-" + strings.Repeat("0", 16) + "-01", false},
		{"nonsense", `"; level=ERROR`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/v1/models", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("traceparent", c.traceparent)
			id := do(t, r).header.Get("X-Trace-Id")
			if (id == trace) != c.taken || len(id) != 32 || !c.taken && seen[id] {
				t.Errorf("the answer's trace is %q", id)
			}
			seen[id] = true
			if !strings.Contains(log.String(), "trace.id="+id) {
				t.Errorf("the log lacks trace %s:\n%s", id, log.String())
			}
		})
	}
}

// Every problem names its trace, whoever found it: the mux, huma, a handler or
// a panic.
func TestProblemsNameTheirTrace(t *testing.T) {
	broken := constant{func(context.Context) error { panic("broken") }}
	_, h := start(t, serve.Options{}, state("r1", broken))
	for what, a := range map[string]answer{
		"the mux":   ask(t, h.URL+"/v1/nothing", ""),
		"huma":      ask(t, h.URL+"/v1/predict", `{"series": 1}`),
		"a handler": ask(t, h.URL+"/v1/series/nothing/history", ""),
		"a panic":   ask(t, h.URL+"/v1/predict", oneSeries),
	} {
		var p struct {
			Trace string `json:"trace_id"`
		}
		if a.decode(t, &p); p.Trace == "" || p.Trace != a.header.Get("X-Trace-Id") {
			t.Errorf("%s: %d with trace %q, and %q in the header", what, a.status, p.Trace, a.header.Get("X-Trace-Id"))
		}
	}
}
