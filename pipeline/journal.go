package pipeline

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"daycast"
)

// A Journal says which steps of a run are done, so that a run that was killed
// goes on at the first that is not.
type Journal struct {
	Run      string    `json:"run"`
	Began    time.Time `json:"began"`
	Settings string    `json:"settings"` // fingerprint of all that decides the result but the data
	Done     []Step    `json:"done"`
	Ended    bool      `json:"ended"` // it is not to be resumed

	path string
}

// A Step of a journal is one that is done.
type Step struct {
	Name    string    `json:"step"`
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
}

// journalPath is the journal in a data folder.
func journalPath(dir string) string { return filepath.Join(dir, "runs", "journal.json") }

// staleAfter is how long a run that did not end can be resumed: later, the
// shop has sold on, and a new run is wanted.
const staleAfter = 12 * time.Hour

// idLayout makes run ids that sort as they began and are a folder's name.
const idLayout = "20060102T150405Z"

// openJournal resumes the run that did not end, or begins a new one: where
// there is none, it is old or was made with other settings, or all the wanted
// steps are done, so that doing them again is what is meant.
func openJournal(dir, settings string, now time.Time, wanted []step) (*Journal, error) {
	if err := os.MkdirAll(filepath.Join(dir, "runs"), 0o755); err != nil {
		return nil, fileError("the data folder", err)
	}
	j, err := readJournal(dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	if j.Run != "" && !j.Ended && now.Sub(j.Began) <= staleAfter && j.Settings == settings && !j.allDone(wanted) {
		return j, nil
	}
	j = &Journal{Run: newID(j.Run, now), Began: now.UTC(), Settings: settings, path: j.path}
	return j, j.save()
}

// readJournal is the journal of the newest run; an empty one beside code
// not_found where there is none.
func readJournal(dir string) (*Journal, error) {
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

func (j *Journal) allDone(wanted []step) bool {
	return !slices.ContainsFunc(wanted, func(s step) bool { return !j.done(s.name) })
}

// done reports whether the step was finished before.
func (j *Journal) done(step string) bool {
	return slices.ContainsFunc(j.Done, func(s Step) bool { return s.Name == step })
}

func (j *Journal) finish(s Step) error {
	j.Done = append(j.Done, s)
	return j.save()
}

// fail ends a run whose data or settings are wrong: once they are right, they
// have to be read anew. A run that was stopped, or lacked room or a
// connection, can go on.
func (j *Journal) fail(err error) error {
	switch daycast.CodeOf(err) {
	case daycast.Invalid, daycast.NotFound, daycast.Unauthorized:
		return j.end()
	}
	return nil
}

func (j *Journal) end() error {
	j.Ended = true
	return j.save()
}

func (j *Journal) save() error { return writeJSON(j.path, j) }
