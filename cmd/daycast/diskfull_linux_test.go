package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a full disk a run says so, exit code 75, and what was published before
// still serves; once there is room, the same run goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	})
	config := filepath.Join(dir, "daycast.yaml")
	write(t, config, read(t, config)+"data: "+filepath.Join(small, "data")+"\n")
	must(t, dir, "run")
	want := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out

	ballast := filepath.Join(small, "ballast")
	full := fillDisk(t, ballast)
	failed := 0
	for leave := range 6 { // from no room at all to some
		if err := os.Truncate(ballast, full-int64(leave)*200<<10); err != nil {
			t.Fatal(err)
		}
		o := daycast(t, dir, "run")
		if o.code == 0 {
			break
		}
		failed++
		if o.code != 75 || !strings.Contains(o.errors, "disk") {
			t.Errorf("with %d KiB left: exit code %d: %s", leave*200, o.code, o.errors)
		}
		if got := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out; got != want {
			t.Errorf("with %d KiB left the published forecasts are gone", leave*200)
		}
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "run")
	if got := must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out; got != want {
		t.Errorf("the forecasts after the disk was full:\n%s\nwant\n%s", got, want)
	}
}

// fillDisk writes until there is no room, and says how much that was.
func fillDisk(t *testing.T, path string) int64 {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 64<<10)
	var size int64
	for {
		n, err := f.Write(block)
		size += int64(n)
		if err != nil {
			return size
		}
	}
}
