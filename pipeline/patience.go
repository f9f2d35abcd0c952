package pipeline

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"daycast"
	"daycast/source"
)

// patiently does something again and again while the source is away, up to the
// run's patience. do reports whether the source gave anything: what that took
// is not waiting, so that a long table on a poor line is not given up for its
// length. A query that was too long is not tried again where the caller can ask
// for less.
func (r *Run) patiently(ctx context.Context, canAskLess bool, do func() (gave bool, err error)) error {
	waits := backoff.NewExponentialBackOff()
	waits.MaxInterval = 30 * time.Second
	away := time.Duration(0)
	for {
		began := time.Now()
		gave, err := do()
		if err == nil || ctx.Err() != nil || daycast.CodeOf(err) != daycast.Unavailable || canAskLess && errors.Is(err, source.ErrTooLong) {
			return err
		}
		if !gave {
			away += time.Since(began)
		}
		wait := waits.NextBackOff()
		if away += wait; r.Settings.Patience > 0 && away > r.Settings.Patience {
			return err
		}
		r.Progress.Stage("the source is away (" + err.Error() + "): trying again in " + wait.Round(time.Second/10).String())
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// again is patiently for what is read at once.
func (r *Run) again(ctx context.Context, do func() error) error {
	return r.patiently(ctx, false, func() (bool, error) { return false, do() })
}
