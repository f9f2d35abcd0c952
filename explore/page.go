package explore

import (
	"io"

	"daycast/web"
)

// WritePage writes the report as one HTML file that needs nothing else.
func WritePage(w io.Writer, r *Report) error { return web.Fill(w, web.Report(), r) }
