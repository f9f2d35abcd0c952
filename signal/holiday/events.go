package holiday

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"daycast"
	"daycast/signal"
)

// Event is the signal of Events.
const Event = "event"

// longestEvent is how many days an event may last: a longer one is a slip of a
// year in one of its days.
const longestEvent = 366

// Events are the shop's own: sales weeks, Black Friday, a fair in town. They
// come from a CSV file with the columns name and either day, or from and to;
// place, category and known_at may be there too. The signal "event" has the name
// as its word for the whole shop, the place or the category.
//
// An event is known from its known_at on, without one long before, as a plan
// without its date of announcement is. Where several fall on one day for the
// same place or category, the shortest counts, then the first of the file.
type Events struct {
	all   []event
	print string
}

type event struct {
	name            string
	from, to        daycast.Day
	known           daycast.Day
	place, category string
}

// OpenEvents reads a file of events.
func OpenEvents(file string) (*Events, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "the shop's events: %w", err)
	}
	return ReadEvents(file, body)
}

// ReadEvents reads events; errors have the file's name and the line.
func ReadEvents(file string, body []byte) (*Events, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if err != nil {
		return nil, badEvents(file, 1, "it has no header: want name, from, to")
	}
	columns, err := eventColumns(file, header)
	if err != nil {
		return nil, err
	}
	e := &Events{print: fmt.Sprintf("%x", sha256.Sum256(body))}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return e, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, badEvents(file, broken.Line, broken.Err.Error())
		} else if err != nil {
			return nil, err
		}
		at, _ := r.FieldPos(0)
		one, wrong := readEvent(columns, record)
		if wrong != "" {
			return nil, badEvents(file, at, wrong)
		}
		e.all = append(e.all, one)
	}
}

func badEvents(file string, at int, wrong string) error {
	return daycast.Errorf(daycast.Invalid, "%s, line %d: %s", file, at, wrong).
		WithHint("want the columns name and day, or name, from and to, days as YYYY-MM-DD; place, category and known_at may be there too")
}

func eventColumns(file string, header []string) (map[string]int, error) {
	columns := map[string]int{}
	for k, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"name", "from", "to", "day", "place", "category", "known_at"}, name) {
			return nil, badEvents(file, 1, "no column is called "+name)
		}
		if _, twice := columns[name]; twice {
			return nil, badEvents(file, 1, "two columns are called "+name)
		}
		columns[name] = k
	}
	_, named := columns["name"]
	_, day := columns["day"]
	_, from := columns["from"]
	_, to := columns["to"]
	if !named || !day && !(from && to) {
		return nil, badEvents(file, 1, "a column is missing")
	}
	return columns, nil
}

func readEvent(columns map[string]int, record []string) (e event, wrong string) {
	value := func(column string) string {
		if k, ok := columns[column]; ok {
			return strings.TrimSpace(record[k])
		}
		return ""
	}
	day := func(column string) (d daycast.Day) {
		d, err := daycast.ParseDay(value(column))
		if err != nil && wrong == "" {
			wrong = column + ": " + err.Error()
		}
		return d
	}
	e = event{name: value("name"), place: value("place"), category: value("category")}
	switch {
	case value("day") != "" && value("from") == "" && value("to") == "":
		e.from = day("day")
		e.to = e.from
	case value("day") == "":
		e.from, e.to = day("from"), day("to")
	default:
		return e, "it has a day, and also a from or a to"
	}
	e.known = e.from - knownAhead
	if value("known_at") != "" {
		e.known = day("known_at")
	}
	switch {
	case wrong != "":
	case e.name == "":
		wrong = "it has no name"
	case e.to < e.from:
		wrong = "it ends on " + e.to.String() + ", before it begins on " + e.from.String()
	case e.to-e.from >= longestEvent:
		wrong = "it lasts more than a year"
	case e.place != "" && e.category != "":
		wrong = "it has a place and a category: an event is of one of them, or of the whole shop"
	}
	return e, wrong
}

// Name is "events".
func (*Events) Name() string { return "events" }

// Fingerprint tells the file from others.
func (e *Events) Fingerprint() (string, error) { return e.print, nil }

// Places are the ids that the file names, ascending.
func (e *Events) Places() []string { return e.ids(func(one event) string { return one.place }) }

// Categories are those that the file names, ascending.
func (e *Events) Categories() []string { return e.ids(func(one event) string { return one.category }) }

func (e *Events) ids(of func(event) string) []string {
	var all []string
	for _, one := range e.all {
		if id := of(one); id != "" {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Signals yields the events of the shop, of the places and of categories.
func (e *Events) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		each := func(scope daycast.Scope, key string, of func(event) bool) bool {
			for _, row := range signals(Event, scope, key, e.said(r, of)) {
				if !yield(row, nil) {
					return false
				}
			}
			return true
		}
		if !each(daycast.ScopeShop, "", func(one event) bool { return one.place+one.category == "" }) {
			return
		}
		for _, id := range e.Places() {
			k := slices.IndexFunc(r.Places, func(p daycast.Place) bool { return p.ID == id })
			if k >= 0 && !each(daycast.ScopePlace, id, func(one event) bool { return one.place == id }) {
				return
			}
		}
		for _, category := range e.Categories() {
			if !each(daycast.ScopeCategory, category, func(one event) bool { return one.category == category }) {
				return
			}
		}
	}
}

// said is what the events of one kind say of the days.
func (e *Events) said(r signal.Request, of func(event) bool) map[daycast.Day][]statement {
	on := map[daycast.Day][]event{} // the one that counts first
	for _, one := range e.all {
		if of(one) {
			for d := max(one.from, r.From); d <= min(one.to, r.To); d++ {
				on[d] = append(on[d], one)
			}
		}
	}
	said := map[daycast.Day][]statement{}
	for d, events := range on {
		slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.to-a.from, b.to-b.from) })
		by := make([][]statement, len(events))
		for k, one := range events {
			by[k] = []statement{{one.known, one.name}}
		}
		said[d] = first(by).said
	}
	return said
}
