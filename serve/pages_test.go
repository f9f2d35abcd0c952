package serve_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/serve"
)

func TestOpenAPI(t *testing.T) {
	_, h := start(t, serve.Options{}, nil)
	a := ask(t, h.URL+"/openapi.json", "")
	var spec struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ Responses map[string]any }
		Components struct{ Schemas map[string]any }
	}
	a.decode(t, &spec)
	for path, method := range map[string]string{
		"/v1/predict": "post", "/v1/series": "get", "/v1/series/{id}/history": "get", "/v1/series/{id}/forecast": "get", "/v1/totals": "get",
		"/v1/models": "get", "/v1/accuracy": "get", "/healthz": "get", "/readyz": "get", "/metrics": "get",
	} {
		if _, ok := spec.Paths[path][method]; !ok {
			t.Errorf("no %s %s", method, path)
		}
	}
	if len(spec.Paths) != 10 || spec.OpenAPI != "3.1.0" {
		t.Errorf("%d paths, OpenAPI %s", len(spec.Paths), spec.OpenAPI)
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(a.body, -1) {
		if _, ok := spec.Components.Schemas[ref[1]]; !ok {
			t.Errorf("%s is referred to and not there", ref[1])
		}
	}
	if strings.Contains(a.body, "ErrorModel") || !strings.Contains(a.body, "application/problem+json") {
		t.Error("the problems are not described as ours")
	}
}

func TestPages(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	script, styles := assets(t, h.URL)
	for path, contentType := range map[string]string{
		"/":              "text/html; charset=utf-8",
		script:           "text/javascript; charset=utf-8",
		styles:           "text/css; charset=utf-8",
		"/docs":          "text/html; charset=utf-8",
		"/docs/docs.css": "text/css; charset=utf-8",
		"/docs/docs.js":  "text/javascript; charset=utf-8",
		"/openapi.json":  "application/openapi+json",
	} {
		a := ask(t, h.URL+path, "")
		if a.status != http.StatusOK || a.header.Get("Content-Type") != contentType {
			t.Errorf("%s: %d %s", path, a.status, a.header.Get("Content-Type"))
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
		if path != "/openapi.json" && !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no content policy", path)
		}
	}
	for path, cache := range map[string]string{"/": "no-cache", "/docs": "no-cache", script: "public, max-age=31536000, immutable"} {
		if got := ask(t, h.URL+path, "").header.Get("Cache-Control"); got != cache {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, cache)
		}
	}
	for _, path := range []string{"/docs/none.js", "/assets/none.js", "/assets/", "/assets/..%2findex.html", "/report.html", "/index.html"} {
		wantProblem(t, ask(t, h.URL+path, ""), 404, daycast.NotFound)
	}
}

// assets are the paths of the dashboard's script and styles, all that it loads.
func assets(t *testing.T, url string) (script, styles string) {
	t.Helper()
	loads := regexp.MustCompile(`(?:href|src)="([^":]+)"`).FindAllStringSubmatch(ask(t, url+"/", "").body, -1)
	for _, load := range loads {
		path := "/" + strings.TrimPrefix(load[1], "./")
		switch {
		case strings.HasSuffix(path, ".js"):
			script = path
		case strings.HasSuffix(path, ".css"):
			styles = path
		case path != "/docs":
			t.Errorf("the dashboard loads %s", load[1])
		}
	}
	if script == "" || styles == "" {
		t.Fatalf("the dashboard has no script or no styles: %v", loads)
	}
	return script, styles
}

// The pages load nothing from elsewhere, and what they load is there.
func TestPagesStayHere(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	files, err := filepath.Glob("docs/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if at := regexp.MustCompile(`(?i)https?:|//[a-z]+\.|@import`).Find(b); at != nil {
			t.Errorf("%s refers to %s", file, at)
		}
		for _, link := range regexp.MustCompile(`(?:href|src)="([^":]+)"`).FindAllSubmatch(b, -1) {
			if a := ask(t, h.URL+"/"+strings.TrimPrefix(string(link[1]), "./"), ""); a.status != http.StatusOK {
				t.Errorf("%s links to %s: %d", file, link[1], a.status)
			}
		}
	}
}

func TestMetrics(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	for range 3 {
		ask(t, h.URL+"/v1/predict", `{"series":["85123A","dead"],"horizon":1}`)
	}
	for _, path := range []string{"/v1/series/a/history", "/v1/series/b/history", "/wild", "/wilder", "/v1/series/85123A/history"} {
		ask(t, h.URL+path, "")
	}
	for _, method := range []string{"BREW", "WHEN"} {
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		do(t, r)
	}
	got := ask(t, h.URL+"/metrics", "").body
	for _, want := range []string{
		`http_server_request_duration_seconds_count{method="POST",route="/v1/predict",status="2xx"} 3`,
		`http_server_request_duration_seconds_count{method="GET",route="/v1/series/{id}/history",status="2xx"} 1`,
		`http_server_request_duration_seconds_count{method="GET",route="/v1/series/{id}/history",status="4xx"} 2`,
		`http_server_request_duration_seconds_count{method="GET",route="none",status="4xx"} 2`,
		`http_server_request_duration_seconds_count{method="other",route="none",status="4xx"} 2`,
		`http_server_active_requests 1`,
		`daycast_predictions_total 6`,
		`daycast_snapshot_info{model="constant",snapshot="r1",version="v-r1"} 1`,
		`daycast_snapshot_series 7`,
		`daycast_snapshot_age_seconds `,
		`daycast_model_age_seconds `,
		`daycast_snapshot_origin_timestamp_seconds 1.296e+09`,
		`go_goroutines `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, "wild") || strings.Contains(got, "BREW") {
		t.Error("what a client sends is a label")
	}
}

// The body that the docs page offers works.
func TestExampleOfPredictWorks(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	var spec struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]struct{ Examples []any }
			}
		}
	}
	ask(t, h.URL+"/openapi.json", "").decode(t, &spec)
	body := map[string]any{}
	schema := spec.Components.Schemas["PredictInputBody"]
	for name, p := range schema.Properties {
		if len(p.Examples) > 0 {
			body[name] = p.Examples[0]
		}
	}
	if !slices.Equal(schema.Required, []string{"series", "horizon"}) {
		t.Errorf("required: %v", schema.Required)
	}
	b, _ := json.Marshal(body)
	if a := ask(t, h.URL+"/v1/predict", string(b)); a.status != http.StatusOK {
		t.Errorf("%s: %d %s", b, a.status, a.body)
	}
}
