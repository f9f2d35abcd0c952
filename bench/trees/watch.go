package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// A watch measures seconds, user CPU seconds and the memory, in MiB, that
// came on top meanwhile.
type watch struct {
	began              time.Time
	seconds, cpu, peak float64
	before             float64 // MiB
}

func start() (*watch, error) {
	debug.FreeOSMemory()
	// The peak counts from here.
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return nil, err
	}
	before, err := memory("VmRSS:")
	return &watch{before: before, cpu: userSeconds(), began: time.Now()}, err
}

func (w *watch) stop() error {
	w.seconds = time.Since(w.began).Seconds()
	w.cpu = userSeconds() - w.cpu
	peak, err := memory("VmHWM:")
	w.peak = peak - w.before
	return err
}

// timed watches work.
func timed(work func() error) (*watch, error) {
	w, err := start()
	if err != nil {
		return nil, err
	}
	if err := work(); err != nil {
		return nil, err
	}
	return w, w.stop()
}

func userSeconds() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Sec) + float64(r.Utime.Usec)/1e6
}

// memory is a figure of the process in MiB.
func memory(name string) (float64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), name)
	var kib float64
	if _, err := fmt.Sscan(after, &kib); err != nil {
		return 0, fmt.Errorf("%s in /proc/self/status: %w", name, err)
	}
	return kib / 1024, nil
}
