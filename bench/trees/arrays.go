package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"daycast/feature"
)

// read reads the first rows rows, 0 for all, of the train or test part of a
// set. The arrays are outside the heap, so that they do not stretch the
// collector's goal, and stay until the process ends.
func read(folder, part string, rows int) (*feature.Frame, []float32, error) {
	text, err := os.ReadFile(filepath.Join(folder, "meta.json"))
	if err != nil {
		return nil, nil, err
	}
	var meta struct{ Levels []int }
	if err := json.Unmarshal(text, &meta); err != nil {
		return nil, nil, fmt.Errorf("meta.json: %w", err)
	}
	y, err := floats(filepath.Join(folder, part, "y.f32"))
	if err != nil {
		return nil, nil, err
	}
	flat, err := floats(filepath.Join(folder, part, "x.f32"))
	if err != nil {
		return nil, nil, err
	}
	if len(flat) != len(meta.Levels)*len(y) {
		return nil, nil, fmt.Errorf("%s/%s: %d numbers for %d columns and %d rows", folder, part, len(flat), len(meta.Levels), len(y))
	}
	x := &feature.Frame{Rows: len(y)}
	for c, levels := range meta.Levels {
		x.Columns = append(x.Columns, feature.Column{Name: fmt.Sprint("c", c), Levels: levels})
		x.Data = append(x.Data, flat[c*len(y):(c+1)*len(y)])
	}
	if rows > 0 {
		x, y = x.Slice(0, rows), y[:rows]
	}
	return x, y, nil
}

// weights are those of the first rows rows to train on; nil: the set has none.
func weights(folder string, rows int) ([]float32, error) {
	w, err := floats(filepath.Join(folder, "train", "w.f32"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(w) < rows {
		return nil, fmt.Errorf("%s: %d weights for %d rows", folder, len(w), rows)
	}
	return w[:rows], nil
}

// floats reads a file of little-endian float32.
func floats(path string) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	out := make([]float32, info.Size()/4)
	if _, err := io.ReadFull(f, unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), 4*len(out))); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// write writes little-endian float32.
func write(path string, v []float32) error {
	return os.WriteFile(path, unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v)), 0o600)
}
