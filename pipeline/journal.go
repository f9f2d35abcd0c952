package pipeline

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"daycast"
)

// A Journal says which steps of a run are done, so that a run that was killed
// goes on at the first that is not.
type Journal struct {
	Run   string    `json:"run"`
	Began time.Time `json:"began"`
	Done  []Step    `json:"done"`
	Ended bool      `json:"ended"`

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

// openJournal resumes the run that did not end, or begins one with the id.
// Where all the wanted steps are done already, a new run is meant.
func openJournal(dir, id string, now time.Time, wanted []step) (*Journal, error) {
	runs := filepath.Join(dir, "runs")
	if err := os.MkdirAll(runs, 0o755); err != nil {
		return nil, fileError("the data folder", err)
	}
	j := &Journal{path: journalPath(dir)}
	text, err := os.ReadFile(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fileError("the journal of runs", err)
	default:
		if err := json.Unmarshal(text, j); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "the journal of runs %s: %w", j.path, err).
				WithHint("remove the file to begin a new run")
		}
	}
	if j.Run == "" || j.Ended || now.Sub(j.Began) > staleAfter || j.allDone(wanted) {
		*j = Journal{Run: id, Began: now.UTC(), path: j.path}
		return j, j.save()
	}
	return j, nil
}

func (j *Journal) allDone(wanted []step) bool {
	for _, s := range wanted {
		if !j.done(s.name) {
			return false
		}
	}
	return true
}

// done reports whether the step was finished before.
func (j *Journal) done(step string) bool {
	for _, s := range j.Done {
		if s.Name == step {
			return true
		}
	}
	return false
}

func (j *Journal) finish(s Step) error {
	j.Done = append(j.Done, s)
	return j.save()
}

func (j *Journal) end() error {
	j.Ended = true
	return j.save()
}

func (j *Journal) save() error { return writeJSON(j.path, j) }

// writeJSON replaces the file at once.
func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(text, '\n'))
}

func writeFile(path string, content []byte) error {
	next := path + ".next"
	f, err := os.Create(next)
	if err != nil {
		return fileError(path, err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	return fileError(path, err)
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fileError(path, err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return daycast.Errorf(daycast.Invalid, "%s: %w", path, err)
	}
	return nil
}

// fileError is a failed reading or writing, with what can be done.
func fileError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return daycast.Errorf(daycast.NotFound, "%s: %w", what, err)
	case errors.Is(err, fs.ErrPermission):
		return daycast.Errorf(daycast.Invalid, "%s: %w", what, err).WithHint("give daycast the right to write there")
	}
	return daycast.Errorf(daycast.Unavailable, "%s: %w", what, err).WithHint("is the disk full?")
}
