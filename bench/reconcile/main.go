// Command reconcile is daycast's side of the benchmark of reconciliation:
//
//	ours FOLDER METHOD [nonnegative]     the last window of the folder; prints one JSON object
//
// bench.py starts it, and wrote the folder.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"daycast"
	"daycast/model/reconcile"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type meta struct {
	Series, Horizon, Windows int
	Levels                   []daycast.Level
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: ours FOLDER METHOD [nonnegative]")
	}
	folder, ctx := args[0], context.Background()
	windows, err := read(folder)
	if err != nil {
		return err
	}
	last := len(windows) - 1
	o := reconcile.Options{NonNegative: len(args) > 2, Threads: 2}
	before, err := usage()
	if err != nil {
		return err
	}
	m, err := method(ctx, args[1], windows[last].Hierarchy, windows[:last], o)
	if err != nil {
		return err
	}
	got, err := m.Reconcile(ctx, windows[last].Hierarchy, windows[last].Base, o)
	if err != nil {
		return err
	}
	after, err := usage()
	if err != nil {
		return err
	}
	mib, err := peak()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := binary.Write(&out, binary.LittleEndian, got.Bottom); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "ours.bottom"), out.Bytes(), 0o600); err != nil {
		return err
	}
	cpu := func(r syscall.Rusage) float64 {
		return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"cpu": cpu(after) - cpu(before), "mib": mib, "loss": reconcile.LevelRMSE(windows[last], got),
	})
}

func usage() (r syscall.Rusage, err error) {
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r, err
}

// peak is the most memory in use so far, MiB. It is not Rusage.Maxrss, which
// begins at that of the process that started this one.
func peak() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	var kib float64
	if _, err := fmt.Sscanf(string(status[max(0, bytes.Index(status, []byte("VmHWM:"))):]), "VmHWM: %g kB", &kib); err != nil {
		return 0, fmt.Errorf("VmHWM in /proc/self/status: %w", err)
	}
	return kib / 1024, nil
}

// method makes the named one from what is known before the last window.
func method(ctx context.Context, name string, h *reconcile.Hierarchy, past []reconcile.Window, o reconcile.Options) (reconcile.Method, error) {
	switch name {
	case "bottom_up":
		return reconcile.BottomUp{}, nil
	case "structural":
		return reconcile.MinT{W: reconcile.Structural(h)}, nil
	case "align":
		m, _, err := reconcile.Learning{NonNegative: o.NonNegative, Threads: o.Threads}.Align(ctx, past)
		return m, err
	}
	errors, err := reconcile.ErrorsAt(h, past)
	if err != nil {
		return nil, err
	}
	if name == "variance" {
		w, err := reconcile.Variance(h, errors)
		return reconcile.MinT{W: w}, err
	}
	if name == "shrunk_centred" {
		centre(errors.Upper, errors.Horizon)
		centre(errors.Bottom, errors.Horizon)
	}
	w, err := reconcile.Shrunk(h, errors, o.Threads)
	return reconcile.MinT{W: w}, err
}

// centre takes off each node's mean error.
func centre[F float32 | float64](errors []F, columns int) {
	for at := 0; at < len(errors); at += columns {
		var sum float64
		for _, e := range errors[at : at+columns] {
			sum += float64(e)
		}
		for t := range columns {
			errors[at+t] -= F(sum / float64(columns))
		}
	}
}

// read makes windows of a folder's files.
func read(folder string) ([]reconcile.Window, error) {
	text, err := os.ReadFile(filepath.Join(folder, "meta.json"))
	if err != nil {
		return nil, err
	}
	var m meta
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	for l := range m.Levels {
		if m.Levels[l].Of, err = numbers[int32](folder, "level"+strconv.Itoa(l), m.Series); err != nil {
			return nil, err
		}
	}
	series := make([]daycast.Series, m.Series)
	for i := range series {
		series[i].Item = strconv.Itoa(i)
	}
	h, err := reconcile.New(series, m.Levels)
	if err != nil {
		return nil, err
	}
	windows := make([]reconcile.Window, m.Windows)
	for k := range windows {
		windows[k].Hierarchy = h
		for name, v := range map[string]*reconcile.Values{"base": &windows[k].Base, "actual": &windows[k].Actual} {
			v.Horizon = m.Horizon
			if v.Upper, err = numbers[float64](folder, fmt.Sprintf("%s%d.upper", name, k), h.Uppers()*m.Horizon); err != nil {
				return nil, err
			}
			if v.Bottom, err = numbers[float32](folder, fmt.Sprintf("%s%d.bottom", name, k), m.Series*m.Horizon); err != nil {
				return nil, err
			}
		}
	}
	return windows, nil
}

func numbers[N int32 | float32 | float64](folder, name string, n int) ([]N, error) {
	file, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	out := make([]N, n)
	if size := binary.Size(out); size != len(file) {
		return nil, fmt.Errorf("%s has %d bytes, want %d", name, len(file), size)
	}
	_, err = binary.Decode(file, binary.LittleEndian, out)
	return out, err
}
