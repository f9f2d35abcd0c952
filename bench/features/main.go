// Command features is daycast's side of the benchmark of features:
//
//	features [-threads N] [-rows N] [-series N] [-sample FILE] [-profile FILE] SALES.csv.gz
//
// makes the features of the M5 days in SALES and bins them for trees, and prints
// one JSON object: rows, columns, seconds, CPU seconds, MiB. The rows of a
// series are its days, and are walked again until there are as many as asked
// for.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"daycast"
	"daycast/feature"
	"daycast/model/tree"
)

type options struct {
	threads, rows, series int
	sample, profile       string
	sales                 string
}

func main() {
	var o options
	flag.IntVar(&o.threads, "threads", 2, "threads")
	flag.IntVar(&o.rows, "rows", 0, "rows to make; 0: each day once")
	flag.IntVar(&o.series, "series", 0, "series to read; 0: all")
	flag.StringVar(&o.sample, "sample", "", "file for some rows in units, to compare")
	flag.StringVar(&o.profile, "profile", "", "file for a profile")
	flag.Parse()
	o.sales = flag.Arg(0)
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// features are those that the peers have, too: see peers.py.
func features() []string {
	return []string{
		"last_1", "last_2", "last_3", "lag_1w", "lag_4w", "lag_52w",
		"mean_1w", "mean_2w", "mean_4w", "mean_8w", "mean_13w", "mean_26w", "mean_52w",
		"deviation_4w", "deviation_13w", "max_8w", "max_52w", "min_4w", "median_4w", "high_8w", "smooth_10", "smooth_30",
		"same_4", "same_8", "same_13", "same_deviation_8", "year_ago_level", "day_of_month", "weekday", "month",
	}
}

func run(o options) error {
	p, err := readSales(o.sales, o.series)
	if err != nil {
		return err
	}
	set := feature.NewSet(p)
	set.Features = features()
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	began, cpu := time.Now(), userSeconds()
	x, err := bin(p, set, o)
	if err != nil {
		return err
	}
	out := map[string]float64{
		"rows": float64(x.Rows()), "columns": float64(len(set.Columns())),
		"seconds": time.Since(began).Seconds(), "cpu": userSeconds() - cpu,
	}
	if out["MiB"], err = peakMiB(); err != nil {
		return err
	}
	if o.sample != "" {
		if err := writeSample(p, set, o.sample); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// bin is the work: a matrix of bins of all rows, on two walks, of which the first
// makes a sample of them only.
func bin(p *daycast.Panel, set *feature.Set, o options) (*tree.Matrix, error) {
	rows := o.rows
	if rows == 0 {
		rows = len(p.Units)
	}
	bound := set.Bind(p)
	walk := func(sink feature.Sink) error {
		c := bound.Chunk(o.threads)
		var want []feature.Want
		for left := rows; left > 0; {
			for i := 0; i < len(p.Series) && left > 0; i++ {
				want = want[:0]
				for t := range min(left, p.Len(i)) {
					want = append(want, feature.Want{T: t, H: 1})
				}
				left -= len(want)
				c.Add(i, want)
				if c.Len() < 16_384 && left > 0 && i < len(p.Series)-1 {
					continue
				}
				if err := c.Write(sink); err != nil {
					return err
				}
				c.Clear()
			}
		}
		return nil
	}
	return tree.BlockMatrix(walk, nil, rows, 254, 1, o.threads)
}
