package signal

import (
	"context"
	"fmt"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// A Fetcher is a Source of what an outside API tells. Its Signals are those of
// the answers in its archive: they ask nobody, and repeat themselves.
type Fetcher interface {
	Source
	// Plan is what Fetch would ask for r now.
	Plan(ctx context.Context, r Request) (Plan, error)
	// Fetch asks for what is missing or no longer fresh, the days to come and
	// the newest past first, as far as the day's requests go. told hears of each
	// request. What cannot be had is in the error, after all else was tried; what
	// came is kept.
	Fetch(ctx context.Context, r Request, told func(done, total int)) error
	// Try asks for a little, whatever is kept, and gives one signal of it: the
	// test of the user's key and address.
	Try(ctx context.Context, r Request) (daycast.Signal, error)
	// Status is how the source stands.
	Status(ctx context.Context) (Status, error)
}

// A Plan is what a Fetch would come to.
type Plan struct {
	Now   int // requests that it would make
	Later int // requests that today's limit leaves for other days
	Kept  int // answers that are there and stay good
}

// String is the plan in words.
func (p Plan) String() string {
	text := fmt.Sprintf("%d requests", p.Now)
	if p.Later > 0 {
		text += fmt.Sprintf(", %d on later days", p.Later)
	}
	return text
}

// A Status is how a Fetcher stands.
type Status struct {
	fetch.State
	Left int // requests of today that are left; -1: no limit is known
	// Stale is how long ago it should have answered but did not, 0 where what is
	// there is fresh.
	Stale time.Duration
}

// Known is the day at whose end something that was issued at a moment counts as
// known: the last one that was over. The forecast of the weather that a run
// fetches on a morning is then known to the forecast of sales that it makes.
func Known(issued time.Time, zone *time.Location) daycast.Day {
	return daycast.DayOf(issued.In(zone)) - 1
}
