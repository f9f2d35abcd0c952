package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"daycast"
	"daycast/app"
)

func rowsCommand() *cobra.Command {
	var f shopFlags
	var o app.RowsOptions
	c := &cobra.Command{
		Use: "rows", Short: "Write rows of features and targets, to train a network on elsewhere", Args: noArgs,
		Long: `Write rows of features with their targets as CSV, from what the last run cleaned:
those that daycast's own models of all series learn from. PyTorch, TensorFlow or
scikit-learn can train a network on them, which joins the comparison as an ONNX
file: docs/models.md says how.

The last columns are the target, ratio, units divided by the series' scale, and
the row's weight, the scale; log_scale among the features is its logarithm. The
rows know nothing after the oldest origin of the backtest, or after --until: a
network that has seen the days that models are compared on looks better than it is.`,
		Example: `  daycast rows --out rows.csv
  daycast rows --until 2024-09-30 --groups windows,lags,season --rows 1000000 --out rows.csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			n, until, err := app.Rows(cmd.Context(), cfg, world(), o)
			var wrong *daycast.Error
			if errors.As(err, &wrong) && cmd.Flags().Lookup(wrong.Field) != nil {
				return misuse{err}
			}
			if err == nil && o.Out != "-" {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %d rows to %s, which know nothing after %s\n", n, o.Out, until)
			}
			return err
		},
	}
	f.add(c, false)
	c.Flags().StringVar(&o.Until, "until", "", "the newest day that the rows may know; the oldest origin of the backtest where left out")
	c.Flags().StringSliceVar(&o.Groups, "groups", nil, "groups of features, of those in docs/features.md (the default features)")
	c.Flags().IntVar(&o.Rows, "rows", 300_000, "about how many rows at most; they are drawn by the seed")
	c.Flags().StringVar(&o.Out, "out", "rows.csv", "the file to write; - for the standard output")
	return c
}
