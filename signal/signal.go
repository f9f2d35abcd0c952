// Package signal brings the outside factors that move demand: holidays,
// weather, trends. Each source of one is in a package of its own below.
package signal

import (
	"context"
	"iter"

	"daycast"
)

// A Source yields outside factors. It is safe for concurrent use and passes
// signaltest.
type Source interface {
	// Name is how the config and logs call it, such as "holiday".
	Name() string
	// Signals yields what is known of the places on the days of r. Within
	// one name, scope and key the days ascend, and no two values share a day
	// and a known-at. Two requests for neighbouring days yield together what
	// one request for all of them does. After an error nothing more follows;
	// a cancelled ctx is such an error.
	Signals(ctx context.Context, r Request) iter.Seq2[daycast.Signal, error]
}

// WeatherPrefix is how the names of the weather's signals begin. Panels have
// them as they were forecast (clean.PanelBuilder.Outlook).
const WeatherPrefix = "weather_"

// Parts are the sources that one joins, or the source itself.
func Parts(s Source) []Source {
	if joined, ok := s.(interface{ Parts() []Source }); ok {
		return joined.Parts()
	}
	return []Source{s}
}

// A Request says for which days and places signals are wanted.
type Request struct {
	From, To daycast.Day     // both are included
	Places   []daycast.Place // each id once
}

// ScopeOf is the scope and key of a signal that holds for a place: the place,
// or the shop where it has only one.
func ScopeOf(p daycast.Place) (daycast.Scope, string) {
	if p.ID == daycast.OnlyPlace {
		return daycast.ScopeShop, ""
	}
	return daycast.ScopePlace, p.ID
}
