package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/serve"
)

func TestAnswers(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	for _, c := range []struct{ name, path, body, want string }{
		{
			"predict", "/v1/predict", `{"series":["85123A"],"horizon":1}`,
			`{"snapshot":"r1","version":"v-r1","forecasts":[{"series":"85123A","origin":"2011-01-26","model":"constant","days":[` +
				`{"day":"2011-01-27","mean":20,"quantiles":{"0.1":20.1,"0.5":20.5,"0.9":20.9}}]}]}`,
		},
		{
			"quantiles are sorted and told once", "/v1/predict", `{"series":["85123A"],"horizon":1,"quantiles":[0.95,0.5,0.95]}`,
			`{"snapshot":"r1","version":"v-r1","forecasts":[{"series":"85123A","origin":"2011-01-26","model":"constant","days":[` +
				`{"day":"2011-01-27","mean":20,"quantiles":{"0.5":20.5,"0.95":20.95}}]}]}`,
		},
		{
			"list", "/v1/series?limit=2", "",
			`{"series":[{"id":"50%25 off","item":"50% off","levels":{"category":"Garden"},"on_sale":true,"last_sale":"2011-01-26"},` +
				`{"id":"85123A","item":"85123A","levels":{"category":"Kitchen"},"on_sale":true,"last_sale":"2011-01-26"}],"next":"85123A"}`,
		},
		{
			"last page", "/v1/series?after=mug@paris", "",
			`{"series":[{"id":"x%40y","item":"x@y","levels":{"category":"Garden"},"on_sale":true,"last_sale":"2011-01-26"}]}`,
		},
		{"search finds nothing", "/v1/series?q=nothing", "", `{"series":[]}`},
		{
			"history", "/v1/series/85123A/history?from=2011-01-24", "",
			`{"series":"85123A","step":1,"days":[{"day":"2011-01-24","units":0,"state":"closed","price":1.1},` +
				`{"day":"2011-01-25","units":null,"state":"missing","price":1.1},{"day":"2011-01-26","units":2,"state":"sold","price":1.1}]}`,
		},
		{
			"history to a day", "/v1/series/85123A/history?to=2011-01-23", "",
			`{"series":"85123A","step":1,"days":[{"day":"2011-01-23","units":2.5,"state":"sold","price":null}]}`,
		},
		{"history before the launch", "/v1/series/85123A/history?to=1999-01-01", "", `{"series":"85123A","step":1,"days":[]}`},
		{
			"models", "/v1/models", "",
			`{"models":[{"id":"v-r1","name":"constant","champion":true,"created":"2001-09-09T01:46:40Z","origin":"2011-01-26",` +
				`"metrics":{"mase":null,"wape":0.5},"parameters":{"k":"10"}},` +
				`{"id":"v-old","name":"ets","champion":false,"created":"0001-01-01T00:00:00Z","origin":"2011-01-26"}]}`,
		},
		{"healthz", "/healthz", "", `{"status":"ok"}`},
		{"readyz", "/readyz", "", `{"status":"ready","snapshot":"r1","version":"v-r1","origin":"2011-01-26","series":7}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ask(t, h.URL+c.path, c.body)
			if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%d %s", a.status, a.header.Get("Content-Type"))
			}
			if d := cmp.Diff(c.want, strings.TrimSpace(a.body)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	long := `{"series":["` + strings.Repeat(`85123A","`, 1000) + `85123A"],"horizon":7}`
	for _, c := range []struct {
		name, path, body string
		status           int
		code             daycast.Code
		words            string // separated by |
	}{
		{"horizon 0", "/v1/predict", `{"series":["85123A"],"horizon":0}`, 422, daycast.Invalid, "body.horizon"},
		{"horizon 10000", "/v1/predict", `{"series":["85123A"],"horizon":10000}`, 422, daycast.Invalid, "body.horizon|365"},
		{"horizon in words", "/v1/predict", `{"series":["85123A"],"horizon":"week"}`, 422, daycast.Invalid, "body.horizon|integer"},
		{"horizon of half a day", "/v1/predict", `{"series":["85123A"],"horizon":1.5}`, 422, daycast.Invalid, "body.horizon"},
		{"no horizon", "/v1/predict", `{"series":["85123A"]}`, 422, daycast.Invalid, `"location":"body.horizon"|is required`},
		{"no series", "/v1/predict", `{"series":[],"horizon":7}`, 422, daycast.Invalid, "body.series"},
		{"null series", "/v1/predict", `{"series":null,"horizon":7}`, 422, daycast.Invalid, "body.series"},
		{"too many series", "/v1/predict", long, 422, daycast.Invalid, "body.series|1000"},
		{"field with a slip", "/v1/predict", `{"series":["85123A"],"horizon":7,"horizn":7}`, 422, daycast.Invalid, "horizn"},
		{"quantile 1", "/v1/predict", `{"series":["85123A"],"horizon":7,"quantiles":[0.5,1]}`, 422, daycast.Invalid, "body.quantiles"},
		{"not JSON", "/v1/predict", `horizon=7`, 400, daycast.Invalid, "body"},
		{"number too large", "/v1/predict", `{"series":["85123A"],"horizon":1e999}`, 400, daycast.Invalid, "body"},
		{"unknown series", "/v1/predict", `{"series":["85123A","85123B"],"horizon":7}`, 404, daycast.NotFound, `body.series[1]|did you mean \"85123A\"`},
		{"several unknown", "/v1/predict", `{"series":["p","85123A","q"],"horizon":7}`, 404, daycast.NotFound, "2 of 3|body.series[0]|body.series[2]"},
		{"series in another case", "/v1/series/85123a/history", "", 404, daycast.NotFound, `path.id|did you mean \"85123A\"`},
		{"item without its place", "/v1/series/mug/forecast", "", 404, daycast.NotFound, `did you mean \"mug@london\"`},
		{"totals of another level", "/v1/totals?level=brand", "", 422, daycast.Invalid, `series have no column \"brand\"`},
		{"item at another place", "/v1/series/mug@rome/forecast", "", 404, daycast.NotFound, `did you mean \"mug@london\"`},
		{"limit 0", "/v1/series?limit=0", "", 422, daycast.Invalid, "query.limit"},
		{"limit in words", "/v1/series?limit=all", "", 422, daycast.Invalid, "query.limit"},
		{"after nothing", "/v1/series?after=@@", "", 422, daycast.Invalid, "query.after"},
		{"from is no day", "/v1/series/85123A/history?from=2011-02-30", "", 422, daycast.Invalid, "query.from"},
		{"from after to", "/v1/series/85123A/history?from=2011-02-20&to=2011-02-01", "", 422, daycast.Invalid, "query.from"},
		{"no such path", "/v2/predict", "", 404, daycast.NotFound, "/v2/predict|/docs"},
		{"wrong method", "/v1/predict", "", 405, daycast.Invalid, "POST"},
		{"wrong method again", "/v1/models", `{}`, 405, daycast.Invalid, "GET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantProblem(t, ask(t, h.URL+c.path, c.body), c.status, c.code, strings.Split(c.words, "|")...)
		})
	}
}

func TestFormIsRefused(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/v1/predict", strings.NewReader("horizon=7"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a := do(t, r)
	wantProblem(t, a, 415, daycast.Invalid, "Content-Type: application/json")
	if strings.Contains(a.body, "horizon=7") {
		t.Errorf("the body is echoed: %s", a.body)
	}
}

func TestBeforeTheFirstSnapshot(t *testing.T) {
	s, h := start(t, serve.Options{}, nil)
	for _, path := range []string{"/readyz", "/v1/models", "/v1/series", "/v1/series/a/history", "/v1/series/a/forecast", "/v1/totals"} {
		a := ask(t, h.URL+path, "")
		wantProblem(t, a, 503, daycast.Unavailable, "daycast run")
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
	wantProblem(t, ask(t, h.URL+"/v1/predict", `{"series":["a"],"horizon":1}`), 503, daycast.Unavailable)
	if a := ask(t, h.URL+"/healthz", ""); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
	s.Swap(state("r1", constant{}))
	if a := ask(t, h.URL+"/readyz", ""); a.status != http.StatusOK {
		t.Errorf("readyz with a state: %d", a.status)
	}
}

// An id is a path segment when it is encoded as clients ought to, and is
// understood too where a client encoded only once.
func TestIDsInPaths(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	for segment, want := range map[string]string{
		"85123A":        "85123A",
		"a%252Fb":       "a%2Fb",
		"a%2Fb":         "a%2Fb",
		"x%2540y":       "x%40y",
		"x%40y":         "x%40y",
		"50%2525%20off": "50%25 off",
		"50%25%20off":   "50%25 off",
		"mug@paris":     "mug@paris",
		"mug%40paris":   "mug@paris",
	} {
		for _, leaf := range []string{"/history", "/forecast"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/v1/series/"+segment+leaf, nil)
			if err != nil {
				t.Fatal(err)
			}
			a := do(t, r)
			var got struct{ Series string }
			a.decode(t, &got)
			if got.Series != want {
				t.Errorf("%s is %d %q, want %q", segment, a.status, got.Series, want)
			}
		}
	}
}

// Every listed id leads to its history, forecast and prediction.
func TestListedIDsWork(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	var ids []string
	for next := "start"; next != ""; {
		query := ""
		if next != "start" {
			query = "&after=" + url.PathEscape(next)
		}
		var page struct {
			Series []struct{ ID string }
			Next   string
		}
		ask(t, h.URL+"/v1/series?limit=3"+query, "").decode(t, &page)
		for _, s := range page.Series {
			ids = append(ids, s.ID)
		}
		next = page.Next
	}
	want := []string{"50%25 off", "85123A", "a%2Fb", "dead", "mug@london", "mug@paris", "x%40y"}
	if d := cmp.Diff(want, ids); d != "" {
		t.Fatal(d)
	}
	body, _ := json.Marshal(map[string]any{"series": append(slices.Clone(ids), ids[0]), "horizon": 28})
	var predicted struct {
		Forecasts []json.RawMessage
	}
	ask(t, h.URL+"/v1/predict", string(body)).decode(t, &predicted)
	for i, id := range ids {
		if a := ask(t, h.URL+"/v1/series/"+url.PathEscape(id)+"/history", ""); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", id, a.status, a.body)
		}
		stored := ask(t, h.URL+"/v1/series/"+url.PathEscape(id)+"/forecast", "")
		if d := cmp.Diff(strings.TrimSpace(stored.body), string(predicted.Forecasts[i])); d != "" {
			t.Errorf("%s: stored (-) and predicted (+) differ: %s", id, d)
		}
	}
	if string(predicted.Forecasts[len(ids)]) != string(predicted.Forecasts[0]) {
		t.Error("a series asked for twice has two answers")
	}
}

func TestSearch(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	for query, want := range map[string]string{
		"MUG":     "mug@london mug@paris",
		"garden":  "50%25 off x%40y",
		"%20dead": "dead",
		"85123A":  "85123A",
		"@":       "mug@london mug@paris",
		"a/b":     "",
		"kitchen": "85123A a%2Fb mug@london mug@paris",
	} {
		var page struct{ Series []struct{ ID string } }
		ask(t, h.URL+"/v1/series?q="+query, "").decode(t, &page)
		var ids []string
		for _, s := range page.Series {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestOnSale(t *testing.T) {
	st := state("r1", constant{})
	p := st.Panel
	for t := p.Offsets[3]; t < p.Offsets[4]; t++ {
		p.State[t] = daycast.Zero
	}
	p.State[p.Offsets[3]] = daycast.Sold
	_, h := start(t, serve.Options{}, st)
	a := ask(t, h.URL+"/v1/series?q=dead", "")
	if !strings.Contains(a.body, `"on_sale":false,"last_sale":"2010-10-15"`) {
		t.Error(a.body)
	}
	p.State[p.Offsets[3]] = daycast.Zero
	if a := ask(t, h.URL+"/v1/series?q=dead", ""); strings.Contains(a.body, "last_sale") {
		t.Error(a.body)
	}
}

func TestNoStoredForecasts(t *testing.T) {
	st := state("r1", constant{})
	st.Forecasts = nil
	_, h := start(t, serve.Options{}, st)
	wantProblem(t, ask(t, h.URL+"/v1/series/85123A/forecast", ""), 404, daycast.NotFound, "/v1/predict")
}

func TestModelErrors(t *testing.T) {
	secret := errors.New("password=hunter2")
	for name, c := range map[string]struct {
		err    error
		status int
		code   daycast.Code
		words  string
	}{
		"invalid":     {daycast.Errorf(daycast.Invalid, "counts only").WithField("units").WithHint("take another model"), 422, daycast.Invalid, "units|take another"},
		"conflict":    {daycast.Errorf(daycast.Conflict, "changed"), 409, daycast.Conflict, "changed"},
		"unavailable": {daycast.Errorf(daycast.Unavailable, "later"), 503, daycast.Unavailable, "later"},
		"internal":    {daycast.Errorf(daycast.Internal, "broken: %w", secret), 500, daycast.Internal, "log"},
		"unknown":     {secret, 500, daycast.Internal, "log"},
	} {
		t.Run(name, func(t *testing.T) {
			_, h := start(t, serve.Options{}, state("r1", constant{func(context.Context) error { return c.err }}))
			a := ask(t, h.URL+"/v1/predict", `{"series":["85123A"],"horizon":1}`)
			wantProblem(t, a, c.status, c.code, strings.Split(c.words, "|")...)
			if strings.Contains(a.body, "hunter2") {
				t.Errorf("the cause leaks: %s", a.body)
			}
		})
	}
}
