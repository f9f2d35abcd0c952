package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinesAreFew writes the stages, and of a thousand quick steps none.
func TestLinesAreFew(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "progress"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	p := newProgress(f) // no terminal
	p.Stage("read")
	for k := range 1000 {
		p.Step(k, 1000, "rows")
	}
	p.Stage("forecast")
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSpace(string(text)), "\n"); len(got) != 2 || !strings.HasSuffix(got[1], "forecast") {
		t.Errorf("got\n%s", text)
	}
}
