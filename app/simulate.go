package app

import (
	"context"

	"daycast/simulate"
)

// SimulatedShop is the size and the seed of a simulated shop.
type SimulatedShop = simulate.Shop

// Simulate fills a SQLite database with a simulated shop.
func Simulate(ctx context.Context, s SimulatedShop, path string, p Progress) (simulate.Summary, error) {
	p.Stage("simulate")
	return s.Write(ctx, path, func(done, total int) { p.Step(done, total, "series") })
}
