package explore

import (
	"bytes"
	"encoding/json"
	"io"

	"daycast"
	"daycast/web"
)

// WritePage writes the report as one HTML file that needs nothing else. No
// name of the shop's can end the script that holds the figures: encoding/json
// writes <, > and & as escapes.
func WritePage(w io.Writer, r *Report) error {
	before, after, found := bytes.Cut(web.Report(), []byte(web.Placeholder))
	if !found {
		return daycast.Errorf(daycast.Internal, "the report's page has no place for the figures")
	}
	figures, err := json.Marshal(r)
	if err != nil {
		return daycast.Errorf(daycast.Internal, "the report's figures: %w", err)
	}
	for _, part := range [][]byte{before, figures, after} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
