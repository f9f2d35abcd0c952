package main

import (
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"daycast/app"
)

func monitorCommand() *cobra.Command {
	var f shopFlags
	var server string
	c := &cobra.Command{
		Use: "monitor", Short: "Say on one screen whether data, runs, model and forecasts are in order", Args: noArgs,
		Long: `Say on one screen whether the shop's data, runs, model and forecasts are in
order, and with --url whether a server answers. Each part is

  ok    nothing is to be done
  warn  forecasts are worse than they could be: look at it on the next working day
  bad   forecasts are missing, old or not served: look at it now

by the limits of the alert rules in deploy/prometheus. The exit code is 1 where
something is bad, else 0. It reads what runs have published and disturbs none.`,
		Example: `  daycast monitor
  daycast monitor --config shop/daycast.yaml --url http://127.0.0.1:8080
  daycast monitor --json || mail -s "daycast" me@example.com`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if u, err := url.Parse(server); server != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
				return misuse{fmt.Errorf("--url %q: want a server such as http://127.0.0.1:8080", server)}
			}
			cfg, err := f.load()
			if err != nil {
				return err
			}
			h := app.Monitor(cmd.Context(), cfg, world(), server)
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
	c.Flags().StringVar(&server, "url", "", "a running server to ask as well, such as http://127.0.0.1:8080")
	return c
}
