package serve_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"daycast/serve"
)

// BenchmarkPredict is one series through the whole handler, without the
// network and with a model that costs nothing.
func BenchmarkPredict(b *testing.B) {
	s := serve.New(serve.Options{Logger: slog.New(slog.DiscardHandler)})
	s.Swap(state("r1", constant{}))
	h := s.Handler()
	const body = `{"series":["85123A"],"horizon":28}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/v1/predict", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			out, _ := io.ReadAll(w.Body)
			b.Fatal(w.Code, string(out))
		}
	}
}
