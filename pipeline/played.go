package pipeline

import (
	"context"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"daycast"
	"daycast/monitor"
	"daycast/registry"
)

// Played is how a replay's forecasts did, each made before its day and scored
// against what is known now.
type Played struct {
	Dir       string              `json:"dir"`
	Weeks     []monitor.Week      `json:"weeks"`
	All       monitor.Window      `json:"all"`
	Decisions []registry.Decision `json:"decisions"`
}

// Played adds up what was scored of the days from one to another.
func (r *Run) Played(ctx context.Context, from, to daycast.Day) (*Played, error) {
	p := &Played{Dir: r.Dir}
	var err error
	if p.Weeks, p.All, err = monitor.Weeks(r.Warehouse.Scores().Newest(ctx), from, to, r.Settings.Step); err != nil {
		return nil, err
	}
	p.Decisions, err = r.Registry.Decisions()
	return p, err
}

// String is the table for a terminal.
func (p *Played) String() string {
	var b strings.Builder
	b.WriteString("\nforecasts against what was sold then\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  days\tWAPE\tnext day\t2-7 days\t8-14 days\tRMSE\tbias\t80% interval covers\tpairs")
	line := func(days string, window monitor.Window) {
		all := window.All
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", days, Figure(all.WAPE).text("%.3f"),
			horizonWAPE(window, "1"), horizonWAPE(window, "2-7"), horizonWAPE(window, "8-14"),
			Figure(all.RMSE).text("%.3f"), Figure(all.Bias).text("%+.3f"), Figure(100*all.Coverage).text("%.1f%%"), all.Pairs)
	}
	for _, week := range p.Weeks {
		line(week.First+" to "+week.Last, week.Window)
	}
	line("all", p.All)
	_ = w.Flush()
	b.WriteString("\nmodels\n")
	for _, d := range p.Decisions {
		verdict := "was refused"
		if d.Promoted {
			verdict = "serves"
		}
		fmt.Fprintf(&b, "  %s %s: %s\n", d.Challenger, verdict, strings.Join(d.Reasons, "; "))
	}
	fmt.Fprintf(&b, "\neverything of it is in %s\n", p.Dir)
	return b.String()
}

func horizonWAPE(w monitor.Window, name string) string {
	wape := math.NaN()
	for _, g := range w.Horizons {
		if g.Name == name {
			wape = g.Figures.WAPE
		}
	}
	return Figure(wape).text("%.3f")
}
