package quality

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"daycast/contract"
)

// String is the report for a terminal.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nRun %s: %s\n", r.Run, r.verdict())
	r.writeTables(&b)
	r.writeRules(&b)
	r.writeReasons(&b)
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "source: %s\n", c)
	}
	r.writeStates(&b)
	r.writeVolume(&b)
	r.writeTrend(&b)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// Short is what a run's summary says of it: "" where there is nothing to say.
func (r *Report) Short() string {
	var b strings.Builder
	if len(r.Rules()) > 0 {
		fmt.Fprintf(&b, "contract: %s\n", r.verdict())
		for _, o := range r.Rules() {
			if o.Broken {
				fmt.Fprintf(&b, "  %-10s  %s\n", o.Severity, o)
			}
		}
	}
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "source: %s\n", c)
	}
	return b.String()
}

// verdict is the report in a sentence.
func (r *Report) verdict() string {
	rules := len(r.Rules())
	if r.Error != "" && rules == 0 {
		return r.State + ": " + r.Error
	}
	if rules == 0 {
		return "no contract"
	}
	n, broken := r.Broken(), int64(0)
	var parts []string
	for _, s := range contract.Severities() {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n[s], s))
		}
		broken += n[s]
	}
	switch {
	case broken == 0 && r.State == Read:
		return fmt.Sprintf("all %d rules of the contract hold", rules)
	case broken == 0:
		return r.State + ": " + r.Error
	}
	text := fmt.Sprintf("%d of %d rules of the contract are broken: %s", broken, rules, strings.Join(parts, ", "))
	if r.State != Read {
		text = r.State + "; " + text
	}
	return text
}

func table(b *strings.Builder, head string, align uint, rows func(w *tabwriter.Writer)) {
	fmt.Fprintln(b)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', align)
	fmt.Fprintln(w, head)
	rows(w)
	_ = w.Flush() // a strings.Builder takes everything
}

func (r *Report) writeTables(b *strings.Builder) {
	if len(r.Tables) == 0 {
		return
	}
	table(b, "table\trows read\tset aside\tunreadable\tin quarantine\tnewest", 0, func(w *tabwriter.Writer) {
		for _, t := range r.Tables {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.Result.Table, humanize.Comma(t.Rows), humanize.Comma(t.Aside),
				humanize.Comma(t.Unread), humanize.Comma(t.Quarantined), r.newest(t))
		}
	})
	if r.Lines > 0 {
		fmt.Fprintf(b, "cleaned: %s rows, of which %s are used\n", humanize.Comma(r.Lines), humanize.Comma(r.Used))
	}
}

// newest is how new a table's rows were when they were read.
func (r *Report) newest(t Table) string {
	if t.Newest.IsZero() {
		return "-"
	}
	layout := "2006-01-02 15:04"
	if t.Newest.Format(time.TimeOnly) == "23:59:59" { // a day, of which no more is known
		layout = time.DateOnly
	}
	return t.Newest.Format(layout) + ", " + old(r.Created.Sub(t.Newest))
}

func old(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return "new"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours old", d/time.Hour)
	}
	return humanize.Comma(int64(d/(24*time.Hour))) + " days old"
}

func (r *Report) writeRules(b *strings.Builder) {
	if len(r.Rules()) == 0 {
		return
	}
	table(b, "\tseverity\ttable\trule\trows\tshare\tunits\tfor example", 0, func(w *tabwriter.Writer) {
		for _, o := range r.Rules() {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				mark(o), o.Severity, o.Table, o.Rule, rows(o), share(o), units(o), first(o.Examples))
		}
	})
}

func mark(o contract.Outcome) string {
	if o.Broken {
		return "BROKEN"
	}
	return "ok"
}

// rows is how many rows break a rule; freshness has none.
func rows(o contract.Outcome) string {
	if o.Of == 0 {
		return "-"
	}
	text := humanize.Comma(o.Rows)
	if o.Rule == string(contract.Volume) {
		text += plural(int(o.Rows), " day", " days")
	}
	if o.Sampled > 1 {
		text = "about " + text
	}
	return text
}

func share(o contract.Outcome) string {
	if o.Of == 0 {
		return "-"
	}
	return percent(o.Share())
}

func percent(v float64) string {
	if v > 0 && v < 0.0001 {
		return "<0.01%"
	}
	return fmt.Sprintf("%.2f%%", 100*v)
}

func units(o contract.Outcome) string {
	if o.Units == 0 {
		return "-"
	}
	return fmt.Sprintf("%.6g", o.Units)
}

func first(examples []string) string {
	if len(examples) == 0 {
		return ""
	}
	return examples[0]
}

func (r *Report) writeReasons(b *strings.Builder) {
	if len(r.Reasons) == 0 {
		return
	}
	table(b, "cleaning\teffect\trows\tshare\tunits\tfor example", 0, func(w *tabwriter.Writer) {
		for _, at := range r.Reasons {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.6g\t%s\n", at.Name, at.Effect, humanize.Comma(at.Rows), percent(at.Share), at.Units, first(at.Examples))
		}
	})
}

func (r *Report) writeStates(b *strings.Builder) {
	if len(r.States) == 0 {
		return
	}
	b.WriteString("\nseries-days:")
	for _, s := range r.States {
		fmt.Fprintf(b, "  %s %s", humanize.Comma(s.Days), s.Name)
	}
	b.WriteString("\n")
}

// writeVolume tells of the days outside what a rule allows.
func (r *Report) writeVolume(b *strings.Builder) {
	for _, t := range r.Tables {
		for _, d := range t.Days {
			if d.Broken {
				fmt.Fprintf(b, "volume: %s on %s: %s rows, where %.6g are usual\n", t.Result.Table, d.Name, humanize.Comma(d.Rows), d.Expected)
			}
		}
	}
}

func (r *Report) writeTrend(b *strings.Builder) {
	if len(r.Trend) < 2 {
		return
	}
	table(b, "run\t\trows read\tset aside\twarn\tquarantine\tstop", 0, func(w *tabwriter.Writer) {
		for _, p := range r.Trend {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\n", p.Run, p.State, humanize.Comma(p.Rows), humanize.Comma(p.Aside),
				p.Broken[contract.Warn], p.Broken[contract.Quarantine], p.Broken[contract.Stop])
		}
	})
}
