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
	Newest string `json:"newest"` // day of the newest order
	Seen   string `json:"seen"`   // the newest day with orders that was over: what changes on it later is a correction
	Tables string `json:"tables"` // Run.tables
	Rules  string `json:"rules"`  // tells other rules of cleaning apart, after which the past is no correction
}

func (r *Run) watermarkPath() string { return filepath.Join(r.Dir, "runs", "watermark.json") }

// readWatermark is empty where there is none that holds.
func (r *Run) readWatermark() watermark {
	var w watermark
	if err := readJSON(r.watermarkPath(), &w); err != nil || w.Tables != r.tables() {
		return watermark{} // reading all is right whatever was wrong with the file
	}
	return w
}

// since is the day from which order lines are read again: the look-back before
// the watermark, and a day more because shops write times of several zones. 0
// means all.
func (r *Run) since(ctx context.Context) (daycast.Day, error) {
	newest, ok := dayOf(r.readWatermark().Newest)
	if !ok {
		return 0, nil
	}
	counts, err := r.Warehouse.Counts(ctx)
	if err != nil || counts["lines"] == 0 {
		return 0, err
	}
	return newest - daycast.Day(r.Shop.LookBack) - 1, nil
}

// seen is the newest day that was over at the last run, so that what changed
// of it since is a correction; ok is false where there is none to compare with.
func (r *Run) seen() (daycast.Day, bool) {
	w := r.readWatermark()
	if w.Rules != r.rules() {
		return 0, false
	}
	return dayOf(w.Seen)
}

// tables tells lines apart that would be read otherwise: another secret makes
// other pseudonyms.
func (r *Run) tables() string {
	return hashed(r.Shop.Tables, r.Shop.Key, r.Shop.TestOrders, r.Shop.Currency, r.Shop.Rates)
}

// rules tells apart ways of cleaning that would make other facts of the same
// lines.
func (r *Run) rules() string { return hashed(r.Shop) }

// dayOf reads the date with which a text begins.
func dayOf(s string) (daycast.Day, bool) {
	if len(s) < len(time.DateOnly) {
		return 0, false
	}
	d, err := daycast.ParseDay(s[:len(time.DateOnly)])
	return d, err == nil
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
	l, err := r.loaded()
	if err != nil {
		return err
	}
	if have, ok := dayOf(r.readWatermark().Newest); ok && e.Since != 0 {
		e.Newest = max(have, e.Newest) // nothing new was sold
	}
	return writeJSON(r.watermarkPath(), watermark{e.Newest.String(), l.Seen.String(), r.tables(), r.rules()})
}
