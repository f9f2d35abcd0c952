package pipeline

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"daycast"
	"daycast/clean"
	"daycast/quality"
)

// A Summary is what a run did, as it tells at its end.
type Summary struct {
	Run       string           `json:"run"`
	Published bool             `json:"published"`
	Steps     []Step           `json:"steps"`
	Report    *clean.Report    `json:"report"`
	Quality   *quality.Report  `json:"quality,omitempty"`
	Signals   []SignalLine     `json:"signals,omitempty"` // by source
	Trained   *trained         `json:"trained,omitempty"`
	Notes     []string         `json:"notes,omitempty"`
	Sizes     map[string]int64 `json:"sizes"` // bytes, by file or folder
}

// ReadSummary gathers what the newest run in a data folder left behind: code
// not_found where there is none.
func ReadSummary(dir string) (*Summary, error) {
	j, err := ReadJournal(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{ID: j.Run, Dir: dir}
	s := &Summary{Run: j.Run, Published: j.done(StepPublish), Steps: j.Done, Sizes: sizes(dir)}
	l, err := r.loaded()
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	s.Report, s.Notes = l.Report, l.Notes
	if s.Quality, err = readQuality(r.path("quality")); err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	if err := readJSON(r.path("signals"), &s.Signals); err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	t := &trained{}
	err = readJSON(r.path("trained"), t)
	if err == nil {
		s.Trained = t
	} else if daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	return s, nil
}

// ReadCleaning is what a run of a data folder changed or left out, and its
// notes: code not_found where they are not there any more.
func ReadCleaning(dir, run string) (*clean.Report, []string, error) {
	l, err := (&Run{ID: run, Dir: dir}).loaded()
	return l.Report, l.Notes, err
}

// HasSnapshot reports whether a run has published in a data folder, and its
// snapshot is there.
func HasSnapshot(dir string) bool {
	_, err := os.Stat(filepath.Join(Snapshots(dir), currentLink, manifestFile))
	return err == nil
}

// sizes are those of what a data folder holds.
func sizes(dir string) map[string]int64 {
	out := map[string]int64{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		_ = filepath.WalkDir(filepath.Join(dir, e.Name()), func(_ string, f os.DirEntry, err error) error {
			if err == nil && f.Type().IsRegular() {
				if info, err := f.Info(); err == nil {
					out[e.Name()] += info.Size()
				}
			}
			return nil
		})
	}
	return out
}

// String is the summary for a terminal.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nRun %s\n\n%s", s.Run, s.Report)
	if s.Quality != nil {
		b.WriteString(s.Quality.Short())
	}
	if s.Trained != nil {
		s.Trained.write(&b)
	}
	for _, l := range s.Signals {
		fmt.Fprintf(&b, "signals: %s\n", l)
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	b.WriteString("\nfiles\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range sortedKeys(s.Sizes) {
		fmt.Fprintf(w, "  %s\t%s\t\n", name, humanize.IBytes(uint64(s.Sizes[name])))
	}
	_ = w.Flush()
	return b.String()
}

func (t *trained) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%d series; days without a row are %s\n", t.Series, t.Absent)
	for _, state := range sortedKeys(t.Days) {
		fmt.Fprintf(b, "  %s %s", humanize.Comma(int64(t.Days[state])), state)
	}
	b.WriteString("\n")
	if len(t.Closed) > 0 {
		fmt.Fprintf(b, "closed: %s\n", strings.Join(t.Closed, ", "))
	}
	t.writeInferences(b)
	t.writeModels(b)
	t.writeProof(b)
	t.writeDecision(b)
	for _, n := range t.Notes {
		fmt.Fprintf(b, "note: %s\n", n)
	}
}

// writeInferences shows the largest outage, stock-out and span off sale; --json
// has more.
func (t *trained) writeInferences(b *strings.Builder) {
	for _, state := range []daycast.DayState{daycast.Missing, daycast.StockOut, daycast.NotListed} {
		for _, i := range t.Inferences {
			if i.State == state.String() {
				fmt.Fprintf(b, "%d inferred %s, such as %s from %s to %s: %s (probability %.3f)\n",
					t.Inferred[i.State], i.State, i.Where(), i.First, i.Last, i.Evidence, i.Probability)
				break
			}
		}
	}
}

func (t *trained) writeModels(b *strings.Builder) {
	if len(t.Models) == 0 {
		return // too little was sold
	}
	b.WriteString("\nmodels over the backtest (* forecasts; FVA: forecast value added, the part of seasonal_naive's WAPE taken off)\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  model\tRMSE\tMAE\tWAPE\tFVA\tbias\tseconds")
	for _, m := range t.Models {
		mark := " "
		if m.Best {
			mark = "*"
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\t%s\t%s\t%.1f\n", mark, m.Model,
			m.RMSE.text("%.3f"), m.MAE.text("%.3f"), m.WAPE.text("%.3f"), (100 * m.Added).text("%.0f%%"), m.Bias.text("%+.3f"), m.Seconds)
	}
	_ = w.Flush()
}

// writeDecision says which version forecasts, and why.
func (t *trained) writeDecision(b *strings.Builder) {
	if t.Decision == nil {
		return // a CSV has no champion
	}
	fmt.Fprintf(b, "\nmodel %s (%s) forecasts", t.Version, t.Serves)
	if d := t.Decision; d.Promoted {
		fmt.Fprintf(b, " since run %s: %s\n", d.Run, strings.Join(d.Reasons, "; "))
	} else {
		fmt.Fprintf(b, "; %s was refused: %s\n", d.Challenger, strings.Join(d.Reasons, "; "))
	}
}

func (t *trained) writeProof(b *strings.Builder) {
	if len(t.Proof) == 0 {
		return
	}
	b.WriteString("\nproof: model and intervals chosen on older origins only\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  origin\tRMSE\tWAPE\tof q50\tbias\t80% interval covers\tmodel")
	for _, p := range t.Proof {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Origin,
			p.RMSE.text("%.3f"), p.WAPE.text("%.3f"), p.Median.text("%.3f"), p.Bias.text("%+.3f"), (100 * p.Coverage).text("%.1f%%"), p.Model)
	}
	_ = w.Flush()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
