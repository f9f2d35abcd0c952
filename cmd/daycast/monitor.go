package main

import (
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"daycast"
	"daycast/app"
)

func monitorCommand() *cobra.Command {
	var f shopFlags
	var server, asOf string
	c := &cobra.Command{
		Use: "monitor", Short: "Say on one screen whether data, runs, model and forecasts are in order", Args: noArgs,
		Long: `Say on one screen whether the shop's data, runs, model and forecasts are in
order, and with --url whether a server answers. Each part is

  ok    nothing is to be done
  warn  forecasts are worse than they could be: look at it on the next working day
  bad   forecasts are missing, old or not served: look at it now

by the limits of the alert rules in deploy/prometheus. The exit code is 1 where
something is bad, else 0. It reads what runs have published and disturbs none.

What was published of a past shop, such as the demo's or a replay's, is always
old. --as-of judges it as if another day were today, at noon. A replay is judged
with a config that has "data: data/replay", the folder replay of the shop's own.`,
		Example: `  daycast monitor
  daycast monitor --config replay.yaml --as-of 2011-12-10
  daycast monitor --config shop/daycast.yaml --url http://127.0.0.1:8080
  daycast monitor --json || mail -s "daycast" me@example.com`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if server != "" && !isURL(server) {
				return misuse{fmt.Errorf("--url %q: want a server such as http://127.0.0.1:8080", server)}
			}
			cfg, err := f.load()
			if err != nil {
				return err
			}
			w := world()
			if asOf != "" {
				day, err := daycast.ParseDay(asOf)
				if err != nil {
					return misuse{fmt.Errorf("--as-of %q: want a day such as 2011-12-10", asOf)}
				}
				w.Now = app.NoonOf(day, cfg)
			}
			h := app.Monitor(cmd.Context(), cfg, w, server)
			if f.json {
				err = printJSON(cmd.OutOrStdout(), h)
			} else {
				_, err = io.WriteString(cmd.OutOrStdout(), h.String())
			}
			if err != nil {
				return err
			}
			return h.Err()
		},
	}
	f.add(c, true)
	c.Flags().StringVar(&asOf, "as-of", "", "the day to judge as of, as YYYY-MM-DD (default today)")
	c.Flags().StringVar(&server, "url", "", "a running server to ask as well, such as http://127.0.0.1:8080")
	return c
}

// isURL reports whether HTTP can ask there.
func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
