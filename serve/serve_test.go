package serve_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/model"
	"daycast/serve"
)

// constant forecasts 10 times the last training value, plus the level for a
// quantile; during runs first where it is set.
type constant struct{ during func(context.Context) error }

func (constant) Kind() string         { return "test.constant" }
func (constant) Save(io.Writer) error { return nil }

func (c constant) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	if c.during != nil {
		if err := c.during(ctx); err != nil {
			return nil, err
		}
	}
	f := daycast.NewForecasts(r.Panel, r.Horizon, r.Levels)
	for i := range r.Panel.Series {
		f.Models[i] = "constant"
		train := r.Panel.TrainOf(i)
		for h := range f.Horizon {
			f.MeanOf(i)[h] = 10 * train[len(train)-1]
			for k, level := range f.Levels {
				f.QuantilesAt(i, h)[k] = f.MeanOf(i)[h] + float32(level)
			}
		}
	}
	return f, nil
}

const origin = daycast.Day(15000) // 2011-01-26

// shop has seven series, with ids that need care in a URL. Each ends with four
// days, a sale on the first and i+1 units on the last; "dead" is older.
func shop() *daycast.Panel {
	p := &daycast.Panel{
		Step: daycast.Daily, Origin: origin, NonNegative: true,
		Series: []daycast.Series{
			{Item: "50% off"}, {Item: "85123A"}, {Item: "a/b"}, {Item: "dead"},
			{Item: "mug", Place: "london"}, {Item: "mug", Place: "paris"}, {Item: "x@y"},
		},
		Offsets: []int{0},
		Levels:  []daycast.Level{{Name: "category", Names: []string{"Kitchen", "Garden"}, Of: []int32{1, 0, 0, -1, 0, 0, 1}}},
	}
	for i, series := range p.Series {
		days := 4
		if series.Item == "dead" {
			days = 104
		}
		p.Units = append(p.Units, make([]float32, days-4)...)
		p.State = append(p.State, slices.Repeat([]daycast.DayState{daycast.Zero}, days-4)...)
		p.Price = append(p.Price, make([]float32, days-4)...)
		p.Units = append(p.Units, 2.5, 0, 0, float32(i+1))
		p.State = append(p.State, daycast.Sold, daycast.Closed, daycast.Missing, daycast.Sold)
		p.Price = append(p.Price, float32(math.NaN()), 1.1, 1.1, 1.1)
		p.Start = append(p.Start, origin+1-daycast.Day(days))
		p.Offsets = append(p.Offsets, len(p.Units))
	}
	p.Train = p.Units
	return p
}

// state is a snapshot of the shop whose run and version are named.
func state(name string, f model.Fitted) *serve.State {
	p := shop()
	stored, err := model.Predict(context.Background(), constant{}, model.Request{
		Panel: p, Horizon: 28, Levels: []float64{.1, .5, .9}, Threads: 1,
	})
	if err != nil {
		panic(err)
	}
	champion := serve.VersionInfo{
		ID: "v-" + name, Name: "constant", Created: time.Unix(1e9, 0), Origin: origin,
		Metrics: map[string]float64{"wape": .5, "mase": math.NaN()}, Parameters: map[string]string{"k": "10"},
	}
	return &serve.State{
		Version: name, Panel: p, Fitted: f, Champion: champion, Forecasts: stored,
		Models: []serve.VersionInfo{champion, {ID: "v-old", Name: "ets", Origin: origin}},
	}
}

// start is a server over one state, none where it is nil.
func start(t *testing.T, o serve.Options, st *serve.State) (*serve.Server, *httptest.Server) {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := serve.New(o)
	if st != nil {
		s.Swap(st)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return s, h
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// ask sends a request; a body makes it a POST of JSON. Any goroutine may ask.
func ask(t *testing.T, url, body string) answer {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return answer{}
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return answer{}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

type problem struct {
	Status             int
	Code, Detail, Hint string
	Errors             []struct{ Location, Message string }
}

// wantProblem checks that a is a problem of the status and code, whose text
// has the words.
func wantProblem(t *testing.T, a answer, status int, code daycast.Code, words ...string) {
	t.Helper()
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q in %d %s", ct, a.status, a.body)
	}
	var p problem
	a.decode(t, &p)
	if a.status != status || p.Status != status || p.Code != string(code) || p.Detail == "" {
		t.Errorf("got %d %s, want %d %s", a.status, a.body, status, code)
	}
	for _, word := range words {
		if !strings.Contains(a.body, word) {
			t.Errorf("%q is not in %s", word, a.body)
		}
	}
}
