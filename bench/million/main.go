// Command million makes tables of simulated shops, up to more than fits into
// memory, and forecasts them with daycast: what it takes by the number of series.
//
//	million [-memory 4GiB] [-time 60m] [-days 730] [-order series|day] PROGRAM SERIES...
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
)

// horizon is four weeks.
const horizon = 28

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A bench is what was asked for.
type bench struct {
	memory, time, order, program, folder string
	days                                 int
}

func run(to io.Writer) (err error) {
	var b bench
	flag.StringVar(&b.memory, "memory", "4GiB", "that the program may use")
	flag.StringVar(&b.time, "time", "60m", "that the program may use")
	flag.StringVar(&b.order, "order", "series", "of the rows: series by series, or day by day")
	flag.IntVar(&b.days, "days", 730, "that each series has been sold")
	flag.Parse()
	if flag.NArg() < 2 || b.order != "series" && b.order != "day" {
		return errors.New("usage: million [flags] PROGRAM SERIES, with ORDER series or day")
	}
	b.program = flag.Arg(0)
	if b.folder, err = os.MkdirTemp("", "million-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	fmt.Fprintln(to, "series\tseconds\tCPU-seconds\tpeak MiB\twall us a series\tCPU us a series\tWAPE\tof seasonal naive")
	var all []spent
	for _, arg := range flag.Args()[1:] {
		series, err := strconv.Atoi(arg)
		if err != nil || series < 1 {
			return fmt.Errorf("series %q: want a number", arg)
		}
		s, err := b.forecast(series)
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "%d\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.3f\t%.3f\n",
			series, s.wall, s.cpu, s.peak, 1e6*s.wall/float64(series), 1e6*s.cpu/float64(series), s.wape, s.naive)
		all = append(all, s)
	}
	first, last := all[0], all[len(all)-1]
	fmt.Fprintf(to, "series forecast, share of %d\t%.6f\t>=1\n", last.series, last.share)
	fmt.Fprintf(to, "peak of %d series, GiB\t%.2f\t<=4\n", last.series, last.peak/1024)
	fmt.Fprintf(to, "minutes for 1,000,000 series at the cost of %d\t%.1f\t<=60\n", last.series, last.wall/float64(last.series)*1e6/60)
	fmt.Fprintf(to, "CPU of a series, %d to %d\t%.2f\t<=1\n", last.series, first.series, last.cpu/float64(last.series)/(first.cpu/float64(first.series)))
	return nil
}

// spent is what a table took.
type spent struct {
	series          int
	wall, cpu, peak float64 // seconds, seconds, MiB
	share           float64 // of the series and days that were forecast
	wape, naive     float64 // the forecasts', and that of the last week again
}

// forecast makes a table and has the program forecast it.
func (b bench) forecast(series int) (spent, error) {
	s, out := newShop(series, b.days), spent{series: series}
	table, items, forecasts := filepath.Join(b.folder, "sales.csv.zst"), filepath.Join(b.folder, "items.csv"), filepath.Join(b.folder, "forecasts.csv")
	if err := writeFile(items, s.writeItems); err != nil {
		return out, err
	}
	if err := writePacked(table, func(w *bufio.Writer) { s.write(w, b.order == "day") }); err != nil {
		return out, err
	}
	c := exec.Command(b.program, "forecast", "--csv", table, "--items", items, "--out", forecasts, "--threads", "2",
		"--memory", b.memory, "--time", b.time, "--horizon", strconv.Itoa(horizon))
	c.Env = append(os.Environ(), "TMPDIR="+b.folder)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	began := time.Now()
	if err := c.Run(); err != nil {
		return out, err
	}
	out.wall = time.Since(began).Seconds()
	out.cpu = c.ProcessState.UserTime().Seconds() + c.ProcessState.SystemTime().Seconds()
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		out.peak = float64(usage.Maxrss) / 1024
	}
	err := out.score(s, forecasts)
	return out, err
}

func writeFile(path string, fill func(*bufio.Writer)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return fillAll(f, fill)
}

func writePacked(path string, fill func(*bufio.Writer)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	packed, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := fillAll(packed, fill); err != nil {
		return err
	}
	return packed.Close()
}

func fillAll(to io.Writer, fill func(*bufio.Writer)) error {
	w := bufio.NewWriterSize(to, 1<<20)
	fill(w)
	return w.Flush() // writing keeps its first error
}
