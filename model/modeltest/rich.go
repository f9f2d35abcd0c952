package modeltest

import (
	"math/rand/v2"

	"daycast"
)

// Rich is Shop with a level of places beside the categories, an event that is
// known ahead by name, a temperature that is known ahead, and planned prices:
// something of all that features are made of.
func Rich(seed uint64, n, periods int) *daycast.Panel {
	p := Shop(seed, n, periods)
	r := rand.New(rand.NewPCG(seed, 5))
	place := daycast.Level{Name: "place", Names: []string{"north", "south"}, Of: make([]int32, n)}
	for i := range place.Of {
		place.Of[i] = int32(i % 2)
	}
	p.Levels = append(p.Levels, place)
	p.Totals = Totals(p)
	event, temperature := Constant(periods+28, NaN), make([]float32, periods+28)
	for t := range event {
		if r.IntN(12) == 0 {
			event[t] = float32(r.IntN(3))
		}
		temperature[t] = float32(r.IntN(20)) / 2
	}
	first := Origin - daycast.Day(periods-1)
	words := signal("event", n, first, event, true)
	words.Codes = []string{"Easter", "Super Bowl", "Christmas"}
	p.Signals = append(p.Signals, words, signal("temperature", n, first, temperature, true))
	p.Ahead.PricePlanned = make([]daycast.Day, n)
	for i := range n {
		p.Ahead.PricePlanned[i] = p.Start[i]
		for h := range 28 {
			p.Ahead.Price[i*28+h] = p.PriceOf(i)[p.Len(i)-1] + float32(h/14)
		}
	}
	return p
}
