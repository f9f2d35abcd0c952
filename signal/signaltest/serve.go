package signaltest

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"daycast/signal/fetch"
)

// Serve starts a server for each API and opens an empty archive, until the test
// ends. at is where each API is.
func Serve(t *testing.T, apis map[string]http.Handler) (archive *fetch.Archive, at map[string]string) {
	t.Helper()
	at = map[string]string{}
	for name, handler := range apis {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		at[name] = server.URL
	}
	archive, err := fetch.Open(t.Context(), filepath.Join(t.TempDir(), "signals.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	return archive, at
}
