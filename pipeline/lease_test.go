package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/pipeline"
)

func TestLease(t *testing.T) {
	dir := t.TempDir()
	who := pipeline.Holder{Host: "shop1", PID: 42, What: "run", Since: at(t, "2024-01-01T05:00:00Z")}
	first, err := pipeline.AcquireLease(dir, who)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pipeline.AcquireLease(dir, who)
	if daycast.CodeOf(err) != daycast.Conflict {
		t.Fatalf("a second lease: %v, want code conflict", err)
	}
	for _, want := range []string{dir, "daycast run (process 42 on shop1, since 2024-01-01T05:00:00Z)", "try again"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message does not say %q: %v", want, err)
		}
	}
	// One that has not said yet who it is has the lease all the same.
	if err := os.Truncate(filepath.Join(dir, "runs", "lease.lock"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err = pipeline.AcquireLease(dir, who); daycast.CodeOf(err) != daycast.Conflict || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a nameless holder: %v", err)
	}
	if other, err := pipeline.AcquireLease(t.TempDir(), who); err != nil {
		t.Errorf("another folder: %v", err)
	} else {
		other.Release()
	}
	first.Release()
	again, err := pipeline.AcquireLease(dir, who)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	again.Release()
}

func TestLeaseNeedsAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.AcquireLease(file, pipeline.Holder{}); err == nil || daycast.CodeOf(err) == daycast.Conflict {
		t.Errorf("a file in the place of the folder: %v", err)
	}
}
