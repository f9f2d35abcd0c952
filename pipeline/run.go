package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/contract"
	"daycast/model"
	"daycast/registry"
	"daycast/signal"
	"daycast/source"
	"daycast/warehouse"
)

// A Run is one pass over a shop: its tables are read and cleaned, a model is
// chosen and fitted, every series is forecast, and a snapshot is published.
// Each step replaces its output atomically under the run's id, so that a run
// that was killed resumes at the step that it was in and ends equal to one
// that was not.
type Run struct {
	ID        string      // set by Do: a new one, or that of the run that did not end
	AsOf      daycast.Day // of a replay: orders after it are not there yet; 0: all are
	Due       time.Time   // instant of the schedule that it answers; zero for by hand
	Dir       string      // the data folder
	Code      string      // version of the program
	Shop      Shop
	Contract  contract.Contract // what the shop has promised of its tables
	Settings  Settings
	Source    source.Source
	Changes   Changes // that the shop tells of; nil: the look-back is read
	Warehouse warehouse.Warehouse
	Registry  *registry.Registry
	Signals   []signal.Source // what comes from outside the shop's tables; of one name the first counts
	Models    []model.Model
	BySize    BySize
	Reconcile Reconciling
	Remark    string // on the Models, for the log when training begins; may be empty
	Now       func() time.Time
	Progress  Progress

	journal *Journal // of Do
}

// Shop is what the config says of the shop.
type Shop struct {
	TimeZone   *time.Location
	Country    string  // for holidays, where a place names none
	Latitude   float64 // degrees, for the weather where a place names none; NaN: not known
	Longitude  float64
	Opens      time.Duration      // after midnight, when a business day begins
	NonProduct []string           // nil: clean.DefaultNonProduct
	TestOrders []string           // patterns of the ids of orders and customers that only try the shop out
	Currency   string             // ISO 4217 code of the prices; may be empty
	Rates      map[string]float64 // what one unit of another currency is worth in it
	LookBack   int                // days before the newest order that are read again
	Tables     string             // tells the source's queries from others, after which all is read again
	Key        [16]byte           // secret of the customers' pseudonyms
}

// Settings are what the config says of forecasts.
type Settings struct {
	Step    daycast.Step
	Horizon int
	Gap     int // see Learning
	Embargo int
	Levels  []float64
	Metric  string
	Origins int
	Scored  int
	MaxRows int
	Seed    uint64
	// Customers is whether signals of who bought are made.
	Customers bool
	// Parameters that the config gives the Models, by model and name.
	Parameters map[string]map[string]float64
	TrainEvery int // days between trainings; 0: whenever the data changed
	Gate       Gate
	Threads    int
	Memory     int64
	Patience   time.Duration // for a source that is away; 0: none ends it
	SpanLines  int64         // order lines that are read at once; 0: source.SpanLines
}

// A Progress hears what a run is doing.
type Progress interface {
	Stage(name string)
	Step(done, total int, what string)
}

// Do goes through the steps that are not done yet, up to last ("" for all).
func (r *Run) Do(ctx context.Context, last string) error {
	steps := r.steps()
	if k := slices.IndexFunc(steps, func(s step) bool { return s.name == last }); k >= 0 {
		steps = steps[:k+1]
	}
	j, err := openJournal(r, r.Now(), steps)
	if err != nil {
		return err
	}
	r.ID, r.journal = j.Run, j
	for _, s := range steps {
		if j.done(s.name) {
			continue
		}
		done, err := r.take(ctx, s)
		if err != nil {
			return errors.Join(err, r.noteQuality(ctx, err), j.fail(err, r.Now()))
		}
		if s.name == steps[len(steps)-1].name { // before the step is noted: a run that is killed here does it again
			if err := r.leave(ctx, s.name == StepPublish); err != nil {
				return err
			}
		}
		if err := j.finish(done); err != nil {
			return err
		}
	}
	if steps[len(steps)-1].name == StepPublish {
		return j.end()
	}
	return nil
}

// leave writes what a run that has come to its end tells of its data, and a
// whole run what the next ones compare theirs with.
func (r *Run) leave(ctx context.Context, whole bool) error {
	err := r.noteQuality(ctx, nil)
	if err == nil && whole {
		err = r.remember()
	}
	if err == nil && whole {
		err = r.followed(ctx)
	}
	return err
}

// fingerprint tells apart runs that the same data would not make equal. What
// bounds memory and threads, and says when a model is learnt anew, does not
// matter to it.
func (r *Run) fingerprint() string {
	s := r.Settings
	s.Threads, s.Memory, s.Patience, s.SpanLines, s.TrainEvery, s.Gate = 0, 0, 0, 0, 0, Gate{}
	var models []string
	for _, m := range r.Models {
		name := m.Name()
		if c, ok := m.(interface{ Content() string }); ok { // a network, whose file may be another one
			name += " " + c.Content()
		}
		models = append(models, name)
	}
	for _, m := range r.Reconcile.Models {
		models = append(models, "groups: "+m.Name())
	}
	return hashed(r.Code, fmt.Sprintf("%+v %+v %s %q", s, r.Shop, r.Reconcile.Method, r.Reconcile.Levels), models)
}

// begun tells apart runs of which one cannot go on with what the other has
// begun: another contract lets other rows through.
func (r *Run) begun() string {
	if r.Contract == nil {
		return r.fingerprint()
	}
	return hashed(r.fingerprint(), fmt.Sprintf("%+v", r.Contract))
}

// path is a file of this run.
func (r *Run) path(name string) string { return filepath.Join(r.Dir, "runs", r.ID+"."+name+".json") }

// loaded is what the first steps leave for the later ones.
type loaded struct {
	Report *clean.Report `json:"report"`
	First  daycast.Day   `json:"first"`         // with a sale
	Own    []string      `json:"own,omitempty"` // signals that a daily table's columns are
	Seen   daycast.Day   `json:"seen"`          // the newest day with orders that was over everywhere
	Spec   PanelSpec     `json:"spec"`
	Notes  []string      `json:"notes"`
}

func (r *Run) loaded() (loaded, error) {
	l := loaded{Report: &clean.Report{}}
	err := readJSON(r.path("loaded"), &l)
	return l, err
}
