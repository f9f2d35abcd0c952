package pipeline_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
	"daycast/source"
)

// flaky is a source whose connection breaks, and which tells of many lines.
type flaky struct {
	source.Source
	breaks int // how often reading order lines still breaks off
	spans  *[]daycast.Span
	err    error
	after  int // 0: breaks tells; else it breaks once so many spans were read
}

func (f *flaky) Extent(context.Context, daycast.Day) (lines int64, first, last daycast.Day, err error) {
	last = daycast.DayOf(time.Date(2023, 4, 30, 0, 0, 0, 0, time.UTC))
	return 7_000_000, last - 119, last, nil
}

func (f *flaky) Read(ctx context.Context, t source.Table, span daycast.Span) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		if t == source.Sales {
			*f.spans = append(*f.spans, span)
		}
		if f.after > 0 && len(*f.spans) > f.after {
			f.after, f.breaks = 0, 1
		}
		for rows, err := range f.Source.Read(ctx, t, span) {
			if t == source.Sales && f.breaks > 0 {
				f.breaks--
				_ = yield(rows[:len(rows)/2], nil) && yield(nil, f.err)
				return
			}
			if !yield(rows, err) {
				return
			}
		}
	}
}

var errAway = daycast.Errorf(daycast.Unavailable, "connection reset by peer")

// A source that goes away is asked again, for the span that it broke off in,
// and no line is lost or doubled.
func TestSourceGoesAway(t *testing.T) {
	shop := fill(t, small)
	whole := world{dir: t.TempDir(), shop: shop}
	whole.run(t, pipeline.StepClean)
	var spans []daycast.Span
	var stages []string
	w := world{dir: t.TempDir(), shop: shop, stage: func(s string) { stages = append(stages, s) }, set: func(r *pipeline.Run) {
		r.Source = &flaky{Source: r.Source, breaks: 3, spans: &spans, err: errAway}
		r.Settings.Patience, r.Settings.SpanLines = time.Minute, 2_000_000
	}}
	w.run(t, pipeline.StepClean)
	if len(spans) != 4+3 || spans[0] != spans[1] || spans[0] != spans[3] || spans[3] == spans[4] {
		t.Errorf("read %v, want the first of 4 spans four times", spans)
	}
	if !slices.ContainsFunc(stages, func(s string) bool {
		return strings.Contains(s, "connection reset by peer") && strings.Contains(s, "trying again")
	}) {
		t.Errorf("nobody was told: %v", stages)
	}
	sameLines(t, whole, w)
}

// A run that gave up, or was killed, goes on with the spans that are missing.
func TestExtractionGoesOn(t *testing.T) {
	shop := fill(t, small)
	whole := world{dir: t.TempDir(), shop: shop}
	whole.run(t, pipeline.StepClean)
	var spans []daycast.Span
	w := world{dir: t.TempDir(), shop: shop, now: clock(), set: func(r *pipeline.Run) {
		r.Source = &flaky{Source: r.Source, spans: &spans, err: errAway}
		r.Settings.Patience, r.Settings.SpanLines = time.Nanosecond, 2_000_000
	}}
	err := w.do(t.Context(), func(r *pipeline.Run) error {
		f, _ := r.Source.(*flaky)
		f.after = 2
		return r.Do(t.Context(), pipeline.StepClean)
	})
	if !errors.Is(err, errAway) {
		t.Fatalf("got %v", err)
	}
	if len(spans) != 3 {
		t.Fatalf("read %v, want three spans", spans)
	}
	w.run(t, pipeline.StepClean)
	if len(spans) != 5 || spans[3] != spans[2] {
		t.Errorf("read %v, want the third and the fourth span after the failure", spans)
	}
	sameLines(t, whole, w)
}

// sameLines: facts and lines of two folders are equal, but for pseudonyms'
// secrets, which tests do not have.
func sameLines(t *testing.T, want, got world) {
	t.Helper()
	a, b := want.facts(t), got.facts(t)
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("%d facts, want %d", len(b), len(a))
	}
	for i := range a {
		if a[i].Series != b[i].Series || a[i].Day != b[i].Day || a[i].KnownAt != b[i].KnownAt || a[i].Units != b[i].Units {
			t.Fatalf("fact %d: %v, want %v", i, b[i], a[i])
		}
	}
}

// What is unavailable is not tried again once the patience is at its end, and
// what is wrong is not tried again at all.
func TestNoPatience(t *testing.T) {
	shop := fill(t, small)
	for name, c := range map[string]struct {
		err      error
		patience time.Duration
	}{
		"no patience": {errAway, time.Nanosecond},
		"wrong":       {daycast.Errorf(daycast.Invalid, "no such column"), time.Hour},
	} {
		var spans []daycast.Span
		w := world{dir: t.TempDir(), shop: shop, set: func(r *pipeline.Run) {
			r.Source = &flaky{Source: r.Source, breaks: 1, spans: &spans, err: c.err}
			r.Settings.Patience = c.patience
		}}
		err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), pipeline.StepClean) })
		if !errors.Is(err, c.err) || len(spans) != 1 {
			t.Errorf("%s: %v after %d tries", name, err, len(spans))
		}
	}
}

// The secret of pseudonyms is made once, for the program's user alone.
func TestReadKey(t *testing.T) {
	dir := t.TempDir()
	a, err := pipeline.ReadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := pipeline.ReadKey(dir)
	if err != nil || a != b || a == ([16]byte{}) {
		t.Errorf("%x, then %x, %v", a, b, err)
	}
	path := filepath.Join(dir, "pseudonym.key")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.ReadKey(dir); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), path) {
		t.Errorf("a broken key: %v", err)
	}
}
