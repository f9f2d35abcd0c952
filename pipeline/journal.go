package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"daycast"
)

// A Journal says which steps of a run are done, so that a run that was killed
// goes on at the first that is not.
type Journal struct {
	Run      string       `json:"run"`
	Began    time.Time    `json:"began"`
	Settings string       `json:"settings"`             // fingerprint of all that decides the result but the data
	AsOf     daycast.Day  `json:"as_of,omitempty"`      // of a replay: the last day that it knows
	Due      time.Time    `json:"due,omitzero"`         // instant of the schedule that it answers; zero for by hand
	Done     []Step       `json:"done"`                 // or kept
	Earlier  []Step       `json:"earlier,omitempty"`    // of each step, the newest that an earlier run did
	Ended    bool         `json:"ended"`                // it is not to be resumed
	EndedAt  time.Time    `json:"ended_at,omitzero"`    // or failed at
	Error    string       `json:"error,omitempty"`      // why it failed; "" where it did not
	Code     daycast.Code `json:"error_code,omitempty"` // of Error

	path string
}

// A Step of a journal is one that is done.
type Step struct {
	Name    string    `json:"step"`
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
	Run     string    `json:"run"` // that did it: an earlier one where nothing had changed since
	In      string    `json:"in,omitempty"`
	Out     string    `json:"out,omitempty"`
}

// journalPath is the journal in a data folder.
func journalPath(dir string) string { return filepath.Join(dir, "runs", "journal.json") }

// staleAfter is how long a run that did not end can be resumed: later, the
// shop has sold on, and a new run is wanted.
const staleAfter = 12 * time.Hour

// idLayout makes run ids that sort as they began and are a folder's name.
const idLayout = "20060102T150405Z"

// openJournal resumes the run that did not end, or begins a new one: where
// there is none, it is old, was made with other settings, as of another day or
// began before the instant that is to be answered, or all the wanted steps are
// done, so that doing them again is what is meant.
func openJournal(r *Run, now time.Time, wanted []step) (*Journal, error) {
	dir, settings := r.Dir, r.begun()
	if err := os.MkdirAll(filepath.Join(dir, "runs"), 0o755); err != nil {
		return nil, fileError("the data folder", err)
	}
	j, err := ReadJournal(dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	if j.Run != "" && !j.Ended && now.Sub(j.Began) <= staleAfter && !j.Began.Before(r.Due) &&
		j.Settings == settings && j.AsOf == r.AsOf && !j.allDone(wanted) {
		if !r.Due.IsZero() {
			j.Due = r.Due
		}
		j.Error, j.Code, j.EndedAt = "", "", time.Time{}
		return j, j.save()
	}
	if !j.Ended && j.done(StepPublish) { // killed before it could say so
		if err := j.end(); err != nil {
			return nil, err
		}
	}
	j = &Journal{
		Run: newID(j.Run, now), Began: now.UTC(), Settings: settings, AsOf: r.AsOf, Due: r.Due, Earlier: j.known(), path: j.path,
	}
	return j, j.save()
}

// ReadJournal is the journal of the newest run in a data folder; an empty one
// beside code not_found where there is none.
func ReadJournal(dir string) (*Journal, error) {
	j := &Journal{path: journalPath(dir)}
	err := readJSON(j.path, j)
	if daycast.CodeOf(err) == daycast.Invalid && err != nil {
		err = daycast.Errorf(daycast.Invalid, "the journal of runs: %w", err).WithHint("remove the file to begin a new run")
	}
	return j, err
}

// newID is the time, or a second after the last run's where the clock has not
// come that far: an id is never given twice.
func newID(last string, now time.Time) string {
	now = now.UTC().Truncate(time.Second)
	if before, err := time.Parse(idLayout, last); err == nil && !now.After(before) {
		now = before.Add(time.Second)
	}
	return now.Format(idLayout)
}

// known is the newest of each step, this run's before earlier ones'.
func (j *Journal) known() []Step {
	known := slices.Clone(j.Done)
	for _, s := range j.Earlier {
		if !slices.ContainsFunc(known, named(s.Name)) {
			known = append(known, s)
		}
	}
	return known
}

// earlier is the newest of a step that an earlier run did.
func (j *Journal) earlier(name string) (Step, bool) {
	if k := slices.IndexFunc(j.Earlier, named(name)); k >= 0 {
		return j.Earlier[k], true
	}
	return Step{}, false
}

func named(step string) func(Step) bool { return func(s Step) bool { return s.Name == step } }

func (j *Journal) allDone(wanted []step) bool {
	return !slices.ContainsFunc(wanted, func(s step) bool { return !j.done(s.name) })
}

// done reports whether the step was finished before.
func (j *Journal) done(step string) bool { return slices.ContainsFunc(j.Done, named(step)) }

// Published reports whether the run has published a snapshot of its own.
func (j *Journal) Published() bool {
	return slices.ContainsFunc(j.Done, func(s Step) bool { return s.Name == StepPublish && s.Run == j.Run })
}

func (j *Journal) finish(s Step) error {
	j.Done = append(j.Done, s)
	return j.save()
}

// fail notes why a run failed, and ends one whose data or settings are wrong:
// once they are right, they have to be read anew. A run that lacked room or a
// connection can go on; one that was stopped has not failed.
func (j *Journal) fail(err error, now time.Time) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	j.Error, j.Code, j.EndedAt = err.Error(), daycast.CodeOf(err), now.UTC()
	switch j.Code {
	case daycast.Invalid, daycast.NotFound, daycast.Unauthorized:
		j.Ended = true
	}
	return errors.Join(j.save(), j.note("failed"))
}

// end notes that all steps are done.
func (j *Journal) end() error {
	last := j.Done[len(j.Done)-1]
	j.Ended, j.EndedAt = true, last.At.Add(time.Duration(last.Seconds*float64(time.Second)))
	if err := j.save(); err != nil {
		return err
	}
	if j.Published() {
		return j.note("done")
	}
	return j.note("unchanged")
}

func (j *Journal) save() error { return writeJSON(j.path, j) }
