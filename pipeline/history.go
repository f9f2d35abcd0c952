package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"daycast"
)

// An Ended run is a line of a data folder's history.
type Ended struct {
	Run     string             `json:"run"`
	Began   time.Time          `json:"began"`
	Ended   time.Time          `json:"ended"`
	State   string             `json:"state"` // done, unchanged or failed
	Error   string             `json:"error,omitempty"`
	Code    daycast.Code       `json:"error_code,omitempty"`
	Seconds map[string]float64 `json:"seconds"` // by step that was done
}

func historyPath(dir string) string { return filepath.Join(dir, "runs", "history.jsonl") }

// note adds the run to the history.
func (j *Journal) note(state string) error {
	e := Ended{Run: j.Run, Began: j.Began, Ended: j.EndedAt, State: state, Error: j.Error, Code: j.Code, Seconds: map[string]float64{}}
	for _, s := range j.Done {
		if s.Run == j.Run {
			e.Seconds[s.Name] = s.Seconds
		}
	}
	return e.add(historyPath(filepath.Dir(filepath.Dir(j.path))))
}

// NoteFailure adds a run to a data folder's history that failed before it
// could begin, such as for want of a connection.
func NoteFailure(dir string, at time.Time, why error) error {
	if errors.Is(why, context.Canceled) {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "runs"), 0o755); err != nil {
		return fileError("the data folder", err)
	}
	at = at.UTC()
	e := Ended{Run: at.Format(idLayout), Began: at, Ended: at, State: "failed", Error: why.Error(), Code: daycast.CodeOf(why)}
	return e.add(historyPath(dir))
}

func (e Ended) add(path string) error {
	text, err := json.Marshal(e)
	if err != nil {
		return daycast.Errorf(daycast.Internal, "the history of runs: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fileError("the history of runs", err)
	}
	_, err = f.Write(append(text, '\n'))
	if e := f.Close(); err == nil {
		err = e
	}
	return fileError("the history of runs", err)
}

// History is the runs that ended or failed in a data folder, the oldest first.
// A line that a crash cut off is left out.
func History(dir string) ([]Ended, error) {
	text, err := os.ReadFile(historyPath(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fileError("the history of runs", err)
	}
	var all []Ended
	for line := range bytes.Lines(text) {
		var e Ended
		if json.Unmarshal(line, &e) == nil && e.Run != "" {
			all = append(all, e)
		}
	}
	return all, nil
}
