package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"daycast/app"
)

func exploreCommand() *cobra.Command {
	var f shopFlags
	var out string
	c := &cobra.Command{
		Use: "explore", Short: "Write a page of charts about what the shop sold and how far off forecasts were", Args: noArgs,
		Long: `Write one HTML page about the shop as its newest run saw it: series and days by
state, what cleaning changed, sales over time with the holidays, profiles of week
and year, distributions of units and prices, what goes with what, the response to
prices and promotions, the model's most important features and its errors. The
page needs no network and no server: send it to whom you like.

Of a shop that does not fit into memory the figures are those of a sample of its
series, as the page says at its top; counts of series and the best sellers are of
all.

With --json the figures are printed instead, and the page is written only where
--out names it.`,
		Example: `  daycast explore --out report.html
  daycast explore --config shop/daycast.yaml --out - > report.html
  daycast explore --json | jq '.states'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.json && out == "-" {
				return misuse{errors.New("--json and --out - both want the standard output: name a file with --out")}
			}
			if f.json && !cmd.Flags().Changed("out") {
				out = ""
			}
			cfg, err := f.load()
			if err != nil {
				return err
			}
			r, err := app.Explore(cmd.Context(), cfg, world(), out)
			if err != nil {
				return err
			}
			switch {
			case f.json:
				return printJSON(cmd.OutOrStdout(), r)
			case out != "-":
				fmt.Fprintf(cmd.OutOrStdout(), "wrote %s: open it in a browser\n", out)
			}
			return nil
		},
	}
	f.add(c, true)
	c.Flags().StringVar(&out, "out", "report.html", "the page to write; - for the standard output")
	return c
}
