package pipeline

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"daycast"
	"daycast/source"
)

// Rows that the contract sets aside wait in a file of JSON lines for the step
// that fills the quarantine: there may be more of them than memory holds.

const asidePattern = "*.aside-*.jsonl"

func (r *Run) asidePath(t source.Table) string {
	return filepath.Join(r.Dir, "runs", r.ID+".aside-"+string(t)+".jsonl")
}

// asideFiles are those of this run.
func (r *Run) asideFiles() []string {
	files, _ := filepath.Glob(filepath.Join(r.Dir, "runs", r.ID+".aside-*.jsonl")) // the pattern is well formed
	slices.Sort(files)
	return files
}

// removeAside removes those of all runs: the step that reads the shop begins.
func removeAside(dir string) error {
	files, _ := filepath.Glob(filepath.Join(dir, "runs", asidePattern))
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError(f, err)
		}
	}
	return nil
}

// An asideWriter is a file that is there only when a table was read whole, and
// only where some row was set aside.
type asideWriter struct {
	path string
	file *os.File // nil before the first row
	text *bufio.Writer
}

func newAside(path string) *asideWriter { return &asideWriter{path: path} }

func (a *asideWriter) write(q daycast.Quarantined) error {
	if a.file == nil {
		f, err := os.Create(a.path + ".next")
		if err != nil {
			return fileError(a.path, err)
		}
		a.file, a.text = f, bufio.NewWriter(f)
	}
	line, err := json.Marshal(q)
	if err != nil {
		return daycast.Errorf(daycast.Internal, "%s: %w", a.path, err)
	}
	_, err = a.text.Write(append(line, '\n'))
	return fileError(a.path, err)
}

// keep puts the file in its place.
func (a *asideWriter) keep() error {
	if a.file == nil {
		if err := os.Remove(a.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError(a.path, err)
		}
		return nil
	}
	err := a.text.Flush()
	if e := a.file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(a.path+".next", a.path)
	}
	a.file = nil
	return fileError(a.path, err)
}

// discard removes what was not kept.
func (a *asideWriter) discard() {
	if a.file != nil {
		_ = a.file.Close()
		_ = os.Remove(a.path + ".next")
	}
}

// aside walks the rows that this run's contract set aside.
func (r *Run) aside() iter.Seq2[daycast.Quarantined, error] {
	return func(yield func(daycast.Quarantined, error) bool) {
		for _, path := range r.asideFiles() {
			if !eachAside(path, yield) {
				return
			}
		}
	}
}

func eachAside(path string, yield func(daycast.Quarantined, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(daycast.Quarantined{}, fileError(path, err))
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var q daycast.Quarantined
			if err := json.Unmarshal(line, &q); err != nil {
				yield(q, daycast.Errorf(daycast.Invalid, "%s is broken: %w", path, err))
				return false
			}
			if !yield(q, nil) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			yield(daycast.Quarantined{}, fileError(path, err))
			return false
		}
	}
}

// asideRead is a fingerprint of them; "" where there are none.
func (r *Run) asideRead() (string, error) {
	h := sha256.New()
	files := r.asideFiles()
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return "", fileError(path, err)
		}
		_, err = io.Copy(h, f)
		_ = f.Close()
		if err != nil {
			return "", fileError(path, err)
		}
	}
	if len(files) == 0 {
		return "", nil
	}
	return string(h.Sum(nil)[:8]), nil
}

// chained walks one sequence after another.
func chained[T any](parts ...iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, part := range parts {
			for v, err := range part {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}
