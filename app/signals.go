package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"daycast/config"
	"daycast/pipeline"
)

// SignalSources say how each source of signals stands.
type SignalSources []pipeline.SourceReport

// Signals tell how each source of signals stands; with fetch, after what is
// missing was asked for.
func Signals(ctx context.Context, c config.Config, w World, fetch bool) (SignalSources, error) {
	opened := openStored
	if fetch {
		opened = open // before the first run the shop's own table tells of places
	}
	run, close, err := opened(ctx, c, w)
	if err != nil {
		return nil, err
	}
	defer close()
	return run.Sources(ctx, fetch)
}

// String is a table with a sample of each source below.
func (s SignalSources) String() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "source\tvalues\tfrom\tto\tanswered\ttoday\tnext run\tstate")
	for _, r := range s {
		from, to := cmp.Or(r.First, "-"), cmp.Or(r.Last, "-")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Source, humanize.Comma(r.Rows), from, to, answered(r), spent(r), planned(r), state(r))
	}
	_ = t.Flush()
	for _, r := range s {
		if r.Sample != nil {
			fmt.Fprintf(&b, "\n%s: %s", r.Source, r.Sample)
		}
		for _, lead := range r.Leads {
			fmt.Fprintf(&b, "\n%s: %s", r.Source, lead)
		}
		if r.Stale != "" {
			fmt.Fprintf(&b, "\n%s: STALE: %s", r.Source, strings.ReplaceAll(r.Stale, "\n", "; "))
		}
	}
	b.WriteString("\n")
	return b.String()
}

func answered(r pipeline.SourceReport) string {
	switch {
	case !r.Outside:
		return "-"
	case r.Answered.IsZero():
		return "never"
	}
	return r.Answered.UTC().Format("2006-01-02 15:04")
}

func spent(r pipeline.SourceReport) string {
	switch {
	case !r.Outside:
		return "-"
	case r.Left < 0:
		return fmt.Sprintf("%d requests", r.Spent)
	}
	return fmt.Sprintf("%d requests, %d left", r.Spent, r.Left)
}

func planned(r pipeline.SourceReport) string {
	if r.Plan == nil {
		return "-"
	}
	return r.Plan.String()
}

func state(r pipeline.SourceReport) string {
	switch {
	case r.Stale != "" && !r.Until.IsZero():
		return "stale, asked again after " + r.Until.UTC().Format(time.RFC3339)
	case r.Stale != "":
		return "stale"
	case !r.Outside:
		return "here"
	case r.Answered.IsZero():
		return "not asked yet"
	}
	return "fresh"
}

// trySignals asks each outside source for a little.
func (f *findings) trySignals(ctx context.Context, c config.Config, w World) {
	run, close, err := open(ctx, c, w)
	if err != nil {
		f.add("signals", "", err)
		return
	}
	defer close()
	err = run.Try(ctx, func(source string, sample *pipeline.SignalSample, err error) {
		f.add("signals of "+source, sample.String(), err)
	})
	if err != nil {
		f.add("signals", "", err)
	}
}
