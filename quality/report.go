// Package quality is the report on the data of one run: what was read, what
// its contract and its cleaning found, and how that was in the runs before. It
// shows what a run has gathered, and computes nothing of its own.
package quality

import (
	"time"

	"daycast/contract"
)

// A Report is the quality of what one run read.
type Report struct {
	Run     string            `json:"run"`
	Shop    string            `json:"shop,omitempty"`
	Created time.Time         `json:"created"`
	State   string            `json:"state"` // read, stopped or failed
	Error   string            `json:"error,omitempty"`
	Tables  []Table           `json:"tables"`
	Lines   int64             `json:"rows_cleaned"` // rows that cleaning went through: all that the warehouse has
	Used    int64             `json:"rows_used"`    // of them, those that count in some day
	Reasons []Reason          `json:"reasons"`      // what cleaning changed or left out
	Changes []contract.Change `json:"schema_changes"`
	States  []State           `json:"day_states"` // of series-days, as the panel builder took them
	Notes   []string          `json:"notes"`
	Trend   []Point           `json:"trend,omitempty"` // of the newest runs, the oldest first; not in a run's own file
}

// The states of a report.
const (
	Read    = "read"
	Stopped = "stopped" // by the contract
	Failed  = "failed"  // for another reason
)

// A Table is what came of one table's rows.
type Table struct {
	*contract.Result
	Quarantined int64 `json:"quarantined"` // rows and values in quarantine, the contract's and the cleaning's
}

// A Reason is why cleaning changed rows or left them out.
type Reason struct {
	Name     string   `json:"reason"`
	Effect   Effect   `json:"effect"`
	Rows     int64    `json:"rows"`
	Units    float64  `json:"units"`
	Share    float64  `json:"share"` // of the rows that were cleaned
	Examples []string `json:"examples,omitempty"`
}

// A State is how many series-days have it.
type State struct {
	Name string `json:"state"`
	Days int64  `json:"days"`
}

// A Point is one run in the trend.
type Point struct {
	Run    string                      `json:"run"`
	State  string                      `json:"state"`
	Broken map[contract.Severity]int64 `json:"broken"` // rules
	Rules  map[string]int64            `json:"rules"`  // rows that broke each, by table and rule
	Rows   int64                       `json:"rows"`   // read
	Aside  int64                       `json:"set_aside"`
}

// Point is the report as a part of the trend.
func (r *Report) Point() Point {
	p := Point{Run: r.Run, State: r.State, Broken: r.Broken(), Rules: map[string]int64{}}
	for _, t := range r.Tables {
		p.Rows += t.Rows
		p.Aside += t.Aside
		for _, o := range t.Rules {
			p.Rules[o.Table+" "+o.Rule] = o.Rows
			if o.Broken && o.Of == 0 {
				p.Rules[o.Table+" "+o.Rule] = 1 // of freshness there are no rows
			}
		}
	}
	return p
}

// Of is how many rules of a severity were broken.
func (p Point) Of(severity string) int64 { return p.Broken[contract.Severity(severity)] }

// Broken is how many rules are, by severity; all severities are there.
func (r *Report) Broken() map[contract.Severity]int64 {
	n := map[contract.Severity]int64{}
	for _, s := range contract.Severities() {
		n[s] = 0
	}
	for _, t := range r.Tables {
		for _, o := range t.Rules {
			if o.Broken {
				n[o.Severity]++
			}
		}
	}
	return n
}

// Rules are those of all tables, the broken ones first.
func (r *Report) Rules() (all []contract.Outcome) {
	for _, broken := range []bool{true, false} {
		for _, t := range r.Tables {
			for _, o := range t.Rules {
				if o.Broken == broken {
					all = append(all, o)
				}
			}
		}
	}
	return all
}
