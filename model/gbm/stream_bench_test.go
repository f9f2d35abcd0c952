package gbm

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// streamedShop gives rows of that many columns in blocks, always the same.
func streamedShop(rows, columns int, each func(x *feature.Frame, y []float32) error) error {
	const block = 50_000
	x := feature.NewFrame(make([]feature.Column, columns), block)
	y := make([]float32, block)
	rng := rand.New(rand.NewPCG(9, 9))
	for begin := 0; begin < rows; begin += block {
		n := min(block, rows-begin)
		for c := range x.Data {
			for r := range n {
				x.Data[c][r] = float32(rng.Uint32()>>16) / (1 << 16)
			}
		}
		for r := range n {
			y[r] = x.Data[0][r] + x.Data[1][r]*x.Data[2][r]*4 + float32(rng.Uint32()>>16)/(1<<17)
		}
		if err := each(x.Slice(0, n), y[:n]); err != nil {
			return err
		}
	}
	return nil
}

// peak is the most memory that the program has had so far, in MiB, and
// forgetPeak begins anew.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc to read the peak from")
	}
	for line := range bytes.Lines(status) {
		if f := bytes.Fields(line); string(f[0]) == "VmHWM:" {
			kib, _ := strconv.ParseFloat(string(f[1]), 64)
			return kib / 1024
		}
	}
	return 0
}

func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)
}

func numberOf(name string, byDefault int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return byDefault
}

// DAYCAST_BENCH_ROWS, _COLUMNS, _TREES, _LEAVES and _MIB change the size of the
// file, of the model and of the ceiling: 20,000,000 rows of 60 columns and 5
// trees in 300 MiB take some minutes and 1.3 GiB of disk.
func BenchmarkTrainStore(b *testing.B) {
	rows, columns := numberOf("DAYCAST_BENCH_ROWS", 500_000), numberOf("DAYCAST_BENCH_COLUMNS", 60)
	trees, ceiling := numberOf("DAYCAST_BENCH_TREES", 5), numberOf("DAYCAST_BENCH_MIB", 64)
	path := filepath.Join(b.TempDir(), "rows")
	s := benchStore(b, path, rows, columns)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	forgetPeak()
	before := peak(b)
	for b.Loop() {
		began := time.Now()
		r := Regressor{Trees: trees, Leaves: numberOf("DAYCAST_BENCH_LEAVES", 31)}
		o := TrainOptions{FitOptions: model.FitOptions{Seed: 1, Threads: runtime.GOMAXPROCS(0)}}
		if _, err := r.TrainStore(ctx, s, o, int64(ceiling)<<20); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds()/float64(trees), "s/tree")
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "file-MiB")
	b.ReportMetric(before, "before-MiB")
	b.ReportMetric(peak(b), "peak-MiB")
	if most := peak(b) - before; most > float64(ceiling) {
		b.Errorf("training took %.0f MiB: want %d at most", most, ceiling)
	}
}

func benchStore(b *testing.B, path string, rows, columns int) *tree.Store {
	sketch := tree.NewSketch(1)
	err := streamedShop(rows, columns, func(x *feature.Frame, _ []float32) error { return sketch.Write(x) })
	if err != nil {
		b.Fatal(err)
	}
	bins, err := sketch.Bins(runtime.GOMAXPROCS(0))
	if err != nil {
		b.Fatal(err)
	}
	w, err := bins.NewStoreWriter(path, runtime.GOMAXPROCS(0))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	err = streamedShop(rows, columns, func(x *feature.Frame, y []float32) error { return w.Write(x, tree.Targets{Y: y}) })
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		b.Fatal(err)
	}
	b.Logf("peak while bins were found and the store written: %.0f MiB", peak(b))
	s, err := tree.OpenStore(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}
