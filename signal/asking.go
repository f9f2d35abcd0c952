package signal

import (
	"context"
	"errors"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// PlanOf is what asking for the requests would come to.
func PlanOf(ctx context.Context, c *fetch.Client, requests []fetch.Request) (Plan, error) {
	due, err := dueOf(ctx, c, requests)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Now: len(due), Kept: len(requests) - len(due)}
	if _, left, err := c.State(ctx); err != nil {
		return Plan{}, err
	} else if left >= 0 && left < p.Now {
		p.Now, p.Later = left, p.Now-left
	}
	return p, nil
}

// dueOf are the requests without a kept answer that is fresh.
func dueOf(ctx context.Context, c *fetch.Client, requests []fetch.Request) ([]fetch.Request, error) {
	var due []fetch.Request
	for _, r := range requests {
		_, held, err := c.Held(ctx, r)
		if err != nil {
			return nil, err
		}
		if !held {
			due = append(due, r)
		}
	}
	return due, nil
}

// inVain is after how many requests in a row without an answer an API counts as
// down, and is left alone.
const inVain = 3

// FetchAll asks for what is due of the requests, in their order. One without an
// answer does not keep the others from theirs, unless the key is refused, the
// day's requests are spent or the API is down. The error counts what is missing,
// and has the first reason.
func FetchAll(ctx context.Context, c *fetch.Client, requests []fetch.Request, told func(done, total int)) error {
	due, err := dueOf(ctx, c, requests)
	if err != nil {
		return err
	}
	var first error
	answered, row := 0, 0
	for k, r := range due {
		_, err := c.Get(ctx, r)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if told != nil {
			told(k+1, len(due))
		}
		if err == nil {
			answered, row = answered+1, 0
			continue
		}
		if first == nil {
			first = err
		}
		if row++; row >= inVain && daycast.CodeOf(err) == daycast.Unavailable || hopeless(ctx, c, err) {
			break
		}
	}
	if first == nil {
		return nil
	}
	lost := daycast.Errorf(daycast.CodeOf(first), "%d of %d requests to %s have no answer: %w", len(due)-answered, len(due), c.Name(), first)
	var e *daycast.Error
	if errors.As(first, &e) {
		lost.Field = e.Field
	}
	return lost
}

// hopeless reports whether the next request will fail as the last did.
func hopeless(ctx context.Context, c *fetch.Client, err error) bool {
	if daycast.CodeOf(err) == daycast.Unauthorized {
		return true
	}
	s, left, stateErr := c.State(ctx)
	return stateErr != nil || left == 0 || c.Now().Before(s.Until)
}

// StatusOf is how a source stands that should have a new answer at least every
// so often.
func StatusOf(ctx context.Context, c *fetch.Client, every time.Duration) (Status, error) {
	state, left, err := c.State(ctx)
	s := Status{State: state, Left: left}
	switch now := c.Now(); {
	case err != nil:
	case state.Answered.IsZero() && !state.Failed.IsZero():
		s.Stale = max(now.Sub(state.Failed), 1)
	case !state.Answered.IsZero():
		s.Stale = max(now.Sub(state.Answered)-every, 0)
	}
	return s, err
}
