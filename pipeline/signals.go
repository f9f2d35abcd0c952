package pipeline

import (
	"context"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/source"
)

// longestHorizon is how many periods ahead a server is asked for at most, so
// that calendars and closed days are known so far.
const longestHorizon = 365

// A SignalLine is what a run had of one source of signals.
type SignalLine struct {
	Source   string    `json:"source"`
	Names    []string  `json:"names,omitempty"` // of its signals
	Rows     int64     `json:"rows"`
	First    string    `json:"first,omitempty"` // day with a value
	Last     string    `json:"last,omitempty"`
	Outside  bool      `json:"outside,omitempty"` // it is fetched
	Answered time.Time `json:"answered,omitzero"`
	Left     int       `json:"left"`            // requests of the day; -1: no limit is known
	Stale    string    `json:"stale,omitempty"` // why what there is of it is not fresh
}

// signals gathers what the run's sources tell of the shop's places, from its
// first day to the end of the longest horizon. One that is away leaves the run
// with what it had told before.
func (r *Run) signals(ctx context.Context) error {
	l, err := r.loaded()
	if err != nil {
		return err
	}
	request, err := r.signalRequest(ctx, l)
	if err != nil {
		return err
	}
	rows := []iter.Seq2[daycast.Signal, error]{r.storedSignals(ctx, r.ownSignals(l))}
	lines := make([]SignalLine, len(r.Signals))
	for k, s := range r.Signals {
		line := &lines[k]
		line.Source, line.Left = s.Name(), -1
		if f, ok := s.(signal.Fetcher); ok {
			told, err := r.fetch(ctx, f, request, line)
			if err != nil {
				return err
			}
			rows = append(rows, line.counted(l.Own, told))
			continue
		}
		rows = append(rows, line.counted(l.Own, s.Signals(ctx, request)))
	}
	if _, err = r.Warehouse.Signals().Replace(ctx, r.ID, chained(rows...)); err != nil {
		return err
	}
	return writeJSON(r.path("signals"), lines)
}

// fetch brings what a source does not have yet, and gives all that it has. That
// it is away, or tells what cannot be read, is noted and no error.
func (r *Run) fetch(ctx context.Context, f signal.Fetcher, request signal.Request, line *SignalLine) (iter.Seq2[daycast.Signal, error], error) {
	line.Outside = true
	if r.AsOf == 0 { // in a replay of the past nothing new was told
		if err := r.bring(ctx, f, request, line); err != nil {
			return nil, err
		}
	}
	var rows []daycast.Signal
	for s, err := range f.Signals(ctx, request) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			line.Stale = err.Error()
			break
		}
		rows = append(rows, s)
	}
	status, err := f.Status(ctx)
	line.Answered, line.Left = status.Answered, status.Left
	return each(rows), err
}

// bring asks a source for what is missing. What it could not have is noted.
func (r *Run) bring(ctx context.Context, f signal.Fetcher, request signal.Request, line *SignalLine) error {
	if plan, err := f.Plan(ctx, request); err == nil { // what is wrong with it, Fetch says too
		r.Progress.Stage(fmt.Sprintf("signals of %s: %s", f.Name(), plan))
	}
	err := f.Fetch(ctx, request, func(done, total int) { r.Progress.Step(done, total, f.Name()) })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		line.Stale = err.Error()
	}
	return nil
}

// counted passes on what is not the shop's own to tell, and notes what it was.
func (l *SignalLine) counted(own []string, rows iter.Seq2[daycast.Signal, error]) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		var first, last daycast.Day
		l.Rows, l.Names = 0, nil
		defer func() {
			if l.Rows > 0 {
				l.First, l.Last = first.String(), last.String()
			}
		}()
		for s, err := range rows {
			if err == nil && slices.Contains(own, s.Name) {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
			if l.Rows++; l.Rows == 1 {
				first, last = s.Day, s.Day
			}
			first, last = min(first, s.Day), max(last, s.Day)
			if !slices.Contains(l.Names, s.Name) {
				l.Names = append(l.Names, s.Name)
			}
		}
	}
}

// ownSignals tells those that the shop's own tables have brought: who bought,
// and the columns of a daily table.
func (r *Run) ownSignals(l loaded) func(daycast.Signal) bool {
	if r.Source.Has(source.Sales) {
		return func(s daycast.Signal) bool { return r.Settings.Customers && ofBuyers(s) }
	}
	return func(s daycast.Signal) bool { return slices.Contains(l.Own, s.Name) }
}

// signalRequest asks for all days and places of the shop.
func (r *Run) signalRequest(ctx context.Context, l loaded) (signal.Request, error) {
	var places []daycast.Place
	for p, err := range r.Warehouse.Places().Read(ctx, forever) {
		if err != nil {
			return signal.Request{}, err
		}
		places = append(places, p)
	}
	return r.requestOf(l, places), nil
}

// requestOf asks for the places of the shop, or for the only one that it has.
func (r *Run) requestOf(l loaded, places []daycast.Place) signal.Request {
	periods := daycast.Day(max(longestHorizon, r.Settings.Horizon) + 1)
	request := signal.Request{From: l.First, To: l.Spec.Last + periods*daycast.Day(r.Settings.Step)}
	if len(places) == 0 {
		places = []daycast.Place{located(daycast.Place{ID: daycast.OnlyPlace}, nil)}
	}
	for _, p := range places {
		request.Places = append(request.Places, r.Shop.located(p))
	}
	return request
}

// located gives a place that does not say where it is the shop's own country,
// zone and coordinates.
func (s Shop) located(p daycast.Place) daycast.Place {
	if p.Country == "" {
		p.Country = s.Country
	}
	if p.TimeZone == "" && s.TimeZone != nil {
		p.TimeZone = s.TimeZone.String()
	}
	if math.IsNaN(p.Latitude) || math.IsNaN(p.Longitude) {
		p.Latitude, p.Longitude = s.Latitude, s.Longitude
	}
	return p
}

// fetches reports whether some of the signals come from outside: they may be
// other ones at each run.
func (r *Run) fetches() bool {
	return slices.ContainsFunc(r.Signals, func(s signal.Source) bool { _, ok := s.(signal.Fetcher); return ok })
}

// signalFiles is a fingerprint of the sources that read files.
func (r *Run) signalFiles() (string, error) {
	var parts []any
	for _, s := range r.Signals {
		parts = append(parts, s.Name())
		if f, ok := s.(interface{ Fingerprint() (string, error) }); ok {
			text, err := f.Fingerprint()
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
	}
	return hashed(parts...), nil
}

// NewestSignals is what the newest run that gathered signals had of each source;
// nil before the first.
func NewestSignals(dir string) ([]SignalLine, error) {
	var lines []SignalLine
	err := readNewest(dir, "signals", &lines)
	if err != nil && daycast.CodeOf(err) == daycast.NotFound {
		return nil, nil
	}
	return lines, err
}

// readNewest reads what the newest run that left such a file has in it.
func readNewest(dir, name string, into any) error {
	files := runFiles(dir, "."+name+".json")
	if len(files) == 0 {
		return daycast.Errorf(daycast.NotFound, "no run has left its %s in %s", name, dir)
	}
	return readJSON(files[len(files)-1], into)
}

// runFiles are the files of all runs whose names end so, the oldest first: ids
// sort as runs began.
func runFiles(dir, suffix string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "runs", "*"+suffix)) // the pattern is well formed
	slices.Sort(files)
	return files
}

// String is the line for a terminal.
func (l SignalLine) String() string {
	text := fmt.Sprintf("%s: nothing", l.Source)
	if l.Rows > 0 {
		text = fmt.Sprintf("%s: %d values up to %s", l.Source, l.Rows, l.Last)
	}
	if l.Outside && !l.Answered.IsZero() {
		text += ", last answered " + l.Answered.UTC().Format("2006-01-02 15:04")
	}
	if l.Stale != "" {
		text += "; STALE: " + strings.ReplaceAll(l.Stale, "\n", "; ")
	}
	return text
}
