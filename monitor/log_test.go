package monitor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/monitor"
)

// lines are the objects of a log.
func lines(t *testing.T, log *bytes.Buffer) (objects []map[string]any) {
	t.Helper()
	for d := json.NewDecoder(log); d.More(); {
		var o map[string]any
		if err := d.Decode(&o); err != nil {
			t.Fatal(err)
		}
		at, _ := o["@timestamp"].(string)
		if when, err := time.Parse(time.RFC3339Nano, at); err != nil || time.Since(when) > time.Minute || when.Location() != time.UTC {
			t.Errorf("@timestamp is %q: %v", at, err)
		}
		delete(o, "@timestamp")
		objects = append(objects, o)
	}
	return objects
}

func TestLogHasECSNames(t *testing.T) {
	var out bytes.Buffer
	log := monitor.NewLogger(&out, "v1.2")
	log.Info("listening", "address", "127.0.0.1:80", "event.duration", 3*time.Second)
	run := log.With("run_id", "r1", "trace.id", monitor.TraceID("r1"))
	run.Warn("no signals", "error", daycast.Errorf(daycast.Unavailable, "gone").WithHint("wait"), "time", 5)
	run.Error("failed", "error", errors.New("why"), slog.Group("http", "status", 500))
	run.Error("failed", "error", "text")

	want := func(level, message string, more ...any) map[string]any {
		o := map[string]any{
			"log.level": level, "message": message,
			"ecs.version": "8.11.0", "service.name": "daycast", "service.version": "v1.2",
		}
		for i := 0; i < len(more); i += 2 {
			o[more[i].(string)] = more[i+1]
		}
		return o
	}
	id := []any{"labels.run_id", "r1", "trace.id", monitor.TraceID("r1")}
	if diff := cmp.Diff([]map[string]any{
		want("info", "listening", "labels.address", "127.0.0.1:80", "event.duration", 3e9),
		want("warn", "no signals", append(id, "error.message", "gone (wait)", "error.code", "unavailable", "labels.time", 5.)...),
		want("error", "failed", append(id, "error.message", "why", "error.code", "internal", "http", map[string]any{"status": 500.})...),
		want("error", "failed", append(id, "error.message", "text")...),
	}, lines(t, &out)); diff != "" {
		t.Error(diff)
	}
}

func TestTraceID(t *testing.T) {
	a, b := monitor.TraceID("20240101T050000Z"), monitor.TraceID("20240102T050000Z")
	if len(a) != 32 || a == b || a != monitor.TraceID("20240101T050000Z") {
		t.Errorf("%q and %q", a, b)
	}
}
