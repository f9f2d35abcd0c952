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
is what the config says now. What wins there is printed for the config.`,
		Example: "  daycast tune --model gbm\n  daycast tune --model ridge --method grid --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if t.Model == "" {
				return misuse{fmt.Errorf("--model is missing: name one of %s", strings.Join(app.Tunable(), ", "))}
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
			return printTuned(cmd.OutOrStdout(), r)
		},
	}
	c.Flags().StringVar(&t.Model, "model", "", "the model: "+strings.Join(app.Tunable(), ", "))
	c.Flags().StringVar(&t.Method, "method", "random", "random, or grid: all combinations of the parameters that matter most")
	c.Flags().IntVar(&t.Trials, "trials", 20, "how many sets of parameters to try beside the default")
	c.Flags().Uint64Var(&t.Seed, "seed", 1, "seed of the sets that are drawn")
	c.Flags().Float64Var(&t.Keep, "keep", 1, "share of the sets that go on after each origin; with 0.5 more can be tried, on fewer origins")
	c.Flags().DurationVar(&t.Time, "time", 10*time.Minute, "time that may be used; less of it tries fewer sets")
	f.add(c, true)
	return c
}

func printTuned(to io.Writer, r *app.Tuned) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "origins\tWAPE\tRMSE\tbias\tseconds\tparameters")
	for _, t := range r.Trials {
		if t.Error != "" {
			fmt.Fprintf(w, "failed\t\t\t\t%.1f\t%s: %s\n", t.Seconds, t.Text, t.Error)
			continue
		}
		fmt.Fprintf(w, "%d\t%.4f\t%.3f\t%+.3f\t%.1f\t%s\n", t.Origins, t.WAPE, t.RMSE, t.Bias, t.Seconds, t.Text)
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
	_, err := fmt.Fprintf(to, "\n%s\n", r.Verdict)
	if err == nil && r.Config != "" {
		_, err = fmt.Fprintf(to, "\n%s", r.Config)
	}
	return err
}
