package pipeline

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"daycast"
)

func TestFigure(t *testing.T) {
	for text, f := range map[string]Figure{"null": Figure(math.NaN()), "1.5": 1.5, "0": 0, "-1e+300": -1e300} {
		got, err := json.Marshal(f)
		if err != nil || string(got) != text {
			t.Errorf("%v is written %s %v, want %s", f, got, err, text)
		}
		back := Figure(7)
		if err := json.Unmarshal(got, &back); err != nil || back != f && !(math.IsNaN(float64(back)) && math.IsNaN(float64(f))) {
			t.Errorf("%s is read %v %v", got, back, err)
		}
	}
	if got := Figure(math.NaN()).text("%.3f"); got != "-" {
		t.Errorf("an unknown figure is printed %q", got)
	}
	if _, err := json.Marshal(Figure(math.Inf(1))); err != nil {
		t.Error(err)
	}
}

// Ids ascend whatever the clock does.
func TestNewID(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 59, 59, 5e8, time.FixedZone("x", 3600))
	for last, want := range map[string]string{
		"":                 "20240229T225959Z",
		"no id":            "20240229T225959Z",
		"20240229T225958Z": "20240229T225959Z",
		"20240229T225959Z": "20240229T230000Z",
		"20240229T235959Z": "20240301T000000Z",
	} {
		if got := newID(last, at); got != want || got <= last && last != "no id" {
			t.Errorf("after %q: %s, want %s", last, got, want)
		}
	}
}

// A file is replaced whole or not at all.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	if err := writeJSON(path, "old"); err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(path, math.NaN()); daycast.CodeOf(err) != daycast.Internal {
		t.Errorf("what JSON cannot say: %v", err)
	}
	if err := writeJSON(filepath.Join(path, "below"), 1); err == nil {
		t.Error("a file below a file was written")
	}
	var got string
	if err := readJSON(path, &got); err != nil || got != "old" {
		t.Errorf("read %q %v", got, err)
	}
	if err := readJSON(filepath.Join(dir, "none"), &got); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readJSON(path, &got); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a broken file: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}
