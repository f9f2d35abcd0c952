package main

import (
	"io"

	"github.com/spf13/cobra"

	"daycast/app"
)

func signalsCommand() *cobra.Command {
	var f shopFlags
	var fetch bool
	c := &cobra.Command{
		Use: "signals", Short: "Say how the sources of weather, holidays and trends stand", Args: noArgs,
		Long: `Say how each source of signals stands: how many values there are and of which
days, when it last answered, how many requests of the day are spent and left, what
the next run will ask, and a sample. Nothing is asked but with --fetch, which brings
what is missing as a run does; a long past is worth it before the first one, and
goes on where the day's requests ended.

daycast check tries the keys. docs/signals.md tells of each source.`,
		Example: `  daycast signals
  daycast signals --fetch
  daycast signals --json | jq '.[] | select(.stale)'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			s, err := app.Signals(cmd.Context(), cfg, world(), fetch)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), s)
			}
			_, err = io.WriteString(cmd.OutOrStdout(), s.String())
			return err
		},
	}
	f.add(c, true)
	c.Flags().BoolVar(&fetch, "fetch", false, "ask the sources for what is missing")
	return c
}
