package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"daycast"
	"daycast/app"
	"daycast/clean"
)

func forecastCommand() *cobra.Command {
	o := app.CSVForecast{}
	var freq, absent, memory string
	c := &cobra.Command{
		Use:   "forecast",
		Short: "Forecast every series of a CSV file",
		Long: `Forecast every series of a CSV file, with no config and no database.

The file has the columns item, day and units, and where the shop has them
place, price, promotion, in_stock and any further ones: text that is the same
for all rows of an item is a category; a column that varies by day is a signal.
Rows after the last sale, with units left empty, say what is known of the days
to come, such as planned prices and promotions.`,
		Example: `  daycast forecast --csv sales.csv --horizon 28 --out forecasts.csv
  daycast forecast --csv weekly.csv.gz --freq week --horizon 8 --out -`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Sales == "" {
				return misuse{fmt.Errorf("--csv is missing: name a file of sales, such as --csv sales.csv")}
			}
			if o.Absent, err = clean.ParseAbsent(absent); err != nil {
				return misuse{err}
			}
			if o.Step, err = parseFreq(freq); err != nil {
				return misuse{err}
			}
			bytes, err := humanize.ParseBytes(memory)
			if err != nil {
				return misuse{fmt.Errorf("--memory %q: want a size such as 2GiB", memory)}
			}
			o.Memory = int64(bytes)
			r, err := app.ForecastCSV(cmd.Context(), o, time.Now, newProgress(os.Stderr))
			if err != nil {
				return err
			}
			fmt.Fprint(os.Stderr, r.Summary())
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.Sales, "csv", "", "file of sales: item, day, units, ...; gzip is understood")
	f.StringVar(&o.Items, "items", "", "file of items and their attributes")
	f.StringVar(&o.Places, "places", "", "file of places and their attributes")
	f.StringVar(&o.Out, "out", "forecasts.csv", "file to write; - for the standard output")
	f.IntVar(&o.Horizon, "horizon", 28, "periods to forecast")
	f.StringVar(&freq, "freq", "day", "length of a period: day or week")
	f.StringVar(&absent, "absent", "auto", "what a day without a row means: auto, zero, closed or missing")
	f.StringSliceVar(&o.Models, "models", nil, "models to compare (all)")
	f.StringVar(&o.Metric, "metric", "wape", "what the best model is best at: wape, rmse, mae, mase or rmsse")
	f.StringVar(&memory, "memory", "4GiB", "memory that may be used")
	f.IntVar(&o.Threads, "threads", runtime.NumCPU(), "threads that may be used; the result does not depend on it")
	f.DurationVar(&o.Time, "time", 10*time.Minute, "time that may be used; less of it compares fewer models and origins")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of all randomness")
	f.IntVar(&o.MaxRows, "max-rows", 300_000, "rows that a model of all series learns from")
	return c
}

func parseFreq(s string) (daycast.Step, error) {
	switch s {
	case "day":
		return daycast.Daily, nil
	case "week":
		return daycast.Weekly, nil
	}
	return 0, fmt.Errorf("--freq %q: want day or week", s)
}
