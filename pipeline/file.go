package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"

	"daycast"
)

// writeJSON replaces the file at once.
func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return daycast.Errorf(daycast.Internal, "%s: %w", path, err)
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
	if err != nil {
		_ = os.Remove(next) // the disk may need the room
	}
	return fileError(path, err)
}

// readJSON reads what writeJSON wrote: code not_found where there is no file,
// and invalid, with its path, where it is broken.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fileError(path, err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return daycast.Errorf(daycast.Invalid, "%s is broken: %w", path, err)
	}
	return nil
}

// copyJSON copies a file that writeJSON wrote; ok is false where it is not
// there or broken.
func copyJSON(from, to string) (ok bool, err error) {
	var content json.RawMessage
	if readJSON(from, &content) != nil {
		return false, nil
	}
	return true, writeJSON(to, content)
}

// removeFile removes a file that may not be there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(path, err)
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

// A Figure is a measured number; one that is not known is NaN here and null in
// JSON.
type Figure float64

// MarshalJSON writes the number or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Figure) UnmarshalJSON(text []byte) error {
	v := math.NaN()
	if string(text) != "null" {
		if err := json.Unmarshal(text, &v); err != nil {
			return err
		}
	}
	*f = Figure(v)
	return nil
}

// text is the figure in a format, a dash where it is not known.
func (f Figure) text(format string) string {
	if math.IsNaN(float64(f)) {
		return "-"
	}
	return fmt.Sprintf(format, float64(f))
}
