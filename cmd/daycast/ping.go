package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"daycast/app"
)

func pingCommand() *cobra.Command {
	var url string
	c := &cobra.Command{
		Use: "ping", Short: "Ask a server whether it is ready: the health check of a container", Args: noArgs,
		Long: `Ask a server one page, and end with 0 where it answers with status 200, else with
75. It needs no config and no shell, so that an image that holds nothing but
daycast can check its own health. /readyz tells whether there are forecasts to
serve, /healthz whether the server lives.`,
		Example: "  daycast ping\n  daycast ping --url http://127.0.0.1:8080/healthz",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isURL(url) {
				return misuse{fmt.Errorf("--url %q: want a page such as http://127.0.0.1:8080/readyz", url)}
			}
			return app.Ping(cmd.Context(), url)
		},
	}
	c.Flags().StringVar(&url, "url", "http://127.0.0.1:8080/readyz", "the page to ask")
	return c
}
