package main_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// get asks for JSON and wants a status.
func (s *server) get(path string, status int, into any) {
	s.t.Helper()
	s.ask("GET", path, "", status, into)
}

func (s *server) ask(method, path, body string, status int, into any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.log.text())
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode != status {
		s.t.Fatalf("%s %s %s: %s, want %d: %s", method, path, body, response.Status, status, text)
	}
	switch into := into.(type) {
	case nil:
	case *string:
		*into = string(text)
	default:
		if err := json.Unmarshal(text, into); err != nil {
			s.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
}

type answer struct {
	Snapshot  string
	Forecasts []seriesForecast
}

type seriesForecast struct {
	Series, Origin, Model string
	Days                  []struct {
		Day       string
		Mean      float32
		Quantiles map[string]float32
	}
}

// rows are a forecast as the lines of a CSV file.
func (f seriesForecast) rows() (rows []string) {
	number := func(v float32) string { return strconv.FormatFloat(float64(v), 'g', 6, 32) }
	for _, d := range f.Days {
		rows = append(rows, strings.Join([]string{
			f.Series, "", d.Day, number(d.Mean),
			number(d.Quantiles["0.1"]), number(d.Quantiles["0.5"]), number(d.Quantiles["0.9"]), f.Model,
		}, ","))
	}
	return rows
}

// The whole way: a demo's forecasts are the same numbers in its file, in the
// stored answer and in one that is made now, and all the pages answer.
func TestServe(t *testing.T) {
	t.Parallel()
	dir := demo(t)
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	var text string
	s.get("/healthz", 200, nil)
	s.get("/readyz", 200, nil)
	s.get("/metrics", 200, &text)
	if !strings.Contains(text, "daycast_") {
		t.Errorf("no metrics of daycast's own:\n%s", text)
	}
	var spec struct{ Paths map[string]any }
	s.get("/openapi.json", 200, &spec)
	if spec.Paths["/v1/predict"] == nil {
		t.Errorf("the description lacks /v1/predict: %v", spec.Paths)
	}
	s.get("/docs", 200, &text)
	if !strings.Contains(strings.ToLower(text), "<html") || strings.Contains(text, "://cdn") || strings.Contains(text, "unpkg") {
		t.Errorf("the docs are no page, or load from elsewhere:\n%s", text)
	}

	file := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string][]string{} // rows by item
	for _, r := range records[1:] {
		stored[r[0]] = append(stored[r[0]], strings.Join(r[:8], ",")) // what stock lets be sold is in the file alone
	}
	var list struct{ Series []struct{ ID string } }
	s.get("/v1/series?limit=1000", 200, &list)
	if len(list.Series) != len(stored) || len(stored) == 0 {
		t.Fatalf("%d series in the list, %d in the file", len(list.Series), len(stored))
	}
	for _, series := range list.Series {
		var made answer
		s.ask("POST", "/v1/predict", fmt.Sprintf(`{"series": [%q], "horizon": 28}`, series.ID), 200, &made)
		var kept seriesForecast
		s.get("/v1/series/"+series.ID+"/forecast", 200, &kept)
		want := strings.Join(stored[series.ID], "\n")
		if got := strings.Join(made.Forecasts[0].rows(), "\n"); got != want {
			t.Errorf("%s: predicted\n%s\nin the file\n%s", series.ID, got, want)
		}
		if got := strings.Join(kept.rows(), "\n"); got != want {
			t.Errorf("%s: stored\n%s\nin the file\n%s", series.ID, got, want)
		}
		var history struct{ Days []struct{ Day, State string } }
		s.get("/v1/series/"+series.ID+"/history", 200, &history)
		if n := len(history.Days); n == 0 || history.Days[n-1].Day != kept.Origin {
			t.Errorf("%s: a history of %d days, the last not the origin %s", series.ID, n, kept.Origin)
		}
	}
	var models struct{ Models []any }
	s.get("/v1/models", 200, &models)
	if len(models.Models) == 0 {
		t.Error("no models")
	}
	s.stop()
}

// What a client gets wrong is said to it, with the field and what is right.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	dir := demo(t)
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	var list struct{ Series []struct{ ID string } }
	s.get("/v1/series", 200, &list)
	id := list.Series[0].ID
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{`{"series": ["` + id + `"], "horizon": 365}`, 200, ""},
		{`{"series": ["` + id + `"], "horizon": 0}`, 422, "body.horizon"},
		{`{"series": ["` + id + `"], "horizon": -7}`, 422, "body.horizon"},
		{`{"series": ["` + id + `"], "horizon": 10000}`, 422, "body.horizon"},
		{`{"series": ["` + id + `"], "horizon": "soon"}`, 422, "body.horizon"},
		{`{"series": ["` + id + `"]}`, 422, "horizon"},
		{`{"series": [], "horizon": 7}`, 422, "body.series"},
		{`{"series": ["NEVERSEEN"], "horizon": 7}`, 404, "NEVERSEEN"},
		{`{"series": ["` + id + `x"], "horizon": 7}`, 404, "did you mean"},
		{`{"series": ["` + id + `"], "horizon": 7, "quantiles": [1.5]}`, 422, "body.quantiles"},
		{`{"series": ["` + id + `"], "horizon": 7, "horizn": 7}`, 422, "horizn"},
		{`{"series": `, 400, "JSON"},
		{strings.Repeat(" ", 2<<20), 413, "1048576 bytes"},
	} {
		var problem struct {
			Status int
			Code   string
			Detail string
			Errors []struct{ Location string }
		}
		s.ask("POST", "/v1/predict", c.body, c.status, &problem)
		text := fmt.Sprint(problem)
		if c.status != 200 && (problem.Status != c.status || problem.Code == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(c.says))) {
			t.Errorf("%.80s: %s, want %q", c.body, text, c.says)
		}
	}
	s.get("/v1/series/NEVERSEEN/history", 404, nil)
	s.get("/v1/nothing", 404, nil)
	s.stop()
}

// SIGTERM while a request is being sent: that one is still answered.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	dir := demo(t)
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	var list struct{ Series []struct{ ID string } }
	s.get("/v1/series", 200, &list)
	body := fmt.Sprintf(`{"series": [%q], "horizon": 7}`, list.Series[0].ID)
	host := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "POST /v1/predict HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", host, len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the request is not being read: %q %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	until(t, "new connections are refused", func() bool {
		other, err := net.Dial("tcp", host)
		if err == nil {
			_ = other.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != 200 {
		t.Errorf("the request under way was answered %s", response.Status)
	}
	s.wantEnd()
}

// A server waits for the first snapshot, takes up each new one while it is
// asked, and keeps the one that it has where a new one is damaged.
func TestServeSwaps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, dir, "simulate", "--out", "shop.sqlite", "--items", "4", "--days", "100")
	write(t, filepath.Join(dir, "daycast.yaml"), shopConfig("path: shop.sqlite", "sqlite"))
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	s.get("/healthz", 200, nil)
	s.get("/readyz", 503, nil)
	s.ask("POST", "/v1/predict", `{"series": ["SKU000001"], "horizon": 7}`, 503, nil)

	must(t, dir, "run")
	var ready struct{ Snapshot string }
	until(t, "the first snapshot is served", func() bool {
		response, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		return response.StatusCode == 200
	})
	s.get("/readyz", 200, &ready)
	first := ready.Snapshot
	reseed(t, dir)
	must(t, dir, "run")
	until(t, "the second snapshot is served", func() bool {
		var made answer
		s.ask("POST", "/v1/predict", `{"series": ["SKU000001"], "horizon": 7}`, 200, &made)
		return made.Snapshot != first
	})
	s.get("/readyz", 200, &ready)
	second := ready.Snapshot

	snapshots := filepath.Join(dir, "data", "snapshots")
	for _, file := range []string{"model.bin", "facts.parquet"} {
		name := "29990101T000000Z-" + file
		if err := os.CopyFS(filepath.Join(snapshots, name), os.DirFS(filepath.Join(snapshots, second))); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(snapshots, name, file), "damaged")
		link(t, snapshots, name)
		if file == "model.bin" { // once is enough: each look is seconds away
			until(t, "the damage is logged", func() bool { return strings.Contains(s.log.text(), name) })
		}
		s.get("/readyz", 200, &ready)
		if ready.Snapshot != second {
			t.Errorf("serving %s after %s was damaged", ready.Snapshot, file)
		}
		s.ask("POST", "/v1/predict", `{"series": ["SKU000001"], "horizon": 7}`, 200, nil)

		// One that starts with it has nothing to answer from, and says why.
		cold := start(t, dir, "serve", "--addr", "127.0.0.1:0")
		var problem struct{ Detail, Hint string }
		cold.get("/readyz", 503, &problem)
		if !strings.Contains(problem.Detail, name) {
			t.Errorf("with a damaged %s: %+v, want the snapshot's name", file, problem)
		}
		cold.stop()
	}
	s.stop()
}

// link moves the link to the current snapshot.
func link(t *testing.T, snapshots, name string) {
	t.Helper()
	next := filepath.Join(snapshots, ".next-link")
	if err := os.Symlink(name, next); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(snapshots, "current")); err != nil {
		t.Fatal(err)
	}
}
