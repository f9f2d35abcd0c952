package clean

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// A Report says how many rows cleaning read, and how many it changed or left
// out, and why. The zero Report is ready to use.
type Report struct {
	Rows    int64 // read
	reasons map[string]*Reason
}

// A Reason is why rows were changed or left out.
type Reason struct {
	Name     string   `json:"reason"` // stable, such as "duplicate"
	Rows     int64    `json:"rows"`
	Units    float64  `json:"units"`    // of those rows, as far as they have any
	Examples []string `json:"examples"` // the first few rows, in words
}

// mostExamples is how many rows a report shows of each reason.
const mostExamples = 3

// count adds a row to a reason. The example is kept only while there are few.
func (r *Report) count(reason string, units float64, example string) {
	r.countLazily(reason, units, func() string { return example })
}

// countLazily asks for the example only where it is kept.
func (r *Report) countLazily(reason string, units float64, example func() string) {
	if r.reasons == nil {
		r.reasons = map[string]*Reason{}
	}
	at := r.reasons[reason]
	if at == nil {
		at = &Reason{Name: reason, Examples: []string{}}
		r.reasons[reason] = at
	}
	at.Rows++
	at.Units += units
	if len(at.Examples) < mostExamples {
		at.Examples = append(at.Examples, example())
	}
}

// Of is what was counted for a reason; zero where nothing was.
func (r *Report) Of(reason string) Reason {
	if at := r.reasons[reason]; at != nil {
		return *at
	}
	return Reason{Name: reason}
}

// Reasons are all reasons, the most frequent first.
func (r *Report) Reasons() []Reason {
	all := make([]Reason, 0, len(r.reasons))
	for _, at := range r.reasons {
		all = append(all, *at)
	}
	slices.SortFunc(all, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Name, b.Name))
	})
	return all
}

// MarshalJSON writes {"rows": ..., "reasons": [...]}.
func (r *Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Rows    int64    `json:"rows"`
		Reasons []Reason `json:"reasons"`
	}{r.Rows, r.Reasons()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Report) UnmarshalJSON(text []byte) error {
	var saved struct {
		Rows    int64
		Reasons []*Reason
	}
	if err := json.Unmarshal(text, &saved); err != nil {
		return err
	}
	*r = Report{Rows: saved.Rows, reasons: map[string]*Reason{}}
	for _, at := range saved.Reasons {
		if at == nil {
			return fmt.Errorf("a reason of a cleaning report is null")
		}
		r.reasons[at.Name] = at
	}
	return nil
}

// String is a table for a terminal, one reason a line.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows read", r.Rows)
	if len(r.reasons) == 0 {
		b.WriteString(", none changed\n")
		return b.String()
	}
	b.WriteString("; changed or left out:\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "reason\trows\tunits\tfor example")
	for _, at := range r.Reasons() {
		example := ""
		if len(at.Examples) > 0 {
			example = at.Examples[0]
		}
		fmt.Fprintf(w, "%s\t%d\t%.6g\t%s\n", at.Name, at.Rows, at.Units, example)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return b.String()
}
