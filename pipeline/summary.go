package pipeline

import (
	"encoding/json"
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
)

// A Summary is what a run did, as it tells at its end.
type Summary struct {
	Run     string           `json:"run"`
	Steps   []Step           `json:"steps"`
	Report  *clean.Report    `json:"report"`
	Trained *trained         `json:"trained,omitempty"`
	Notes   []string         `json:"notes,omitempty"`
	Sizes   map[string]int64 `json:"sizes"` // bytes, by file or folder
}

// summary gathers what the steps that are done left behind.
func (r *Run) summary() (*Summary, error) {
	l, err := r.loaded()
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return nil, err
	}
	s := &Summary{Run: r.ID, Steps: r.journal.Done, Report: l.Report, Notes: l.Notes}
	t := &trained{}
	switch err := readJSON(r.path("trained"), t); daycast.CodeOf(err) {
	case daycast.NotFound:
	default:
		if err != nil {
			return nil, err
		}
		s.Trained = t
	}
	s.Sizes = sizes(r.Dir)
	return s, nil
}

// LastSummary is the summary of the run that ended last in a data folder; nil
// where none has.
func LastSummary(dir string) (*Summary, error) {
	j := &Journal{}
	err := readJSON(journalPath(dir), j)
	if daycast.CodeOf(err) == daycast.NotFound || err == nil && !j.Ended {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := &Run{ID: j.Run, Dir: dir, journal: j}
	return r.summary()
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
	if s.Trained != nil {
		s.Trained.write(&b)
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
	b.WriteString("\nmodels over the backtest (* forecasts)\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  model\tRMSE\tMAE\tWAPE\tbias\tseconds")
	for _, m := range t.Models {
		mark := " "
		if m.Best {
			mark = "*"
		}
		fmt.Fprintf(w, "%s %s\t%.3f\t%.3f\t%.3f\t%+.3f\t%.1f\n", mark, m.Model, m.RMSE, m.MAE, m.WAPE, m.Bias, m.Seconds)
	}
	_ = w.Flush()
	if len(t.Proof) > 0 {
		b.WriteString("\nproof: model and intervals chosen on older origins only\n")
		w = tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "  origin\tRMSE\tWAPE\tbias\t80% interval covers\tmodel")
		for _, p := range t.Proof {
			fmt.Fprintf(w, "  %s\t%.3f\t%.3f\t%+.3f\t%.1f%%\t%s\n", p.Origin, p.RMSE, p.WAPE, p.Bias, 100*p.Coverage, p.Model)
		}
		_ = w.Flush()
	}
	for _, n := range t.Notes {
		fmt.Fprintf(b, "note: %s\n", n)
	}
}

// JSON is the summary for a program.
func (s *Summary) JSON() ([]byte, error) { return json.MarshalIndent(s, "", "  ") }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
