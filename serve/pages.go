package serve

import (
	"embed"
	"io/fs"
	"net/http"

	"daycast"
	"daycast/web"
)

// docs are the pages that describe the API. They load nothing from elsewhere.
//
//go:embed docs
var docs embed.FS

// pagePolicy lets a page use what this server has and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// pages puts the dashboard, the API's description and its docs on the mux.
func pages(mux *http.ServeMux, spec []byte) {
	dashboard := web.Dashboard()
	page := func(pattern string, from fs.FS, file string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", pagePolicy)
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, from, file)
		})
	}
	page("GET /{$}", dashboard, "index.html")
	page("GET /docs", docs, "docs/docs.html")
	page("GET /docs/docs.js", docs, "docs/docs.js")
	page("GET /docs/docs.css", docs, "docs/docs.css")
	mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		file := "assets/" + r.PathValue("file")
		if _, err := fs.Stat(dashboard, file); err != nil {
			newProblem(http.StatusNotFound, daycast.NotFound, "nothing is at %s", r.URL.Path).
				withHint("the dashboard is another version's: load the page again").write(w)
			return
		}
		w.Header().Set("Content-Security-Policy", pagePolicy)
		// The name has the content's hash: what is there never changes.
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeFileFS(w, r, dashboard, file)
	})
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(spec) // a client that has gone is nobody to tell
	})
}
