package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/signal"
	"daycast/source"
	"daycast/warehouse"
)

// DailyOptions say how a table of ready daily rows is read.
type DailyOptions struct {
	Step  daycast.Step
	Today daycast.Day // lone days after it are slips
	Until daycast.Day // rows after it are not there; 0: all are
}

// LoadDaily brings a shop's ready daily rows, and the attributes of its items
// and places, into the warehouse, and says how its panels are to be built.
func LoadDaily(ctx context.Context, run string, src source.Source, w warehouse.Warehouse, o DailyOptions, report *clean.Report) (*clean.DailyTable, error) {
	columns, err := src.Columns(ctx, source.Daily)
	if err != nil {
		return nil, err
	}
	d := clean.Daily{Columns: columns, Step: o.Step, Today: o.Today, Until: o.Until, Rows: func(ctx context.Context) iter.Seq2[[][]string, error] {
		return src.Read(ctx, source.Daily, daycast.Span{})
	}}
	table, err := d.Profile(ctx, report)
	if err != nil {
		return nil, err
	}
	if err := dailyFacts(ctx, run, w, table, report); err != nil {
		return nil, err
	}
	if _, err := w.Signals().Replace(ctx, run, table.Signals(ctx)); err != nil {
		return nil, err
	}
	var odd []daycast.Quarantined
	aside := func(q daycast.Quarantined) { odd = append(odd, q) }
	items, err := dailyItems(ctx, src, table, aside)
	if err != nil {
		return nil, err
	}
	if _, err := w.Items().Replace(ctx, run, each(items)); err != nil {
		return nil, err
	}
	places, err := withTable(ctx, src, source.Places, table.Places, &table.Notes, placeID, placeAttributes)
	if err != nil {
		return nil, err
	}
	for k, p := range places {
		places[k] = locatedByAttributes(p)
	}
	if _, err = w.Places().Replace(ctx, run, each(places)); err != nil {
		return nil, err
	}
	if err := loadPlans(ctx, run, src, w, items, table.Places, aside); err != nil {
		return nil, err
	}
	unused := chained(table.Quarantine(ctx), each(odd))
	if g, ok := src.(*guard); ok {
		unused = chained(unused, g.Aside())
	}
	_, err = w.Quarantine().Replace(ctx, run, unused)
	return table, err
}

// DailySpec says how the panels of a daily table are built.
func DailySpec(t *clean.DailyTable, step daycast.Step, horizon int, absent clean.Absent) PanelSpec {
	return PanelSpec{
		Step: step, Anchor: t.Anchor, Last: t.Last, Horizon: horizon, Absent: absent, Planned: t.Planned,
		Outlook: []string{signal.WeatherPrefix},
	}
}

func itemID(it daycast.Item) string                      { return it.ID }
func itemAttributes(it daycast.Item) map[string]string   { return it.Attributes }
func placeID(pl daycast.Place) string                    { return pl.ID }
func placeAttributes(pl daycast.Place) map[string]string { return pl.Attributes }

// locatedByAttributes fills in where a place is by what its table says. A
// country and a region group places too; coordinates do not.
func locatedByAttributes(p daycast.Place) daycast.Place {
	p = located(p, p.Attributes)
	if _, err := time.LoadLocation(p.TimeZone); err != nil {
		p.TimeZone = ""
	}
	for _, name := range []string{"time_zone", "latitude", "longitude"} {
		delete(p.Attributes, name)
	}
	return p
}

// withTable adds the columns of a table of items or places, where the shop has
// one, to the attributes of those that the sales name. The first column named
// like the table, or the first at all, is the id. A table that is of no use is
// noted.
func withTable[T any](
	ctx context.Context, src source.Source, t source.Table, known []T, notes *[]string, id func(T) string, attributes func(T) map[string]string,
) ([]T, error) {
	if !src.Has(t) {
		return known, nil
	}
	columns, err := src.Columns(ctx, t)
	if err != nil {
		return nil, err
	}
	key := keyColumn(t, columns)
	index, named := map[string]map[string]string{}, 0
	for _, it := range known {
		index[id(it)] = attributes(it)
	}
	for batch, err := range src.Read(ctx, t, daycast.Span{}) {
		if err != nil {
			return nil, err
		}
		for _, row := range batch {
			if len(row) != len(columns) {
				continue
			}
			to := index[strings.TrimSpace(row[key])]
			if to != nil {
				named++
			}
			for k, v := range row {
				if to != nil && k != key && v != "" {
					to[columns[k]] = v
				}
			}
		}
	}
	if named == 0 {
		*notes = append(*notes, fmt.Sprintf("the table of %s is not used: its column %s has none of those in the sales", t, columns[key]))
	}
	return known, nil
}

// keyColumn is where a table beside daily rows has its ids.
func keyColumn(t source.Table, columns []string) int {
	for _, name := range []string{string(t)[:len(t)-1], string(t)[:len(t)-1] + "_id", "id"} {
		if k := slices.Index(columns, name); k >= 0 {
			return k
		}
	}
	return 0
}

// each walks a slice as a table's rows.
func each[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// A DailySummary is what learning from a daily table came to, for a caller that
// keeps no run.
type DailySummary struct {
	Report  *clean.Report `json:"report"`
	Trained *trained      `json:"trained"`
	Notes   []string      `json:"notes"`
}

// Summarise tells of what was read, found and learned.
func Summarise(report *clean.Report, learned *Learned, found clean.Findings, notes []string) *DailySummary {
	t := summarise(learned)
	t.found(found)
	return &DailySummary{Report: report, Trained: &t, Notes: notes}
}

// String is the summary for a terminal.
func (s *DailySummary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s", s.Report)
	s.Trained.write(&b)
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// found notes what the panel builder inferred about the days.
func (t *trained) found(f clean.Findings) {
	t.Absent, t.Closed, t.Days = string(f.Absent)+": "+f.Why, f.Closed, map[string]int{}
	for state, n := range f.Days {
		t.Days[state.String()] = n
	}
	t.Inferred, t.Inferences = f.Inferred, f.Inferences
	if f.Idle > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d series never sold: 0 is forecast for them", f.Idle))
	}
	if f.New > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d series have no day of sales yet", f.New))
	}
}
