package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"daycast/app"
)

func qualityCommand() *cobra.Command {
	var f shopFlags
	var run, page string
	c := &cobra.Command{
		Use: "quality", Short: "Say what the last run found of the shop's data", Args: noArgs,
		Long: `Say what a run found of the data that it read: rows by table, which rules of
the contract are broken and by which rows, what cleaning changed, how new the data
is, which columns the source has changed, and how that was in the runs before. It
reads what runs have left behind, and asks the shop nothing.

Values of columns that may be a person's are never shown.`,
		Example: `  daycast quality
  daycast quality --html quality.html
  daycast quality --run 20240301T050000Z --json | jq '.tables[].rules[] | select(.broken)'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.json && page == "-" {
				return misuse{errors.New("--json and --html - both want the standard output: name a file with --html")}
			}
			cfg, err := f.load()
			if err != nil {
				return err
			}
			r, err := app.Quality(cfg, run, page)
			if err != nil {
				return err
			}
			switch {
			case f.json:
				return printJSON(cmd.OutOrStdout(), r)
			case page == "":
				_, err = io.WriteString(cmd.OutOrStdout(), r.String())
			case page != "-":
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s: open it in a browser\n", page)
			}
			return err
		},
	}
	f.add(c, true)
	c.Flags().StringVar(&run, "run", "", "the run's id; the newest where left out")
	c.Flags().StringVar(&page, "html", "", "a page to write, one file that needs no network; - for the standard output")
	return c
}
