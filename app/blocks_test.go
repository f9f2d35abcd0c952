package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	diffcmp "github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/config"
	"daycast/explore"
	"daycast/model"
	"daycast/model/interval"
	"daycast/pipeline"
	"daycast/serve"
	"daycast/simulate"
	"daycast/warehouse"
)

// inBlocks has run a simulated shop with so little memory that it goes by
// blocks. Verbs that read its snapshot have more.
func inBlocks(t *testing.T) (config.Config, World) {
	t.Helper()
	shop := filepath.Join(t.TempDir(), "shop.sqlite")
	const items, places, days = 20, 3, 200
	if _, err := (simulate.Shop{Seed: 3, Items: items, Places: places, Days: days}).Write(t.Context(), shop, nil); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Source.Kind, c.Source.Path, c.Source.Queries = "sqlite", shop, simulate.Queries()
	c.Data, c.Threads = filepath.Join(t.TempDir(), "data"), 2
	c.Forecast.Models, c.Forecast.MaxRows, c.Forecast.Horizon = []string{"ridge", "gbm", "window_mean"}, 2000, 14
	w := World{Now: func() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }, Progress: silent{}, Version: "test"}
	r, closeAll, err := open(t.Context(), c, w)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll()
	r.Settings.Memory = items * places * days * 320 / 5
	if err := r.Do(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	return c, w
}

// served is a server over the newest snapshot, and what it answers, as JSON.
func served(t *testing.T, c config.Config) (*serve.Server, func(method, path, body string, into any)) {
	t.Helper()
	s := serve.New(serve.Options{Logger: slog.New(slog.DiscardHandler)})
	st, err := loadState(t.Context(), c, Current(c))
	if err != nil {
		t.Fatal(err)
	}
	s.Swap(st)
	h := httptest.NewServer(s.Handler())
	t.Cleanup(func() { h.Close(); s.Close() })
	return s, func(method, path, body string, into any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK && !strings.Contains(path, "nowhere") {
			t.Fatalf("%s: %d %s %v", path, answer.StatusCode, text, err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s: %s", path, text)
		}
	}
}

type oneForecast struct {
	Series, Origin, Model string
	Days                  []struct {
		Day       string
		Mean      float64
		Sold      float64
		Quantiles map[string]float64
	}
}

// rows are those of a forecast file.
func (f oneForecast) rows() (out []string) {
	item, place, _ := strings.Cut(f.Series, "@")
	for _, d := range f.Days {
		out = append(out, strings.Join([]string{item, place, d.Day, number(float32(d.Mean)),
			number(float32(d.Quantiles["0.1"])), number(float32(d.Quantiles["0.5"])), number(float32(d.Quantiles["0.9"])), f.Model, number(float32(d.Sold))}, ","))
	}
	return out
}

func listed(get func(method, path, body string, into any), query string) (ids []string) {
	for after := ""; ; {
		var page struct {
			Series []struct {
				ID     string
				Levels map[string]string
			}
			Next string
		}
		get("GET", "/v1/series?limit=7&after="+url.QueryEscape(after)+"&q="+query, "", &page)
		for _, s := range page.Series {
			ids = append(ids, s.ID)
		}
		if after = page.Next; after == "" {
			return ids
		}
	}
}

// What reads the snapshot of a shop in blocks.
func TestInBlocks(t *testing.T) {
	c, w := inBlocks(t)
	t.Run("serve", func(t *testing.T) { serveInBlocks(t, c, w) })
	t.Run("totals", func(t *testing.T) { totalsInBlocks(t, c, w) })
	t.Run("explore", func(t *testing.T) { exploreInBlocks(t, c) })
	t.Run("swap", func(t *testing.T) { swapInBlocks(t, c) })
}

// A shop in blocks is served from disk: each of its series has the forecast that
// the file has, stored or made anew, and the list has all of them.
func serveInBlocks(t *testing.T, c config.Config, w World) {
	out := filepath.Join(t.TempDir(), "out.csv")
	if err := Forecast(t.Context(), c, w, ShopForecast{Out: out}); err != nil {
		t.Fatal(err)
	}
	want := lines(t, out)
	_, get := served(t, c)

	ids := listed(get, "")
	if !slices.IsSorted(ids) || len(ids) != 60 {
		t.Errorf("%d series are listed, sorted %t", len(ids), slices.IsSorted(ids))
	}
	var stored, made []string
	for _, id := range ids {
		var f oneForecast
		get("GET", "/v1/series/"+id+"/forecast", "", &f)
		stored = append(stored, f.rows()...)
	}
	asked, _ := json.Marshal(map[string]any{"series": ids, "horizon": 14})
	var answer struct{ Forecasts []oneForecast }
	get("POST", "/v1/predict", string(asked), &answer)
	for k, f := range answer.Forecasts {
		if f.Series != ids[k] {
			t.Fatalf("forecast %d is of %s, not of %s", k, f.Series, ids[k])
		}
		made = append(made, f.rows()...)
	}
	for what, got := range map[string][]string{"stored": stored, "made": made} {
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("what is %s is not what the file has: %d and %d rows", what, len(got), len(want))
		}
	}
	checkEndpoints(t, get, ids)
	best, err := BestSeller(t.Context(), c)
	if err != nil || !slices.Contains(ids, best.ID()) {
		t.Errorf("best seller %v, %v", best, err)
	}
	if h := Monitor(t.Context(), c, w, ""); h.Data.Snapshot == "" || h.Data.LastDay == "" {
		t.Errorf("%+v", h)
	}
}

// checkEndpoints tries what else is asked of a series.
func checkEndpoints(t *testing.T, get func(method, path, body string, into any), ids []string) {
	t.Helper()
	var ready struct {
		Series int
		Origin string
	}
	get("GET", "/readyz", "", &ready)
	if ready.Series != len(ids) || ready.Origin == "" {
		t.Errorf("ready: %+v", ready)
	}
	var history struct {
		Days []struct {
			Day   string
			Units float64
		}
	}
	get("GET", "/v1/series/"+ids[3]+"/history", "", &history)
	sold := 0.0
	for _, d := range history.Days {
		sold += d.Units
	}
	if n := len(history.Days); n < 100 || history.Days[n-1].Day != ready.Origin || sold <= 0 {
		t.Errorf("%d days of history up to %s, %g sold", n, ready.Origin, sold)
	}
	var far struct{ Forecasts []oneForecast }
	get("POST", "/v1/predict", fmt.Sprintf(`{"series":["%s"],"horizon":365,"quantiles":[0.99]}`, ids[0]), &far)
	if f := far.Forecasts[0]; len(f.Days) != 365 || f.Days[364].Quantiles["0.99"] <= f.Days[364].Mean {
		t.Errorf("%d days ahead", len(f.Days))
	}
	item, _, _ := strings.Cut(ids[0], "@")
	if found := listed(get, strings.ToLower(item)); len(found) != 3 {
		t.Errorf("a search for %s finds %v", item, found)
	}
	var problem struct{ Detail string }
	get("GET", "/v1/series/"+ids[0][:len(ids[0])-1]+"/forecast?nowhere", "", &problem)
	if !strings.Contains(problem.Detail, "did you mean") {
		t.Error(problem.Detail)
	}
	var models struct{ Models []struct{ Champion bool } }
	get("GET", "/v1/models", "", &models)
	var accuracy struct{ Horizon []any }
	get("GET", "/v1/accuracy", "", &accuracy)
	if len(models.Models) == 0 || len(accuracy.Horizon) == 0 {
		t.Errorf("models %v, accuracy %v", models, accuracy)
	}
}

// A report on a sample says so, and counts and best sellers are those of the
// whole shop.
func exploreInBlocks(t *testing.T, c config.Config) {
	house, err := warehouse.OpenSnapshot(t.Context(), Current(c), warehouse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	m, err := pipeline.CurrentManifest(c.Data)
	if err != nil {
		t.Fatal(err)
	}
	report := func(memory int64) *explore.Report {
		panels, whole, err := pipeline.ShownPanel(t.Context(), house, memory, m.Spec)
		if err != nil {
			t.Fatal(err)
		}
		p, err := panels.Panel(t.Context(), m.Spec.Last)
		if err != nil {
			t.Fatal(err)
		}
		r, err := explore.Build(t.Context(), explore.Inputs{Run: m.Run, Panel: p, Sample: !whole, Warehouse: house})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole, sample := report(0), report(200_000)
	if whole.Sample != nil || sample.Sample == nil {
		t.Fatalf("samples %v and %v", whole.Sample, sample.Sample)
	}
	if s := sample.Sample; s.Of != whole.Series.Total || s.Series <= 0 || s.Series > s.Of/2 {
		t.Errorf("%+v of %d series", s, whole.Series.Total)
	}
	if diff := diffcmp.Diff(whole.Series, sample.Series); diff != "" {
		t.Error(diff)
	}
	// Revenue is of prices as sold; the panel has those of the shop's price list too.
	near := diffcmp.Comparer(func(a, b explore.Number) bool { return a == b || math.Abs(float64(a-b)) < .01*math.Abs(float64(b)) })
	if diff := diffcmp.Diff(whole.Top, sample.Top, near); diff != "" || len(whole.Top) < 10 {
		t.Error(diff)
	}
	for k := range whole.Top {
		if whole.Top[k].Units != sample.Top[k].Units {
			t.Errorf("%s sold %v, of all series %v", whole.Top[k].ID, sample.Top[k].Units, whole.Top[k].Units)
		}
	}
}

// The totals of a block are those of its parts, however it is dealt out, and
// those of the shop have all series.
func totalsInBlocks(t *testing.T, c config.Config, w World) {
	s, err := openSnapshot(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	write := func(panels ...*daycast.Panel) []string {
		path := filepath.Join(t.TempDir(), "totals.csv")
		totals, err := createTotals(path, nil, 1, 2, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		defer totals.discard()
		err = totals.during(func() error {
			for _, p := range panels {
				f, err := model.Predict(t.Context(), s.Fitted, model.Request{Panel: p, Horizon: 14, Levels: Levels(), Threads: 1})
				if err == nil {
					err = totals.add(t.Context(), s.Fitted, p, f)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(totals.left()) > 0 {
			t.Fatal(err, totals.left())
		}
		return lines(t, path)
	}
	var panels []*daycast.Panel
	series := 0
	for p, err := range s.Panels(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		panels, series = append(panels, p), series+len(p.Series)
	}
	p := slices.MaxFunc(panels, func(a, b *daycast.Panel) int { return cmp.Compare(len(a.Series), len(b.Series)) })
	var parts []*daycast.Panel
	for i := range p.Series {
		parts = append([]*daycast.Panel{p.Part([]int{i})}, parts...)
	}
	if diff := diffcmp.Diff(write(p), write(parts...)); diff != "" {
		t.Errorf("a block (-) and its series one by one (+): %s", diff)
	}

	out, path := filepath.Join(t.TempDir(), "out.csv"), filepath.Join(t.TempDir(), "totals.csv")
	if err := Forecast(t.Context(), c, w, ShopForecast{Out: out, Totals: path}); err != nil {
		t.Fatal(err)
	}
	mean := func(level string, days int) (sum float64) {
		for _, line := range lines(t, path) {
			row := strings.Split(line, ",")
			first, _ := daycast.ParseDay(row[2])
			last, _ := daycast.ParseDay(row[3])
			if v, err := strconv.ParseFloat(row[4], 64); err == nil && row[0] == level && int(last-first)+1 == days {
				sum += v
			}
		}
		return sum
	}
	of := mean("series", 14)
	for _, level := range []string{"shop", "place", "item"} {
		if got := mean(level, 14); of <= 0 || math.Abs(got-of) > 1e-4*of {
			t.Errorf("over the horizon the %s sells %g, its series %g", level, got, of)
		}
	}
}

// Draws keep within memory, whatever number of groups there is.
func TestSumsFit(t *testing.T) {
	p := &daycast.Panel{Levels: []daycast.Level{{Name: "brand"}, {Name: "category", Names: []string{"a", "b"}}}}
	const n, horizon = 50, 7
	for i := range n {
		p.Series = append(p.Series, daycast.Series{Item: fmt.Sprint(i / 2), Place: fmt.Sprint(i % 2)})
		p.Levels[0].Names = append(p.Levels[0].Names, fmt.Sprint(i/4))
		p.Levels[0].Of, p.Levels[1].Of = append(p.Levels[0].Of, int32(i)), append(p.Levels[1].Of, int32(i%2))
	}
	s := newSums(10 * horizon * cellBytes)
	s.begin(p, horizon)
	own := interval.NewTotal(horizon)
	own.Add([]float32{1}, nil)
	first := func(t *interval.Total) float32 {
		mean, _ := t.Over(interval.Span{From: 0, To: 1}, nil)
		return mean
	}
	for i := range p.Series {
		s.add(p, i, own)
		if int64(s.cells)*cellBytes > s.memory {
			t.Fatalf("%d cells after %d series", s.cells, i)
		}
	}
	var levels []string
	for name, groups := range s.all() {
		levels = append(levels, name)
		if len(groups) != 2 || first(groups[sortedKeys(groups)[0]]) != n/2 {
			t.Errorf("level %s: %v", name, groups)
		}
	}
	if diff := diffcmp.Diff([]string{"category", "place"}, levels); diff != "" || first(s.shop) != n || len(s.notes()) != 2 {
		t.Errorf("%s, shop %g, notes %v", diff, first(s.shop), s.notes())
	}
	s.begin(&daycast.Panel{Levels: []daycast.Level{{Name: "colour"}}}, horizon)
	if got := strings.Join(s.notes(), "; "); !strings.Contains(got, "category: not all blocks") || !strings.Contains(got, "colour: not all blocks") {
		t.Error(got)
	}
}

// A snapshot that takes the place of another on disk is closed once it is asked
// for nothing.
func swapInBlocks(t *testing.T, c config.Config) {
	s, get := served(t, c)
	before, err := loadState(t.Context(), c, Current(c))
	if err != nil {
		t.Fatal(err)
	}
	s.Swap(before)
	ids := listed(get, "")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for k := 0; ; k++ {
			select {
			case <-stop:
				return
			default:
				var f oneForecast
				get("GET", "/v1/series/"+ids[k%len(ids)]+"/forecast", "", &f)
			}
		}
	}()
	for range 3 {
		st, err := loadState(t.Context(), c, Current(c))
		if err != nil {
			t.Fatal(err)
		}
		s.Swap(st)
	}
	close(stop)
	<-stopped
	s.Close()
	if _, err := before.Shop.(*pipeline.Shelf).Has(context.WithoutCancel(t.Context()), nil); err != nil {
		t.Errorf("nothing is asked of the disk for no series: %v", err)
	}
	for _, err := range before.Shop.(*pipeline.Shelf).All(t.Context()) {
		if err == nil {
			t.Error("the former snapshot is still open")
		}
	}
}

// lines are those of a table, without its head, in order.
func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range rows[1:] {
		out = append(out, strings.Join(row, ","))
	}
	slices.Sort(out)
	return out
}
