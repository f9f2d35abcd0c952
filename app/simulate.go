package app

import (
	"context"
	"errors"
	"io"

	"daycast"
	"daycast/simulate"
)

// SimulatedShop is the size and the seed of a simulated shop.
type SimulatedShop = simulate.Shop

// Simulate fills a SQLite database with a simulated shop, and writes it as a
// script for Postgres too, unless the script's path is empty; - is the standard
// output.
func Simulate(ctx context.Context, s SimulatedShop, path, script string, p Progress) (simulate.Summary, error) {
	var dump *output
	if script != "" {
		var err error
		if dump, err = createOutput(script); err != nil {
			if e := (*daycast.Error)(nil); errors.As(err, &e) {
				e.Field = "postgres" // the flag
			}
			return simulate.Summary{}, err
		}
		defer dump.discard()
	}
	p.Stage("simulate")
	sum, err := s.Write(ctx, path, func(done, total int) { p.Step(done, total, "series") })
	if err != nil || dump == nil {
		return sum, err
	}
	p.Stage("write the script for Postgres")
	return sum, dump.write(func(to io.Writer) error { return simulate.DumpPostgres(ctx, path, to) })
}
