package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"daycast/signal/weather/weathertest"
)

// tool is a program of Prometheus'.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatalf("%v, and DAYCAST_REQUIRE wants it (Debian: apt-get install prometheus)", err)
		}
		t.Skipf("SKIPPED: no %s (Debian: apt-get install prometheus)", name)
	}
	return path
}

// exposed are the names of the metrics that the server shows.
func (s *server) exposed() map[string]bool {
	s.t.Helper()
	var text string
	s.get("/metrics", 200, &text)
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		if m[2] != "histogram" {
			names[m[1]] = true
			continue
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			names[m[1]+suffix] = true
		}
	}
	return names
}

// scoredShop is a folder with a shop whose second run knows the days that the
// first one forecast.
func scoredShop(t *testing.T) string {
	t.Helper()
	dir := newShop(t)
	must(t, dir, "simulate", "--out", "shop.sqlite", "--items", "60", "--days", "100") // enough to be judged
	path := filepath.Join(dir, "daycast.yaml")
	weather := httptest.NewServer(weathertest.New(weathertest.Options{}))
	t.Cleanup(weather.Close)
	whole := read(t, path) + fmt.Sprintf("signals: {weather: openmeteo, apis: [{name: openmeteo, url: %q, rate: 1000}]}\n", weather.URL)
	// The shop sells on the 100 days up to 2023-04-10.
	before := strings.NewReplacer("o.order_id = l.order_id\n", "o.order_id = l.order_id\n      WHERE o.ordered_at < '2023-03-28'\n",
		"FROM stock\n", "FROM stock WHERE day < '2023-03-28'\n").Replace(whole)
	if strings.Count(before, "2023-03-28") != 2 {
		t.Fatalf("the config has no such queries:\n%s", whole)
	}
	write(t, path, before)
	must(t, dir, "run")
	write(t, path, whole)
	must(t, dir, "run")
	return dir
}

// A watcher is a Prometheus that watches a server.
type watcher struct {
	t   *testing.T
	url string
}

// watch starts Prometheus with the project's config and rules, in a hurry.
func watch(t *testing.T, s *server) watcher {
	t.Helper()
	program, dir := tool(t, "prometheus"), t.TempDir()
	config := read(t, deployed("prometheus", "prometheus.yml"))
	for _, edit := range [][2]string{
		{"127.0.0.1:8080", strings.TrimPrefix(s.url, "http://")}, {"scrape_interval: 15s", "scrape_interval: 1s"}, {"evaluation_interval: 15s", "evaluation_interval: 1s"},
	} {
		if !strings.Contains(config, edit[0]) {
			t.Fatalf("prometheus.yml lacks %q", edit[0])
		}
		config = strings.ReplaceAll(config, edit[0], edit[1])
	}
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	write(t, filepath.Join(dir, "alerts.yml"), read(t, deployed("prometheus", "alerts.yml")))

	// Prometheus does not tell the port that it would choose itself.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	log := &lockedBuffer{}
	c := exec.CommandContext(t.Context(), program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address="+address)
	c.Dir, c.Stdout, c.Stderr = dir, log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// The test's context is done before this, which kills it.
	t.Cleanup(func() {
		_ = c.Wait()
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", log.text())
		}
	})
	w := watcher{t: t, url: "http://" + address}
	until(t, "Prometheus is ready", func() bool {
		response, err := http.Get(w.url + "/-/ready")
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		return response.StatusCode == http.StatusOK
	})
	return w
}

// get asks Prometheus' API for what it has at a path.
func (w watcher) get(path string, into any) error {
	response, err := http.Get(w.url + "/api/v1/" + path)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var body struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return err
	}
	if body.Status != "success" {
		return fmt.Errorf("%s: %s", body.Status, body.Error)
	}
	return json.Unmarshal(body.Data, into)
}

// query gives the values of an expression that are numbers.
func (w watcher) query(expr string) (values []string, err error) {
	var data struct{ Result []struct{ Value [2]any } }
	if err := w.get("query?query="+url.QueryEscape(expr), &data); err != nil {
		return nil, err
	}
	for _, r := range data.Result {
		if v := fmt.Sprint(r.Value[1]); v != "NaN" {
			values = append(values, v)
		}
	}
	return values, nil
}

// states are the alerts' states, once all rules were evaluated.
func (w watcher) states() map[string]string {
	w.t.Helper()
	var states map[string]string
	until(w.t, "the rules are evaluated", func() bool {
		var data struct {
			Groups []struct {
				Rules []struct{ Name, State, Health, LastError string }
			}
		}
		if err := w.get("rules", &data); err != nil {
			w.t.Fatal(err)
		}
		states = map[string]string{}
		for _, g := range data.Groups {
			for _, r := range g.Rules {
				if r.LastError != "" {
					w.t.Fatalf("%s: %s", r.Name, r.LastError)
				}
				if r.Health == "ok" {
					states[r.Name] = r.State
				}
			}
		}
		return len(states) == len(alerts(w.t))
	})
	return states
}

// A real Prometheus scrapes the real program, evaluates the alerts, and
// answers every query of the dashboard; the program exposes every metric that
// they read.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	tool(t, "prometheus") // skips before the shop is made
	s := start(t, scoredShop(t), "serve", "--addr", "127.0.0.1:0")
	w := watch(t, s)
	var list struct{ Series []struct{ ID string } }
	s.get("/v1/series", 200, &list)
	predict := fmt.Sprintf(`{"series": [%q], "horizon": 7}`, list.Series[0].ID)
	s.ask("POST", "/v1/predict", predict, 200, nil)

	exprs := dashboardQueries(t)
	for _, a := range alerts(t) {
		exprs[a.Name] = a.Expr
	}
	names := s.exposed()
	names["up"], names["ALERTS"] = true, true // Prometheus' own
	for _, what := range slices.Sorted(maps.Keys(exprs)) {
		for _, name := range metricsIn(exprs[what]) {
			if !names[name] {
				t.Errorf("%s reads %s, which the program does not expose", what, name)
			}
		}
	}
	for _, name := range regexp.MustCompile(`\bdaycast_\w+`).FindAllString(monitoringPage(t), -1) {
		if !names[name] {
			t.Errorf("docs/monitoring.md tells of %s, which the program does not expose", name)
		}
	}

	until(t, "the target is up", func() bool {
		up, err := w.query(`up{job="daycast"} == 1`)
		return err == nil && len(up) == 1
	})
	waiting := dashboardQueries(t)
	defer func() {
		for _, what := range slices.Sorted(maps.Keys(waiting)) {
			t.Errorf("%s has no data: %s", what, waiting[what])
		}
	}()
	until(t, "every query of the dashboard has data", func() bool {
		s.ask("POST", "/v1/predict", predict, 200, nil)
		for what, expr := range waiting {
			values, err := w.query(expr)
			if err != nil {
				t.Fatalf("%s: %s: %v", what, expr, err)
			}
			if len(values) > 0 {
				delete(waiting, what)
			}
		}
		return len(waiting) == 0
	})
	states := w.states()
	for name, want := range map[string]string{
		"DaycastDataStale": "firing", // the shop's days are of 2023
		"DaycastRunFailed": "inactive", "DaycastRunDelayed": "inactive", "DaycastRunMissing": "inactive", "DaycastDown": "inactive",
		"DaycastSnapshotBroken": "inactive", "DaycastErrorRate": "inactive",
	} {
		if states[name] != want {
			t.Errorf("%s is %s, want %s", name, states[name], want)
		}
	}
	s.stop()
	until(t, "Prometheus sees that the server ended", func() bool { return w.states()["DaycastDown"] == "pending" })
}
