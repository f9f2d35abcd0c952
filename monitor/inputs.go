package monitor

import (
	"time"

	"daycast"
	"daycast/registry"
)

// Inputs are all that is known of a shop at an instant.
type Inputs struct {
	Now      time.Time
	Today    daycast.Day // of Now, in the shop's time zone
	Data     Data
	Contract Contract
	Changes  Changes
	Signals  Signals
	Runs     Runs
	Model    Model
	Accuracy Accuracy // of the published snapshot
	Server   *Server  // nil: not asked
}

// Data is what the newest published snapshot holds.
type Data struct {
	Broken      string // why it cannot be read; "" where it can
	Snapshot    string // the run that published it; "" before the first
	Published   time.Time
	Version     string       // of the model that forecast
	Last        daycast.Day  // with sales
	Step        daycast.Step // of a period
	Quarantined int64        // rows of the shop's tables that could not be read
	Failures    int64        // series that got a fallback forecast
}

// Changes is how the newest whole run followed those of the shop's tables; the
// zero Changes where it did not.
type Changes struct {
	Broken   string // why the record cannot be read; "" where it can
	Retained int64  // bytes of log that the shop's server kept for it
	Warning  string // why they were not followed
}

// Signals is what the newest run had of outside sources.
type Signals struct {
	Broken  string // why the record cannot be read; "" where it can
	Sources []SignalSource
}

// A SignalSource is one of them.
type SignalSource struct {
	Name     string
	Stale    string    // why what there is of it is not fresh; "" where it is
	Answered time.Time // when it last answered; zero: never
	Left     int       // requests of the day that were left; -1: no limit is known
}

// MostRetained is how many bytes of log a server may keep for a replication slot
// before we say so: it is the shop's disk.
const MostRetained = 1 << 30

// Contract is what the newest run that read the shop found of its contract.
type Contract struct {
	Broken string           // why its report cannot be read; "" where it can
	Run    string           // "" where no run has left a report
	Rules  map[string]int64 // that are broken, by severity: each one that there is
	Aside  int64            // rows that they set aside
}

// Runs are the runs that ended, and the one that has not.
type Runs struct {
	Broken  string // why they cannot be read
	Ended   []Run  // the oldest first
	Current *Run   // begun and not ended: it goes on, or was killed; nil for none
}

// A Run is one pass over the shop.
type Run struct {
	ID           string
	State        string // done, failed, or unchanged: there was nothing to do
	Began, Ended time.Time
	Error        string             // why it failed
	Code         daycast.Code       // of that error
	Seconds      map[string]float64 // by step
}

// passing reports whether a failure mends itself by another try: a connection
// was gone, there was no room, or another process was at work. Any other waits
// for a person.
func (r Run) passing() bool {
	return r.State == Failed && (r.Code == daycast.Unavailable || r.Code == daycast.Conflict)
}

// The states of a run that ended.
const (
	Done      = "done"
	Failed    = "failed"
	Unchanged = "unchanged"
)

// newest is the run that ended last, nil before the first.
func (r Runs) newest() *Run {
	if len(r.Ended) == 0 {
		return nil
	}
	return &r.Ended[len(r.Ended)-1]
}

// success is the newest run that did not fail, nil before the first.
func (r Runs) success() *Run {
	for k := len(r.Ended) - 1; k >= 0; k-- {
		if r.Ended[k].State != Failed {
			return &r.Ended[k]
		}
	}
	return nil
}

// Model is what serves, and why.
type Model struct {
	Broken    string              // why the registry cannot be read
	Champion  *Champion           // nil before the first
	Decisions []registry.Decision // the oldest first
}

// decided counts the decisions: those of the gate, and those of an operator.
func (m Model) decided() (promoted, refused, byHand int) {
	for _, d := range m.Decisions {
		switch {
		case d.ByHand:
			byHand++
		case d.Promoted:
			promoted++
		default:
			refused++
		}
	}
	return promoted, refused, byHand
}

// A Champion is the model version that serves.
type Champion struct {
	ID, Name string
	Origin   daycast.Day // the last day that it has seen
}

// Server is what a running server answered.
type Server struct {
	URL        string
	Broken     string  // why it did not answer; "" where it did
	Ready      bool    // to forecast
	Snapshot   string  // that it serves; "" where it is not ready
	Requests   float64 // answered since it started, those of machines that watch it left out
	Failed     float64 // of them, with a status of 5xx
	LoadErrors float64 // snapshots that could not be loaded since it started
}
