package source

import (
	"errors"
	"strings"

	"daycast"
)

// sampleRows is how many rows Check looks at: enough to tell a column of the
// wrong type from a few dirty values, few enough to be read at once.
const sampleRows = 1000

// checkSample names every canonical column most of whose sampled values are
// not of its kind. A few wrong values are dirt, and cleaning reports them one
// by one; a column that is mostly wrong is the wrong column.
func (t Table) checkSample(columns []string, rows [][]string, where, field string) error {
	var errs []error
	for i, name := range columns {
		kind := t.kindOf(name)
		filled, wrong, example := 0, 0, ""
		for _, row := range rows {
			if i >= len(row) || strings.TrimSpace(row[i]) == "" {
				continue
			}
			filled++
			if !kind.fits(row[i]) {
				wrong++
				example = row[i]
			}
		}
		if 2*wrong <= filled {
			continue
		}
		errs = append(errs, daycast.Errorf(daycast.Invalid,
			"%s: column %q: %d of %d sampled values are not of type %s, such as %q",
			where, name, wrong, filled, kind, clip(example)).
			WithHint("want %s", kindHints[kind]).WithField(field))
	}
	return errors.Join(errs...)
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
