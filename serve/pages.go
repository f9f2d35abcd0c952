package serve

import (
	"embed"
	"net/http"
)

// docs are the pages that describe the API. They load nothing from elsewhere.
//
//go:embed docs
var docs embed.FS

// pagePolicy lets a page use what this server has and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// pages puts the landing page, the API's description and its docs on the mux.
func pages(mux *http.ServeMux, spec []byte) {
	page := func(pattern, file string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", pagePolicy)
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, docs, "docs/"+file)
		})
	}
	page("GET /{$}", "landing.html")
	page("GET /docs", "docs.html")
	page("GET /docs/docs.js", "docs.js")
	page("GET /docs/docs.css", "docs.css")
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(spec) // a client that has gone is nobody to tell
	})
}
