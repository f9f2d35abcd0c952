package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"daycast"
	"daycast/app"
)

func tuneCommand() *cobra.Command {
	var f shopFlags
	var t app.Tuning
	c := &cobra.Command{
		Use: "tune", Short: "Look for better parameters of a model", Args: noArgs,
		Long: `Look for better parameters of a model on what the last run cleaned, and change
nothing. Each trial is scored on the same past origins. The best of many trials
looks better than it is, so the newest origins (forecast.scored of them) are
kept out of the search, and there the best is compared with the default, which
is what the config says now. What wins there is printed for the config.

What is tried next is chosen by --method:
  tpe      near the trials that were good so far, after ten random ones
  random   at random: best for fewer than fifteen trials
  halving  at random, and each origin keeps the better half: for many trials
  grid     all combinations of a few values of the parameters that matter most

Trials are kept in tune/MODEL.jsonl of the data folder until the data or the
settings change: a search that was killed, or that had no more time, goes on
where it was when it is asked for again.`,
		Example: `  daycast tune --model gbm --out tuning.html
  daycast tune --model gbm --trials 60 --time 1h
  daycast tune --model gbm --method halving --trials 100
  daycast tune --model ridge --method grid --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if t.Model == "" {
				return misuse{fmt.Errorf("--model is missing: name one of %s", strings.Join(app.Tunable(), ", "))}
			}
			if f.json && t.Out == "-" {
				return misuse{errors.New("--json and --out - both want the standard output: name a file with --out")}
			}
			cfg, err := f.load()
			if err != nil {
				return err
			}
			r, err := app.Tune(cmd.Context(), cfg, world(), t)
			var wrong *daycast.Error
			if errors.As(err, &wrong) && cmd.Flags().Lookup(wrong.Field) != nil {
				return misuse{err}
			}
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), r)
			}
			if t.Out == "-" {
				return nil
			}
			if err := printTuned(cmd.OutOrStdout(), r); err != nil || t.Out == "" {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nwrote %s: open it in a browser\n", t.Out)
			return err
		},
	}
	c.Flags().StringVar(&t.Model, "model", "", "the model: "+strings.Join(app.Tunable(), ", "))
	c.Flags().StringVar(&t.Method, "method", "tpe", "how to choose what is tried: "+strings.Join(app.Methods(), ", "))
	c.Flags().IntVar(&t.Trials, "trials", 20, "how many sets of parameters to try beside the default")
	c.Flags().Uint64Var(&t.Seed, "seed", 1, "seed of the sets that are drawn")
	c.Flags().Float64Var(&t.Keep, "keep", 0, "share of the sets that go on after each origin, 0 to 1; 0: half of them by halving, else all")
	c.Flags().DurationVar(&t.Time, "time", 10*time.Minute, "time that may be used: a set that would take longer is not begun")
	c.Flags().StringVar(&t.Out, "out", "", "a page with a picture of all trials to write; - for the standard output")
	f.add(c, true)
	return c
}

func printTuned(to io.Writer, r *app.Tuned) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "trial\torigins\tWAPE\tRMSE\tbias\tseconds\tparameters")
	for _, t := range r.Trials {
		if t.Error != "" {
			fmt.Fprintf(w, "%d\tfailed\t\t\t\t%.1f\t%s: %s\n", t.Number, t.Seconds, t.Text, t.Error)
			continue
		}
		fmt.Fprintf(w, "%d\t%d\t%.4f\t%.3f\t%+.3f\t%.1f\t%s\n", t.Number, t.Origins, t.WAPE, t.RMSE, t.Bias, t.Seconds, t.Text)
	}
	if len(r.Holdout) > 0 {
		fmt.Fprintln(w, "\nheld out\tWAPE\tRMSE\tbias")
		for k, name := range []string{"default", "best"} {
			fmt.Fprintf(w, "%s\t%.4f\t%.3f\t%+.3f\n", name, r.Holdout[k].WAPE, r.Holdout[k].RMSE, r.Holdout[k].Bias)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, note := range r.Notes {
		fmt.Fprintf(to, "\n%s\n", note)
	}
	_, err := fmt.Fprintf(to, "\n%s\n", r.Verdict)
	if err == nil && r.Config != "" {
		_, err = fmt.Fprintf(to, "\n%s", r.Config)
	}
	return err
}
