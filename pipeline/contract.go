package pipeline

import (
	"context"
	"errors"
	"slices"

	"daycast"
	"daycast/contract"
	"daycast/source"
)

// checked is what the reading of the shop's tables showed: left by the step
// that reads them, whether it failed or not.
type checked struct {
	Stopped bool               `json:"stopped"` // by the contract, or for a column that is gone
	Tables  []*contract.Result `json:"tables"`
	Changes []contract.Change  `json:"changes"` // of columns, since the last whole run
	Seen    seen               `json:"seen"`    // for the next run
}

// guarded does the step that reads the shop behind its contract: rows that a
// rule sets aside are not there for the step, and a rule that stops the run
// does so before the step has replaced anything.
func (r *Run) guarded(do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		var g *guard
		err := r.again(ctx, func() (err error) { g, err = r.guard(ctx); return err })
		if err == nil {
			bare := r.Source
			r.Source = g
			err = do(ctx)
			r.Source = bare
		}
		return errors.Join(err, writeJSON(r.path("checked"), g.checked))
	}
}

// A guard is a source as the contract lets it through. It counts the rows of
// all tables, those without a rule too.
type guard struct {
	source.Source
	run     *Run
	checked checked
	before  seen
	ids     map[string]*contract.Keys        // of tables that others refer to
	spans   map[daycast.Span]contract.Result // of the order lines
}

// guard compares the columns with those of the last whole run, and reads what
// has to be known before the step begins. Beside an error it holds what was
// found so far.
func (r *Run) guard(ctx context.Context) (*guard, error) {
	g := &guard{Source: r.Source, run: r, before: readSeen(r.Dir), ids: map[string]*contract.Keys{}, spans: map[daycast.Span]contract.Result{}}
	g.checked.Seen = seen{Run: r.ID, Queries: r.Shop.Tables, Tables: map[source.Table]*seenTable{}}
	if err := removeAside(r.Dir); err != nil {
		return g, err
	}
	for _, t := range source.Tables() {
		if !r.Source.Has(t) {
			continue
		}
		columns, err := describe(ctx, r.Source, t)
		if err != nil {
			return g, err
		}
		g.checked.Seen.Tables[t] = &seenTable{Columns: columns}
	}
	g.checked.Changes = g.before.changes(g.checked.Seen)
	if err := changesErr(g.checked.Changes, g.before.Run); err != nil {
		g.checked.Stopped = true
		return g, err
	}
	var wrong []error
	for t, at := range g.checked.Seen.Tables {
		wrong = append(wrong, r.Contract.Of(string(t)).Fit(names(at.Columns))...)
	}
	if err := errors.Join(wrong...); err != nil {
		return g, err
	}
	return g, g.ahead(ctx)
}

// ahead reads the ids that rules ask for, and the tables whose rules could
// stop the run later, when others have been replaced. Customers are read
// nowhere else.
func (g *guard) ahead(ctx context.Context) error {
	for _, name := range g.run.Contract.Needs() {
		if err := g.readIDs(ctx, source.Table(name)); err != nil {
			return err
		}
	}
	for _, t := range source.Tables() {
		rules := g.run.Contract.Of(string(t))
		if t == source.Sales || t == source.Daily || !g.Has(t) || !rules.Stops() && (t != source.Customers || len(rules) == 0) {
			continue
		}
		for _, err := range g.Read(ctx, t, daycast.Span{}) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readIDs remembers the ids of a table.
func (g *guard) readIDs(ctx context.Context, t source.Table) error {
	if !g.Has(t) {
		return daycast.Errorf(daycast.Invalid, "the contract asks for ids of %s, which the source does not have", t).WithField("contract")
	}
	columns, err := g.Columns(ctx, t)
	if err != nil {
		return err
	}
	at := slices.Index(columns, idColumn(t))
	if at < 0 {
		return daycast.Errorf(daycast.Invalid, "the contract asks for ids of %s, which have no column %q", t, idColumn(t)).WithField("contract")
	}
	ids := contract.NewKeys(0)
	for batch, err := range g.Source.Read(ctx, t, daycast.Span{}) {
		if err != nil {
			return err
		}
		for _, row := range batch {
			if at < len(row) {
				ids.Add(row[at])
			}
		}
	}
	g.ids[string(t)] = ids
	return nil
}

// idColumn is the table's first column, by which others refer to it.
func idColumn(t source.Table) string { return t.Columns()[0].Name }

// options are what the rules of a table need beside its rows.
func (g *guard) options(t source.Table, span daycast.Span) contract.Options {
	o := contract.Options{
		Now: g.run.Now(), Zone: g.run.Shop.TimeZone, Ids: g.ids,
		Private: func(column string) bool { return private(t, column) },
		Measure: map[source.Table]string{source.Sales: "quantity", source.Daily: "units"}[t],
		Times:   timeColumn(t),
	}
	o.Since = span.From
	if before := g.before.Tables[t]; before != nil && g.before.Queries == g.run.Shop.Tables {
		o.Past, o.Judged = before.Days, before.Judged
	}
	return o
}

func timeColumn(t source.Table) string {
	return map[source.Table]string{source.Sales: "ordered_at", source.Daily: "day", source.Stock: "day"}[t]
}

// private reports whether a column may hold what is a person's: of the tables
// that tell of customers, all but the columns that daycast knows.
func private(t source.Table, column string) bool {
	if column == "customer_id" || column == "first_order" {
		return true
	}
	switch t {
	case source.Sales, source.Daily, source.Customers:
		return !slices.ContainsFunc(t.Columns(), func(c source.Column) bool { return c.Name == column })
	}
	return false
}
