package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"daycast"
	"daycast/signal"
)

// beforeRuns is of how many days signals are asked for where no run has told yet
// of how many they are wanted.
const beforeRuns = 28

// A SourceReport is how a source of signals stands, and what there is of it.
type SourceReport struct {
	SignalLine
	Failed time.Time     `json:"failed,omitzero"`
	Until  time.Time     `json:"until,omitzero"` // when it wants to be asked again
	Spent  int           `json:"spent"`          // requests of the day
	Plan   *signal.Plan  `json:"plan,omitempty"` // what the next run will ask; nil for what is not fetched
	Sample *SignalSample `json:"sample,omitempty"`
	Leads  []string      `json:"leads,omitempty"` // of trends: whether they run ahead of the sales
}

// A SignalSample is one signal.
type SignalSample struct {
	Name    string        `json:"name"`
	Scope   daycast.Scope `json:"scope"`
	Key     string        `json:"key,omitempty"`
	Day     string        `json:"day"`
	KnownAt string        `json:"known_at"`
	Value   string        `json:"value"`
}

func sampleOf(s daycast.Signal) *SignalSample {
	value := s.Code
	if value == "" {
		value = strconv.FormatFloat(float64(s.Value), 'g', 5, 32)
	}
	return &SignalSample{Name: s.Name, Scope: s.Scope, Key: s.Key, Day: s.Day.String(), KnownAt: s.KnownAt.String(), Value: value}
}

// String is the signal in words.
func (s SignalSample) String() string {
	where := "the shop"
	if s.Key != "" {
		where = string(s.Scope) + " " + s.Key
	}
	return fmt.Sprintf("%s on %s for %s: %s, known on %s", s.Name, s.Day, where, s.Value, s.KnownAt)
}

// Sources tell how each source of signals stands; fetch brings what is missing
// first, and what it could not have is in the report. It needs no run, and
// changes nothing but the archive.
func (r *Run) Sources(ctx context.Context, fetch bool) ([]SourceReport, error) {
	request, err := r.storedRequest(ctx)
	if err != nil {
		return nil, err
	}
	var reports []SourceReport
	for _, s := range r.parts() {
		report := SourceReport{SignalLine: SignalLine{Source: s.Name(), Left: -1}}
		if f, ok := s.(signal.Fetcher); ok {
			if err := report.fetched(ctx, r, f, request, fetch); err != nil {
				return nil, err
			}
		}
		if err := report.sampled(ctx, s.Signals(ctx, request), daycast.DayOf(r.Now().In(r.Shop.TimeZone))); err != nil {
			return nil, err
		}
		if report.Leads, err = r.leads(ctx, s, request); err != nil {
			return nil, err
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// parts are the run's sources, those that are joined each by itself.
func (r *Run) parts() (all []signal.Source) {
	for _, s := range r.Signals {
		all = append(all, signal.Parts(s)...)
	}
	return all
}

// sampled counts the signals that there are, and keeps the last of the past, or
// the first ahead.
func (s *SourceReport) sampled(ctx context.Context, rows iter.Seq2[daycast.Signal, error], today daycast.Day) error {
	for row, err := range s.counted(nil, rows) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			s.Stale = err.Error()
			break
		}
		if row.Day <= today || s.Sample == nil {
			s.Sample = sampleOf(row)
		}
	}
	return nil
}

// fetched tells of a source that is fetched, after that was done where it is
// asked for.
func (s *SourceReport) fetched(ctx context.Context, r *Run, f signal.Fetcher, request signal.Request, fetch bool) error {
	s.Outside = true
	if fetch {
		if err := r.bring(ctx, f, request, &s.SignalLine); err != nil {
			return err
		}
	}
	plan, err := f.Plan(ctx, request)
	if err != nil {
		s.Stale = cmp.Or(s.Stale, err.Error())
	}
	status, err := f.Status(ctx)
	s.Plan, s.Answered, s.Left = &plan, status.Answered, status.Left
	s.Failed, s.Until, s.Spent = status.Failed, status.Until, status.Spent
	s.Stale = cmp.Or(s.Stale, status.Error)
	return err
}

// Try asks each source of signals that is fetched for a little, and gives one
// signal of it, or what is wrong.
func (r *Run) Try(ctx context.Context, told func(source string, sample *SignalSample, err error)) error {
	request, err := r.storedRequest(ctx)
	if err != nil {
		return err
	}
	for _, s := range r.parts() {
		if f, ok := s.(signal.Fetcher); ok {
			row, err := f.Try(ctx, request)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			told(f.Name(), sampleOf(row), err)
		}
	}
	return nil
}

// storedRequest is the newest run's. Before the first one it is of the last days,
// and of the places that the shop tells of, where it is connected.
func (r *Run) storedRequest(ctx context.Context) (signal.Request, error) {
	today := daycast.DayOf(r.Now().In(r.Shop.TimeZone))
	l := loaded{First: today - beforeRuns}
	l.Spec.Last = today - 1
	err := readNewest(r.Dir, "loaded", &l)
	if err == nil {
		return r.signalRequest(ctx, l)
	}
	if daycast.CodeOf(err) != daycast.NotFound {
		return signal.Request{}, err
	}
	places, err := r.places(ctx)
	if err != nil && daycast.CodeOf(err) != daycast.Unavailable {
		return signal.Request{}, err
	}
	if len(places) == 1 {
		places[0].ID = daycast.OnlyPlace
	}
	return r.requestOf(l, places), nil
}
