package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A daily shop sells until the day before yesterday, so that a day is left to
// come.
func dailyShop(t *testing.T) string {
	t.Helper()
	return handShop(t, func(add func(order any, at, place, item string, quantity, price any)) {
		for d := range 120 {
			at := day(d - 121)
			add(fmt.Sprint("a", d), at+"T10:00:00", "", "apple", 3+d%7, 1.5)
			add(fmt.Sprint("b", d), at+"T11:00:00", "", "pear", 1+d%3, 2)
		}
	})
}

// day is a date so many days after today.
func day(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

type health struct {
	Verdict   string
	Data, Run struct {
		Verdict, Snapshot string
		Says              []string
	}
	Accuracy struct {
		Verdict string
		Week    struct {
			All struct {
				WAPE  *float64
				Pairs int64
			}
		} `json:"7d"`
	}
	Serving *struct {
		Verdict, Snapshot string
		Requests          float64
	}
}

func healthOf(t *testing.T, o outcome) (h health) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.out), &h); err != nil {
		t.Fatalf("%v: %s", err, o.out)
	}
	return h
}

// A shop before its first run, one that is in order, one whose server is gone,
// and one whose snapshot is damaged.
func TestMonitor(t *testing.T) {
	t.Parallel()
	dir := dailyShop(t)
	o := daycast(t, dir, "monitor")
	o.fails(t, 1, "bad: data, run, model")
	if !strings.HasPrefix(o.out, "BAD ") || !strings.Contains(o.out, "Nothing has been published yet: daycast run") {
		t.Errorf("of a new shop:\n%s", o.out)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("it made a data folder")
	}
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	if o := daycast(t, dir, "monitor", "--url", s.url); o.code != 1 || !strings.Contains(o.out, "has no forecasts to serve") {
		t.Errorf("with a server of a new shop: exit code %d\n%s", o.code, o.out)
	}
	must(t, dir, "run")
	if o := must(t, dir, "monitor"); !strings.HasPrefix(o.out, "OK ") || !strings.Contains(o.out, "of "+day(-2)) ||
		!strings.Contains(o.out, "ended well") || !strings.Contains(o.out, "No forecast's day has come yet") {
		t.Errorf("of a shop in order:\n%s", o.out)
	}
	if h := healthOf(t, must(t, dir, "monitor", "--json")); h.Verdict != "ok" || h.Serving != nil {
		t.Errorf("%+v", h)
	}

	// The next day comes, and with it what its forecasts are worth.
	change(t, dir, fmt.Sprintf(`INSERT INTO lines VALUES ('new', '%sT10:00:00', '', 'apple', 5, 1.5)`, day(-1)))
	must(t, dir, "run")
	o = must(t, dir, "monitor", "--json")
	if h := healthOf(t, o); h.Accuracy.Week.All.Pairs != 2 || h.Accuracy.Week.All.WAPE == nil || !strings.Contains(h.Data.Says[0], "yesterday") {
		t.Errorf("after a day: %s", o.out)
	}
	if o := must(t, dir, "monitor"); !strings.Contains(o.out, "newest 7 days") || !strings.Contains(o.out, "1 period ahead") ||
		!strings.Contains(o.out, "took over") || !strings.Contains(o.out, "ok     accuracy  Only 2 pairs") {
		t.Errorf("after a day:\n%s", o.out)
	}

	until(t, "the server serves the newest snapshot", func() bool {
		h := healthOf(t, daycast(t, dir, "monitor", "--json", "--url", s.url))
		return h.Serving.Snapshot == h.Data.Snapshot
	})
	s.get("/v1/series", 200, nil)
	h := healthOf(t, must(t, dir, "monitor", "--json", "--url", s.url+"/"))
	if h.Serving.Verdict != "ok" || h.Serving.Snapshot == "" || h.Serving.Requests != 1 {
		t.Errorf("with its server: %+v", h.Serving)
	}
	var metrics string
	s.get("/metrics", 200, &metrics)
	for _, want := range []string{
		"daycast_data_last_day_timestamp_seconds ", "daycast_data_period_seconds 86400\n", "daycast_run_last_success_timestamp_seconds ", "daycast_run_failed 0\n",
		`daycast_run_step_seconds{step="publish"} `, "daycast_champion_origin_timestamp_seconds ",
		`daycast_gate_decisions_total{decision="promoted"} `, `daycast_gate_decisions_total{decision="by_hand"} 0`, `daycast_monitor_broken{part="data"} 0`, "daycast_snapshot_series 2",
		`daycast_forecast_wape{horizon="all",window="7d"} `, `daycast_forecast_coverage{horizon="1",window="28d"} `,
		`daycast_category_bias{category="(none)",window="28d"} `, `daycast_forecast_scored_pairs{window="28d"} 2`,
		"go_goroutines ", "process_cpu_seconds_total ",
	} {
		if !strings.Contains(metrics, "\n"+want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	s.stop()
	if o := daycast(t, dir, "monitor", "--url", s.url); o.code != 1 || !strings.Contains(o.out, s.url+" does not answer") {
		t.Errorf("without its server: exit code %d\n%s", o.code, o.out)
	}

	change(t, dir, `INSERT INTO places VALUES ('la', 'Middle/Earth')`)
	daycast(t, dir, "run").fails(t, 1, "Middle/Earth")
	if o := daycast(t, dir, "monitor"); o.code != 1 || !strings.Contains(o.out, "The newest run failed") || !strings.Contains(o.out, "Middle/Earth") {
		t.Errorf("after a failed run: exit code %d\n%s", o.code, o.out)
	}

	write(t, filepath.Join(dir, "data", "snapshots", "current", "manifest.json"), "{")
	if o := daycast(t, dir, "monitor"); o.code != 1 || !strings.Contains(o.out, "manifest.json") {
		t.Errorf("of a damaged snapshot: exit code %d\n%s", o.code, o.out)
	}
}

// A replay is judged in its own folder, as of the day after it; at today's date
// all of the past is stale.
func TestMonitorAsOf(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	must(t, dir, "run", "--from", "2023-04-01", "--to", "2023-04-03")
	write(t, filepath.Join(dir, "replay.yaml"), "data: data/replay\n"+read(t, filepath.Join(dir, "daycast.yaml")))
	o := must(t, dir, "monitor", "--config", "replay.yaml", "--as-of", "2023-04-04")
	for _, want := range []string{
		"health at 2023-04-04 12:00:00 ", "of 2023-04-03, yesterday.", "ended well 11 hours ago", "scored so far, too few to judge", "newest 7 days",
	} {
		if !strings.Contains(o.out, want) {
			t.Errorf("the screen lacks %q:\n%s", want, o.out)
		}
	}
	if o := must(t, dir, "monitor", "--config", "replay.yaml", "--as-of", "2023-04-02"); !strings.Contains(o.out, "ended well on 2023-04-04") {
		t.Errorf("as of a day that was played:\n%s", o.out)
	}
	daycast(t, dir, "monitor", "--config", "replay.yaml", "--as-of", "2023-04-09").fails(t, 1, "bad: data, run")
	daycast(t, dir, "monitor", "--config", "replay.yaml").fails(t, 1, "bad: data, run")
	daycast(t, dir, "monitor", "--as-of", "yesterday").fails(t, 2, `--as-of "yesterday": want a day`)
}

// Another program's server is not taken for daycast's, and what its address
// holds of a password is not shown.
func TestMonitorStranger(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/starting/") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "welcome")
	}))
	t.Cleanup(stranger.Close)
	address := strings.Replace(stranger.URL, "http://", "http://me:secret@", 1)
	o := daycast(t, demo(t), "monitor", "--url", address)
	if o.code != 1 || !strings.Contains(o.out, "not as daycast serve does") || strings.Contains(o.out+o.errors, "secret") {
		t.Errorf("exit code %d\n%s%s", o.code, o.out, o.errors)
	}
	if o := daycast(t, demo(t), "monitor", "--url", stranger.URL+"/starting"); o.code != 1 || !strings.Contains(o.out, "with status 503") {
		t.Errorf("exit code %d\n%s%s", o.code, o.out, o.errors)
	}
}
