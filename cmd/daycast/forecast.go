package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"daycast/app"
	"daycast/config"
)

const forecastLong = `Forecast every series of a CSV file, with no config and no database. Without
--csv, write the forecasts of the shop's newest run.

Columns of the file, in any order; other usual spellings are understood (date,
sku, store, qty, sales, ...), so are ; and tabs, gzip, and other dates than
2024-02-29:

  item       what is sold; without it all rows of a place are one item
  day        the day, or a day of the week with --freq week           needed
  units      what was sold: pieces, kilograms, money; below zero where
             returns exceed sales; empty where it is not known        needed
  place      where: a store, a channel, a country
  price      price of one unit
  promotion  1 or yes on promotion, 0 or no, or a share of the day
  in_stock   1 in stock, 0 not, a share of the day, or the pieces there
  open       0 where the place did not, or will not, trade
  any other  text or a number that is the same for all rows of an item or
             place is an attribute, such as a category; one that varies by
             day is a signal, such as a holiday or the weather

Rows after the last units, with units left empty, say what is known of the days
to come, such as planned prices and promotions. A column that is empty there is
used for the past only. Rows need not be sorted. Rows and values that cannot be
read are counted, shown and left out; every item and place of the file gets its
forecasts.

A file of more series than fit into --memory (some 33 million series-days in
4GiB) is forecast in blocks, by models that are chosen and fitted on a sample of
its series; rows of the output are then in no order of series.

--items and --places are files with an id in their first column (or one called
item, item_id, place, place_id or id) and any attributes.

The output has the columns item, place, day, mean, q10, q50, q90, model and sold:
a row for every series and period of the horizon, beginning after the last day
with units. mean is the demand, and sold what of it will be sold if stock runs
out as it did of late. q10, q50 and q90 are quantiles: at most one day in ten sells more than q90, at most one less
than q10. Where a series sells in whole pieces they are whole, and q90 of one that
seldom sells is 0. --levels asks for others: 0.025 is the column q2.5.

The quantiles of a sum are not the sum of quantiles: not every day is a bad one.
--totals FILE has those of each series over each week and the horizon, and of the
shop and each group of its attributes by day, week and over the horizon, with the
columns level (series, shop or an attribute), group, first, last, mean and q10,
q50, q90, from 400 draws of all that could come. Levels whose draws do not fit
into memory are left out, and named; in blocks, so are those that not all blocks
have.`

func forecastCommand() *cobra.Command {
	o := app.CSVForecast{}
	var shop shopFlags
	memory := config.Bytes(4 << 30)
	c := &cobra.Command{
		Use: "forecast", Short: "Forecast every series of a CSV file, or of the shop", Long: forecastLong, Args: noArgs,
		Example: `  daycast forecast --csv sales.csv --horizon 28 --out forecasts.csv
  daycast forecast --csv weekly.csv.gz --freq week --horizon 8 --out -
  daycast forecast --csv sales.csv --model auto_ets,auto_arima
  daycast forecast --csv sales.csv --model usual,mlp --parameter gbm.trees=400,gbm.half_life=365
  daycast forecast --csv sales.csv --levels 0.025,0.5,0.975 --totals totals.csv
  daycast forecast --config shop/daycast.yaml --out forecasts.csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Memory = int64(memory)
			if o.Sales == "" {
				return forecastShop(cmd, shop, o)
			}
			if err := o.Validate(); err != nil {
				return misuse{err}
			}
			if shop.json && o.Out == "-" {
				return misuse{fmt.Errorf("--json and --out - both want the standard output: name a file with --out")}
			}
			r, err := app.ForecastCSV(cmd.Context(), o, world())
			if err != nil {
				return err
			}
			if shop.json {
				return printJSON(cmd.OutOrStdout(), r)
			}
			var to io.Writer = cmd.OutOrStdout()
			if o.Out == "-" {
				to = os.Stderr
			}
			_, err = io.WriteString(to, r.String())
			return err
		},
	}
	shop.add(c, true)
	f := c.Flags()
	f.StringVar(&o.Sales, "csv", "", "file of sales: item, day, units, ...; gzip is understood")
	f.StringVar(&o.Items, "items", "", "file of items and their attributes")
	f.StringVar(&o.Places, "places", "", "file of places and their attributes")
	f.StringVar(&o.Out, "out", "forecasts.csv", "file to write; - for the standard output")
	f.Float64SliceVar(&o.Levels, "levels", nil, "quantiles to forecast, such as 0.025,0.5,0.975 (0.1,0.5,0.9)")
	f.StringVar(&o.Totals, "totals", "", "file for the quantiles of sums over weeks, the horizon, groups and the shop")
	f.IntVar(&o.Horizon, "horizon", 28, "periods to forecast")
	f.IntVar(&o.Gap, "gap", 0, "periods that are over before the forecast is used, such as 2 where sales come in two days late: models are compared on those after them")
	f.IntVar(&o.Embargo, "embargo", 0, "periods left out between the days that one past origin is tested on and the next origin")
	f.StringVar(&o.Freq, "freq", "day", "length of a period: day or week")
	f.StringVar(&o.Absent, "absent", "auto", "what a day without a row means: auto, zero, closed or missing")
	f.StringSliceVar(&o.Models, "model", nil, "models to compare, of those in docs/models.md (the usual ones)")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name { // as in the config
		case "models":
			name = "model"
		case "parameters":
			name = "parameter"
		}
		return pflag.NormalizedName(name)
	})
	f.StringToStringVar(&o.Parameters, "parameter", nil, "parameters of models, of those in docs/models.md, such as gbm.trees=400,gbm.half_life=365")
	f.StringVar(&o.Metric, "metric", "wape", "what the best model is best at: wape, rmse, mae, mase, rmsse or pinball")
	f.StringVar(&o.Reconcile, "reconcile", "none", "align, ols, wls or mint: forecast groups by models of their own too, and bring series nearer to them in that way as far as that helped in the past; none")
	f.StringSliceVar(&o.Groups, "reconcile-levels", nil, "with one of these: the columns that make the groups, such as category or category*place (all with 2 to 300 groups)")
	f.Var((*bytesFlag)(&memory), "memory", "memory that may be used")
	f.IntVar(&o.Threads, "threads", runtime.NumCPU(), "threads that may be used; the result does not depend on it")
	f.DurationVar(&o.Time, "time", 10*time.Minute, "time that may be used; less of it compares fewer models and origins")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of all randomness")
	f.IntVar(&o.MaxRows, "max-rows", 300_000, "rows that a model of all series learns from")
	return c
}

// forecastShop writes the forecasts of the shop's newest run.
func forecastShop(cmd *cobra.Command, shop shopFlags, o app.CSVForecast) error {
	if !cmd.Flags().Changed("config") {
		if _, err := os.Stat(shop.path); err != nil {
			return misuse{fmt.Errorf("--csv is missing: name a file of sales, such as --csv sales.csv, or a shop's config with --config")}
		}
	}
	if err := o.Validate(); err != nil {
		return misuse{err}
	}
	horizon := 0 // the config's
	if cmd.Flags().Changed("horizon") {
		horizon = o.Horizon
	}
	cfg, err := shop.load()
	if err != nil {
		return err
	}
	if err := app.Forecast(cmd.Context(), cfg, world(), app.ShopForecast{Horizon: horizon, Levels: o.Levels, Out: o.Out, Totals: o.Totals, Seed: o.Seed}); err != nil || !shop.json || o.Out == "-" {
		return err
	}
	return printJSON(cmd.OutOrStdout(), map[string]string{"out": o.Out})
}

// bytesFlag is a size on the command line, such as 2GiB.
type bytesFlag config.Bytes

func (b *bytesFlag) Set(s string) error { return (*config.Bytes)(b).UnmarshalText([]byte(s)) }
func (b *bytesFlag) Type() string       { return "size" }
func (b *bytesFlag) String() string     { return config.Bytes(*b).String() }
