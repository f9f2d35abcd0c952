package fetch

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"daycast"
)

// A State is what is known of an API from what was asked of it.
type State struct {
	Answered time.Time // when it last gave an answer; zero: never
	Failed   time.Time // when it last did not
	Error    string    // what it said then; empty once it has answered again
	Until    time.Time // when it wants to be asked again; zero: it does not say
	Spent    int       // requests of the day of UTC
	// Remaining is how many requests the API said that it would still take, -1
	// where it does not say; Reset is when it counts anew.
	Remaining int
	Reset     time.Time
}

// State is a source's.
func (a *Archive) State(ctx context.Context, source string, now time.Time) (State, error) {
	var answered, failed, until, told, remaining, reset int64
	s := State{Remaining: -1}
	err := a.db.QueryRowContext(ctx, "SELECT answered, failed, error, until, told, remaining, reset FROM states WHERE source = ?", source).
		Scan(&answered, &failed, &s.Error, &until, &told, &remaining, &reset)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s, err
	}
	when := func(ms int64) time.Time {
		if ms == 0 {
			return time.Time{}
		}
		return moment(ms)
	}
	s.Answered, s.Failed, s.Until, s.Reset = when(answered), when(failed), when(until), when(reset)
	if told == 1 && (s.Reset.IsZero() || now.Before(s.Reset)) {
		s.Remaining = int(remaining)
	}
	err = a.db.QueryRowContext(ctx, "SELECT requests FROM spent WHERE source = ? AND day = ?", source, daycast.DayOf(now)).Scan(&s.Spent)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

// Left is how many requests a source has left today: the fewer of what the
// plan of so many a day and the API itself allow; -1: no limit is known.
func (s State) Left(perDay int) int {
	left := -1
	if perDay > 0 {
		left = max(perDay-s.Spent, 0)
	}
	if s.Remaining >= 0 && (left < 0 || s.Remaining < left) {
		left = s.Remaining
	}
	return left
}

// spend counts a request by its weight, unless the day has had all of its own:
// that is an error of code unavailable.
func (a *Archive) spend(ctx context.Context, source string, now time.Time, weight, perDay int) error {
	return a.change(ctx, func(tx *sql.Tx) error {
		var n int
		err := tx.QueryRowContext(ctx, `INSERT INTO spent VALUES (?, ?, ?)
			ON CONFLICT (source, day) DO UPDATE SET requests = requests + excluded.requests RETURNING requests`, source, daycast.DayOf(now), weight).Scan(&n)
		if err == nil && perDay > 0 && n > perDay {
			return &failure{cause: daycast.Errorf(daycast.Unavailable, "%s: the day's %d requests are spent", source, perDay).
				WithHint("what is missing is fetched from midnight UTC on, or allow more a day")}
		}
		return err
	})
}

// awaited is the error of a source that wants to be left alone for a while.
func (a *Archive) awaited(ctx context.Context, source string, now time.Time) error {
	s, err := a.State(ctx, source, now)
	switch {
	case err != nil:
		return err
	case now.Before(s.Until):
		return daycast.Errorf(daycast.Unavailable, "%s wants no request before %s: %s", source, s.Until.Format(time.RFC3339), s.Error)
	case s.Remaining == 0 && now.Before(s.Reset):
		return daycast.Errorf(daycast.Unavailable, "%s takes no further request before %s", source, s.Reset.Format(time.RFC3339))
	}
	return nil
}

// failed keeps why a source gave no answer, and until when it wants none.
func (a *Archive) failed(ctx context.Context, source string, now time.Time, why string, until time.Time) error {
	ms := int64(0)
	if !until.IsZero() {
		ms = until.UnixMilli()
	}
	_, err := a.db.ExecContext(ctx, `INSERT INTO states (source, failed, error, until) VALUES (?, ?, ?, ?)
		ON CONFLICT (source) DO UPDATE SET failed = excluded.failed, error = excluded.error, until = excluded.until`, source, now.UnixMilli(), why, ms)
	return err
}

// told keeps what a source says of its own limit.
func (a *Archive) told(ctx context.Context, source string, t told) error {
	if !t.known {
		return nil
	}
	reset := int64(0)
	if !t.reset.IsZero() {
		reset = t.reset.UnixMilli()
	}
	_, err := a.db.ExecContext(ctx, `INSERT INTO states (source, told, most, remaining, reset) VALUES (?, 1, ?, ?, ?)
		ON CONFLICT (source) DO UPDATE SET told = 1, most = excluded.most, remaining = excluded.remaining, reset = excluded.reset`,
		source, t.limit, t.remaining, reset)
	return err
}
