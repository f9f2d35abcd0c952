package pipeline

import (
	"context"
	"path/filepath"
	"time"

	"daycast"
)

// A watermark is how far the order lines in the warehouse reach, as of the
// last run that ended. It is kept beside the warehouse, so it holds only for
// one that has lines, read by the same queries.
type watermark struct {
	Newest string `json:"newest"` // order time, as the source wrote it
	Tables string `json:"tables"` // Shop.Tables
}

func (r *Run) watermarkPath() string { return filepath.Join(r.Dir, "runs", "watermark.json") }

// since is the day from which order lines are read again: the look-back before
// the watermark, and a day more because shops write times of several zones.
// The zero time means all.
func (r *Run) since(ctx context.Context) (time.Time, error) {
	var w watermark
	if err := readJSON(r.watermarkPath(), &w); err != nil || w.Tables != r.Shop.Tables || len(w.Newest) < len(time.DateOnly) {
		return time.Time{}, nil // reading all is right whatever was wrong with the file
	}
	newest, err := time.Parse(time.DateOnly, w.Newest[:len(time.DateOnly)])
	if err != nil {
		return time.Time{}, nil
	}
	counts, err := r.Warehouse.Counts(ctx)
	if err != nil || counts["raw"] == 0 {
		return time.Time{}, err
	}
	return newest.AddDate(0, 0, -r.Shop.LookBack-1), nil
}

// newer is the newer of two order times, of which those that are no time or
// lie in the future do not count.
func newer(a, b string, today daycast.Day) string {
	if len(b) < len(time.DateOnly) || b <= a {
		return a
	}
	if d, err := daycast.ParseDay(b[:len(time.DateOnly)]); err != nil || d > today {
		return a
	}
	return b
}

// advance moves the watermark: only now is all before it published.
func (r *Run) advance() error {
	var e extracted
	if err := readJSON(r.path("extracted"), &e); err != nil {
		if daycast.CodeOf(err) == daycast.NotFound {
			return nil // a shop of daily rows reads all of them each time
		}
		return err
	}
	next := watermark{Newest: e.Watermark, Tables: r.Shop.Tables}
	var have watermark
	if e.Since != "" && readJSON(r.watermarkPath(), &have) == nil {
		next.Newest = max(have.Newest, e.Watermark) // nothing new was sold
	}
	return writeJSON(r.watermarkPath(), next)
}
