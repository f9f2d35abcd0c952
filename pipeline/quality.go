package pipeline

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/quality"
)

// noteQuality leaves the report on what the run read, as far as it came. why
// is the error that it ends with.
func (r *Run) noteQuality(ctx context.Context, why error) error {
	var c checked
	err := readJSON(r.path("checked"), &c)
	if daycast.CodeOf(err) == daycast.NotFound && err != nil || errors.Is(why, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	q := quality.Report{Run: r.ID, Created: r.Now().UTC(), State: quality.Read, Changes: c.Changes}
	for _, t := range c.Tables {
		q.Tables = append(q.Tables, quality.Table{Result: t})
	}
	if why != nil {
		q.State, q.Error = quality.Failed, why.Error()
		if c.Stopped {
			q.State = quality.Stopped
		}
	}
	if l, err := r.loaded(); err == nil {
		cleaned(&q, l)
		if err := r.countQuarantined(ctx, q.Tables); err != nil {
			return err
		}
	}
	var t trained
	if readJSON(r.path("trained"), &t) == nil {
		for _, state := range sortedKeys(t.Days) {
			q.States = append(q.States, quality.State{Name: state, Days: int64(t.Days[state])})
		}
	}
	return writeJSON(r.path("quality"), q)
}

// cleaned adds what cleaning changed.
func cleaned(q *quality.Report, l loaded) {
	q.Lines, q.Used, q.Notes = l.Report.Rows, l.Report.Rows, l.Notes
	for _, at := range l.Report.Reasons() {
		effect := quality.EffectOf(at.Name)
		if effect.Gone() {
			q.Used -= at.Rows
		}
		q.Reasons = append(q.Reasons, quality.Reason{
			Name: at.Name, Effect: effect, Rows: at.Rows, Units: at.Units, Share: shareOf(at, l.Report), Examples: at.Examples,
		})
	}
}

func shareOf(at clean.Reason, all *clean.Report) float64 {
	if all.Rows == 0 {
		return 0
	}
	return float64(at.Rows) / float64(all.Rows)
}

// countQuarantined counts the rows in quarantine by table.
func (r *Run) countQuarantined(ctx context.Context, tables []quality.Table) error {
	of := map[string]int64{}
	for q, err := range r.Warehouse.Quarantine().Read(ctx, forever) {
		if err != nil {
			return err
		}
		of[q.Table]++
	}
	for k := range tables {
		tables[k].Quarantined = of[tables[k].Result.Table]
	}
	return nil
}

const qualitySuffix = ".quality.json"

// trendRuns is how many runs a report compares: two weeks of one a day.
const trendRuns = 14

// ReadQuality is the report of a run of a data folder, "" for the newest, with
// the trend up to it: code not_found where there is none.
func ReadQuality(dir, run string) (*quality.Report, error) {
	files := runFiles(dir, qualitySuffix)
	at := len(files) - 1
	if run != "" {
		at = slices.IndexFunc(files, func(f string) bool { return strings.TrimSuffix(filepath.Base(f), qualitySuffix) == run })
	}
	if at < 0 {
		return nil, noQuality(dir, run)
	}
	q, err := readQuality(files[at])
	if err != nil {
		return nil, err
	}
	for _, f := range files[max(0, at+1-trendRuns) : at+1] {
		if one, err := readQuality(f); err == nil { // a broken one is no reason to show none
			q.Trend = append(q.Trend, one.Point())
		}
	}
	return q, nil
}

// NewestQuality is that of the newest run, without the trend.
func NewestQuality(dir string) (*quality.Report, error) {
	files := runFiles(dir, qualitySuffix)
	if len(files) == 0 {
		return nil, noQuality(dir, "")
	}
	return readQuality(files[len(files)-1])
}

func noQuality(dir, run string) error {
	what := "no run"
	if run != "" {
		what += " " + run
	}
	return daycast.Errorf(daycast.NotFound, "%s has left a report on its data in %s", what, dir).
		WithHint("daycast etl and daycast run do").WithField("run")
}

// readQuality is a report without the trend; nil beside an error.
func readQuality(path string) (*quality.Report, error) {
	q := &quality.Report{}
	if err := readJSON(path, q); err != nil {
		return nil, err
	}
	return q, nil
}
