package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"daycast/app"
)

func serveCommand() *cobra.Command {
	var f shopFlags
	var addr string
	c := &cobra.Command{
		Use: "serve", Short: "Answer forecasts over HTTP from the newest snapshot", Args: noArgs,
		Long: `Answer forecasts over HTTP from the newest snapshot. A new one is picked up
without dropping a request; SIGTERM ends the server after the requests that
are under way.`,
		Example: "  daycast serve --config shop/daycast.yaml --addr 127.0.0.1:8080\n  curl -s 'http://127.0.0.1:8080/v1/series?limit=3'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			if addr != "" {
				cfg.Serve.Addr = addr
			}
			w := world()
			return app.Serve(cmd.Context(), cfg, w, app.Logger(os.Stderr, w), func(at string) {
				fmt.Fprintf(cmd.OutOrStdout(), "serving on http://%s\n", at)
			})
		},
	}
	f.add(c, false)
	c.Flags().StringVar(&addr, "addr", "", "host:port to listen on (serve.addr of the config)")
	return c
}
