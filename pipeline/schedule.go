package pipeline

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v5"

	"daycast"
)

// A Schedule runs a shop whenever its timetable says so. It keeps no state but
// the newest due instant that is answered, in the data folder: after a pause,
// however it came about, the newest instant that was missed is answered at
// once and older ones never, for one run reads all that they would have read.
// Any number of schedules over one folder answer each instant once.
type Schedule struct {
	Timetable
	Dir  string // the data folder
	Who  Holder // its lease's, but for Since
	Once bool   // answer what is due and return
	Now  func() time.Time
	Log  *slog.Logger
	// Do answers a due instant by a pass over the shop; the schedule holds the
	// lease meanwhile. A pass that was stopped is resumed by the next Do.
	Do func(ctx context.Context, due time.Time) error
}

// How often a pass that lacks something is tried. A database that restarts or
// a network that is gone is back within a quarter of an hour, or gone for
// longer than waiting helps: the fifth try is some 15 minutes after the first.
const (
	mostTries  = 5
	retryFirst = time.Minute
	retryLast  = 8 * time.Minute
)

// How often a lease that another holds is asked for: soon, since most passes
// are short, then seldom, since the others are long.
const (
	askFirst = time.Second
	askLater = 30 * time.Second
)

// mostWait is how long the schedule sleeps at most before it looks at the
// clock again, which may have been set, or have gone on while the machine
// slept.
const mostWait = time.Minute

// Run answers due instants until ctx is done, and then returns nil. A pass
// that fails is logged, counts as an answer and waits for the next instant.
// With Once it returns after the instant that is due, if one is, with the
// error of its pass; one that failed stays due.
func (s *Schedule) Run(ctx context.Context) error {
	var tried, announced time.Time
	for ctx.Err() == nil {
		now := s.Now().Round(0) // by the clock, not by the time that the process was awake
		if due := s.Newest(now); due.After(tried) {
			tried = due
			if err := s.answer(ctx, due); err != nil && s.Once {
				return err
			}
			continue
		}
		if s.Once {
			return nil
		}
		next := s.Next(now)
		if !next.Equal(announced) {
			announced = next
			s.Log.Info("waiting for the next run", "due", next)
		}
		wait(ctx, min(next.Sub(now), mostWait))
	}
	return nil
}

// answer sees that a due instant is answered, by us or by another.
func (s *Schedule) answer(ctx context.Context, due time.Time) error {
	log := s.Log.With("due", due)
	if done, err := s.answered(due); done || err != nil {
		if err != nil {
			log.Error("the schedule cannot go on", "error", err)
		}
		return err
	}
	tries := 0
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		tries++
		err := s.attempt(ctx, due, tries == mostTries)
		if err != nil && !tryAgain(err) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(doubling(retryFirst, retryLast)), backoff.WithMaxTries(mostTries), backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, in time.Duration) {
			log.Warn("the run is tried again", "in", in.Round(time.Second).String(), "error", err)
		}))
	switch {
	case err == nil:
	case ctx.Err() != nil:
		log.Info("stopped; the run goes on at the next start")
		return daycast.Errorf(daycast.Unavailable, "stopped before the run of %s was done", due.Format(time.RFC3339)).
			WithHint("it goes on at the next start")
	default:
		log.Error("the run that was due was not done", "tries", tries, "error", err)
	}
	return err
}

// attempt answers a due instant under the lease, unless another has done so.
func (s *Schedule) attempt(ctx context.Context, due time.Time, last bool) error {
	lease, err := s.lease(ctx, s.Next(due))
	if err != nil {
		return err
	}
	defer lease.Release()
	if done, err := s.answered(due); done || err != nil {
		return err
	}
	err = s.Do(ctx, due)
	if failed := err != nil; failed && (ctx.Err() != nil || s.Once || tryAgain(err) && !last) {
		return err
	}
	if e := writeJSON(answeredPath(s.Dir), answered{due}); err == nil {
		err = e
	}
	return err
}

// lease waits for the data folder's lease until the next run is due, which
// answers for this one too.
func (s *Schedule) lease(ctx context.Context, until time.Time) (*Lease, error) {
	waiting, cancel := context.WithTimeout(ctx, until.Sub(s.Now()))
	defer cancel()
	var held error
	lease, err := backoff.Retry(waiting, func() (*Lease, error) {
		who := s.Who
		who.Since = s.Now()
		lease, err := AcquireLease(s.Dir, who)
		if err != nil && daycast.CodeOf(err) != daycast.Conflict {
			return nil, backoff.Permanent(err)
		}
		if err != nil && held == nil {
			s.Log.Info("waiting for the lease", "error", err)
		}
		held = err
		return lease, err
	}, backoff.WithBackOff(doubling(askFirst, askLater)), backoff.WithMaxElapsedTime(0))
	if err != nil && held != nil { // waited long enough
		return nil, backoff.Permanent(held)
	}
	return lease, err
}

func doubling(first, most time.Duration) backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = first, 2, most
	return b
}

func tryAgain(err error) bool {
	code := daycast.CodeOf(err)
	return code == daycast.Unavailable || code == daycast.Conflict
}

// wait returns after d, or when ctx is done.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// answered is the schedule's file.
type answered struct {
	Answered time.Time `json:"answered"` // the newest due instant that is
}

func answeredPath(dir string) string { return filepath.Join(dir, "runs", "schedule.json") }

// LastDue is the newest due instant that is answered: by a run that failed for
// good, or by one that published, whether or not the schedule lived to note
// it. Zero where there is none.
func LastDue(dir string) (time.Time, error) {
	var a answered
	if err := readJSON(answeredPath(dir), &a); err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return a.Answered, err
	}
	j, err := ReadJournal(dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return a.Answered, err
	}
	if j.done(StepPublish) && j.Due.After(a.Answered) {
		return j.Due, nil
	}
	return a.Answered, nil
}

func (s *Schedule) answered(due time.Time) (bool, error) {
	last, err := LastDue(s.Dir)
	return !due.After(last), err
}
