package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"daycast"
	"daycast/app"
)

func demoCommand() *cobra.Command {
	d := app.Demo{}
	var noServe, onlyFill, asJSON bool
	var addr string
	c := &cobra.Command{
		Use: "demo", Short: "The whole way on a shop of its own: fill, run, serve", Args: noArgs,
		Long: `Fill a shop database, read and clean it, compare the models, forecast every
series and serve the forecasts. The shop is simulated, or the real UCI Online
Retail II invoices. A demo that was killed goes on where it was.`,
		Example: `  daycast demo
  daycast demo --dir /tmp/shop --no-serve
  daycast demo --online-retail online_retail_II/`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := world()
			if onlyFill {
				sum, err := d.Fill(cmd.Context(), w)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), sum)
			}
			cfg, s, err := d.Run(cmd.Context(), w)
			if err != nil {
				return err
			}
			if err := printSummary(cmd.OutOrStdout(), s, asJSON); err != nil || noServe {
				return err
			}
			if addr != "" {
				cfg.Serve.Addr = addr
			}
			best, err := app.BestSeller(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			return app.Serve(cmd.Context(), cfg, w, app.Logger(os.Stderr, w), func(at string) {
				fmt.Fprint(cmd.OutOrStdout(), example(at, best))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&d.Dir, "dir", "daycast-demo", "folder where everything lives")
	f.StringVar(&d.OnlineRetail, "online-retail", "", "folder or file of the UCI Online Retail II invoices, as CSV; gzip is understood")
	sizeFlags(f, &d.Simulated, " of the simulated shop")
	f.BoolVar(&d.Fresh, "fresh", false, "do again what an earlier demo did")
	f.BoolVar(&onlyFill, "only-fill", false, "end after the shop is filled: daycast run --config DIR/daycast.yaml goes on")
	f.BoolVar(&noServe, "no-serve", false, "end after the summary")
	f.BoolVar(&asJSON, "json", false, "print the summary as JSON")
	f.StringVar(&addr, "addr", "", "host:port to serve on (127.0.0.1:8080)")
	return c
}

// example is a request that can be pasted, for the series that sells most.
func example(addr string, s daycast.Series) string {
	return fmt.Sprintf(`
serving on http://%[1]s, documented on http://%[1]s/docs; try

  curl -s http://%[1]s/v1/predict -H 'Content-Type: application/json' -d '{"series": ["%[2]s"], "horizon": 7}'

`, addr, s.ID())
}

func simulateCommand() *cobra.Command {
	s := app.SimulatedShop{}
	var out, script string
	c := &cobra.Command{
		Use: "simulate", Short: "Fill a SQLite database with a simulated shop", Args: noArgs,
		Long: `Fill a SQLite database with a simulated shop: customers, products, orders, order
lines and stock, with the dirt of a real one. The demand that it was made from
is written beside it, into NAME.truth.sqlite. --postgres writes the same shop as
a script that fills an empty Postgres database.`,
		Example: "  daycast simulate --out shop.sqlite --items 1000 --places 3\n" +
			"  daycast simulate --postgres shop.sql && psql -q -v ON_ERROR_STOP=1 -f shop.sql postgres://localhost/shop",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := world().Progress
			sum, err := app.Simulate(cmd.Context(), s, out, script, p)
			if err != nil || script == "-" { // which has the output for itself
				return err
			}
			return printJSON(cmd.OutOrStdout(), sum)
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "shop.sqlite", "file to write")
	f.StringVar(&script, "postgres", "", "SQL script to write as well, for Postgres; - for the standard output")
	sizeFlags(f, &s, "")
	return c
}

// sizeFlags are those of a simulated shop.
func sizeFlags(f *pflag.FlagSet, s *app.SimulatedShop, of string) {
	s.Items, s.Places, s.Days = 300, 1, 730
	f.Var((*countFlag)(&s.Items), "items", "items"+of)
	f.Var((*countFlag)(&s.Places), "places", "places"+of)
	f.Var((*countFlag)(&s.Days), "days", "days"+of)
	f.Uint64Var(&s.Seed, "seed", 1, "seed"+of)
}

// countFlag is how many there are of what there has to be one of: 0 would
// otherwise mean the default.
type countFlag int

func (c *countFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errors.New("want a whole number, 1 or more")
	}
	*c = countFlag(n)
	return nil
}

func (c *countFlag) Type() string   { return "int" }
func (c *countFlag) String() string { return strconv.Itoa(int(*c)) }
