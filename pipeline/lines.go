package pipeline

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"daycast"
	"daycast/clean"
	"daycast/source"
)

// extracting is how far the reading of order lines has come: a run that was
// killed, or lost its connection for good, goes on at the first span that is
// not done.
type extracting struct {
	Spans []daycast.Span `json:"spans"`
	Done  int            `json:"done"`
	So    extracted      `json:"so_far"`
}

// extractLines reads the order lines span by span, each of which replaces what
// the warehouse has of its days at once: those that have changed, where that is
// known, or all since the look-back.
func (r *Run) extractLines(ctx context.Context, e *extracted, changed []daycast.Span) error {
	x, err := r.planLines(ctx, *e, changed)
	if err != nil {
		return err
	}
	clocks, err := r.clocks(ctx, e.OnePlace)
	if err != nil {
		return err
	}
	for x.Done < len(x.Spans) {
		so, err := r.extractSpan(ctx, x.Spans[x.Done], x.So, clocks)
		if halves, ok := r.halves(x.Spans[x.Done]); ok && errors.Is(err, source.ErrTooLong) {
			r.Progress.Stage("the source ended a long query (" + err.Error() + "): reading its days in two parts")
			x.Spans = slices.Replace(x.Spans, x.Done, x.Done+1, halves[:]...)
			continue
		}
		if err != nil {
			return err
		}
		x.So = so
		x.Done++
		if len(x.Spans) > 1 {
			if err := writeJSON(r.path("extracting"), x); err != nil {
				return err
			}
		}
	}
	*e = x.So
	return nil
}

// halves are those of a span, unless a rule of the contract has to see all
// lines at once.
func (r *Run) halves(span daycast.Span) (parts [2]daycast.Span, ok bool) {
	if len(r.Contract.Of(string(source.Sales))) > 0 {
		return parts, false
	}
	return source.Halves(span, daycast.DayOf(r.Now()))
}

// planLines goes on with a plan of this run's that was not carried out, or
// makes one.
func (r *Run) planLines(ctx context.Context, e extracted, changed []daycast.Span) (x extracting, err error) {
	if readJSON(r.path("extracting"), &x) == nil && x.So.Since == e.Since && x.So.OnePlace == e.OnePlace {
		return x, nil
	}
	if changed != nil {
		return extracting{Spans: changed, So: e}, nil
	}
	err = r.again(ctx, func() (err error) {
		x.Spans, err = source.Spans(ctx, r.Source, e.Since, cmp.Or(r.Settings.SpanLines, source.SpanLines))
		return err
	})
	x.So, x.Done = e, 0
	return x, err
}

// extractSpan reads one span, again and again while the source is away, up to
// the run's patience.
func (r *Run) extractSpan(ctx context.Context, span daycast.Span, e extracted, clocks clean.Clocks) (next extracted, err error) {
	_, canHalve := r.halves(span)
	err = r.patiently(ctx, canHalve, func() (bool, error) {
		next = e
		next.Unreadable = e.Unreadable[:len(e.Unreadable):len(e.Unreadable)]
		_, err := r.Warehouse.Lines().Replace(ctx, r.ID, span, ahead(r.lines(ctx, span, &next, clocks)))
		return next.Lines > e.Lines, err
	})
	return next, err
}

// lines yields the order lines of a span and counts them. A shop without any is
// a mistake somewhere: the lines that the warehouse has stay.
func (r *Run) lines(ctx context.Context, span daycast.Span, e *extracted, clocks clean.Clocks) iter.Seq2[daycast.Line, error] {
	return func(yield func(daycast.Line, error) bool) {
		reader := clean.LineReader{Key: r.Shop.Key, Currency: r.Shop.Currency, Rates: r.Shop.Rates}
		if p := clean.Patterns(r.Shop.TestOrders); p != nil {
			reader.IsTest = p.MatchString
		}
		today, before := daycast.DayOf(r.Now().In(r.Shop.TimeZone)), e.Lines
		for raw, err := range source.Lines(ctx, r.Source, span, e.aside) {
			if err != nil {
				yield(daycast.Line{}, err)
				return
			}
			raw.Row += before
			l := reader.Read(raw)
			if !span.Holds(l) || r.later(l, clocks) {
				continue
			}
			e.Lines++
			if day := l.UTCDay(); day <= today && l.At != daycast.NoTime {
				e.Newest, e.Last = max(e.Newest, day), max(e.Last, clocks.Day(l))
			}
			if e.Lines%100_000 == 0 {
				r.Progress.Step(int(e.Lines), 0, "order lines")
			}
			if !yield(l, nil) {
				return
			}
		}
		if e.Lines == 0 && span == (daycast.Span{}) {
			yield(daycast.Line{}, daycast.Errorf(daycast.Invalid, "the shop has no order lines").
				WithField("source.queries.sales").WithHint("the query runs but gives no rows: does it name the right tables, and has anything been sold yet?"))
		}
	}
}

// later reports whether a replay does not know of a line yet.
func (r *Run) later(l daycast.Line, clocks clean.Clocks) bool {
	return r.AsOf != 0 && l.At != daycast.NoTime && clocks.Day(l) > r.AsOf
}
