package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"daycast"
)

// newAPI puts every operation on the server's mux and returns their OpenAPI
// description as JSON.
func newAPI(s *Server) []byte {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	api := humago.New(s.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "daycast",
				Version:     "1",
				Description: "Daily sales forecasts. Errors are application/problem+json (RFC 9457).",
			},
			Components: &huma.Components{Schemas: registry},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{asProblem},
	})
	failure := &huma.Response{
		Description: "A problem",
		Content: map[string]*huma.MediaType{
			problemType: {Schema: registry.Schema(reflect.TypeFor[problem](), true, "")},
		},
	}
	s.operations(api, failure)
	// huma describes its own error model too, which asProblem replaces.
	delete(registry.Map(), "ErrorModel")
	delete(registry.Map(), "ErrorDetail")
	spec, err := json.Marshal(api.OpenAPI())
	if err != nil {
		panic("serve: the API's own description does not marshal: " + err.Error())
	}
	return spec
}

// operations registers what the API can do, in the order of the docs page.
func (s *Server) operations(api huma.API, failure *huma.Response) {
	op := func(method, path, id, tag, summary, description string) huma.Operation {
		return huma.Operation{
			Method: method, Path: path, OperationID: id, Tags: []string{tag},
			Summary: summary, Description: description,
			Responses: map[string]*huma.Response{"default": failure},
			// The limits are limitBody's.
			MaxBodyBytes: -1, BodyReadTimeout: -1,
		}
	}
	register(s, api, op(http.MethodPost, "/v1/predict", "predict", "forecasts", "Forecast series now",
		"Forecasts the periods after the last known day with the champion model, for the series in the order asked."), s.predict)
	register(s, api, op(http.MethodGet, "/v1/series/{id}/forecast", "get-forecast", "forecasts", "The last run's forecast",
		"The forecast that the last run stored for the series."), s.forecast)
	register(s, api, op(http.MethodGet, "/v1/totals", "get-totals", "forecasts", "The last run's forecast of the shop or of groups",
		"What the stored forecasts of a level's series add up to, by group and period."), s.totals)
	register(s, api, op(http.MethodGet, "/v1/series", "list-series", "series", "List or search series",
		"Pages of series in the order of item and place. The next page begins after `next`; without it there is none."), s.listSeries)
	register(s, api, op(http.MethodGet, "/v1/series/{id}/history", "get-history", "series", "What was sold",
		"The series' periods up to the last known day, each with the reason for its value."), s.history)
	register(s, api, op(http.MethodGet, "/v1/models", "list-models", "models", "List model versions",
		"The model versions that the snapshot knows; the champion answers forecasts."), s.models)
	register(s, api, op(http.MethodGet, "/v1/accuracy", "get-accuracy", "models", "How far off forecasts were",
		"The errors of the last backtest by periods ahead and by category, and of served forecasts once their days came."), s.accuracy)
	register(s, api, op(http.MethodGet, "/readyz", "ready", "health", "Ready to forecast?",
		"Answers 503 until a snapshot is loaded."), s.ready)
	huma.Register(api, op(http.MethodGet, "/healthz", "health", "health", "Alive?", "Answers while the process runs."), s.alive)
	metrics := op(http.MethodGet, "/metrics", "metrics", "health", "Metrics", "In Prometheus' text format.")
	metrics.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	api.OpenAPI().AddOperation(&metrics)
}

// A reply wraps a body for huma.
type reply[T any] struct{ Body T }

// register adds an operation that answers from the live state. Its errors are
// mapped here and nowhere else.
func register[I, T any](s *Server, api huma.API, op huma.Operation, answer func(context.Context, *live, *I) (T, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*reply[T], error) {
		l := s.hold()
		if l == nil {
			return nil, problemOf(s.notReady())
		}
		defer l.users.Done()
		out, err := answer(ctx, l, in)
		if err != nil {
			p := problemOf(err)
			if p.Status == http.StatusInternalServerError {
				s.log.ErrorContext(ctx, "request failed", "operation", op.OperationID, "error", err, "trace.id", traceIn(ctx))
			}
			return nil, p
		}
		return &reply[T]{Body: out}, nil
	})
}

// notReady says why there is nothing to answer from.
func (s *Server) notReady() error {
	if name := s.broken.Load(); name != nil {
		return daycast.Errorf(daycast.Unavailable, "snapshot %s could not be loaded", *name).
			WithHint("the server's log says why; the next `daycast run` publishes another")
	}
	return daycast.Errorf(daycast.Unavailable, "no forecasts yet").WithHint("a first `daycast run` publishes them")
}

type aliveBody struct {
	Status string `json:"status" example:"ok"`
}

func (s *Server) alive(context.Context, *struct{}) (*reply[aliveBody], error) {
	return &reply[aliveBody]{Body: aliveBody{Status: "ok"}}, nil
}

type readyBody struct {
	Status   string `json:"status" example:"ready"`
	Snapshot string `json:"snapshot" doc:"The id of the run that published what is served."`
	Version  string `json:"version" doc:"The champion model's version."`
	Origin   string `json:"origin" format:"date" doc:"The last known day."`
	Series   int    `json:"series" doc:"How many series there are."`
}

func (s *Server) ready(_ context.Context, l *live, _ *struct{}) (readyBody, error) {
	return readyBody{
		Status: "ready", Snapshot: l.Version, Version: l.Champion.ID,
		Origin: l.shop.Origin().String(), Series: l.shop.Len(),
	}, nil
}
