package holiday

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"daycast"
	"daycast/signal"
)

// mergedOnline is a Merged some of whose sources are fetched.
type mergedOnline struct {
	Merged
	fetchers []signal.Fetcher
}

// Plan adds up what all of them ask.
func (m mergedOnline) Plan(ctx context.Context, r signal.Request) (signal.Plan, error) {
	var sum signal.Plan
	for _, f := range m.fetchers {
		p, err := f.Plan(ctx, r)
		if err != nil {
			return sum, err
		}
		sum.Now, sum.Later, sum.Kept = sum.Now+p.Now, sum.Later+p.Later, sum.Kept+p.Kept
	}
	return sum, nil
}

// Fetch asks one after another: one that is down keeps no other from it.
func (m mergedOnline) Fetch(ctx context.Context, r signal.Request, told func(done, total int)) error {
	var missing []error
	for _, f := range m.fetchers {
		if err := f.Fetch(ctx, r, told); err != nil {
			missing = append(missing, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return errors.Join(missing...)
}

// Try asks all of them, and gives a day of the first.
func (m mergedOnline) Try(ctx context.Context, r signal.Request) (one daycast.Signal, err error) {
	var wrong []error
	for _, f := range m.fetchers {
		s, err := f.Try(ctx, r)
		if err != nil {
			wrong = append(wrong, err)
		} else if one.Name == "" {
			one = s
		}
	}
	return one, errors.Join(wrong...)
}

// Status is that of the worst: the oldest answer, the fewest requests left; what
// was asked today is added up.
func (m mergedOnline) Status(ctx context.Context) (signal.Status, error) {
	var all signal.Status
	var errs []string
	for k, f := range m.fetchers {
		s, err := f.Status(ctx)
		if err != nil {
			return all, fmt.Errorf("%s: %w", f.Name(), err)
		}
		if s.Error != "" {
			errs = append(errs, s.Error)
		}
		if k == 0 {
			all = s
			continue
		}
		all.Spent += s.Spent
		all.Stale = max(all.Stale, s.Stale)
		all.Left, all.Remaining = fewer(all.Left, s.Left), fewer(all.Remaining, s.Remaining)
		all.Answered = earlier(all.Answered, s.Answered)
		all.Failed, all.Until, all.Reset = later(all.Failed, s.Failed), later(all.Until, s.Until), later(all.Reset, s.Reset)
	}
	all.Error = strings.Join(errs, "; ")
	return all, nil
}

// fewer is the lower of two limits, of which -1 is none.
func fewer(a, b int) int {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

// earlier is zero where one is: it has never answered.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
