package pipeline

import (
	"context"
	"iter"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/contract"
	"daycast/source"
)

// Read streams what the contract lets through. An error in the place of the
// end says that it stops the run. A table that is read twice is judged twice,
// and what the last whole reading showed is kept.
func (g *guard) Read(ctx context.Context, t source.Table, span daycast.Span) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		columns, err := g.Columns(ctx, t)
		if err != nil {
			yield(nil, err)
			return
		}
		p := passing{
			table: t, columns: columns,
			checker: g.run.Contract.Of(string(t)).NewChecker(string(t), columns, g.options(t, span)),
			aside:   newAside(g.run.asidePath(t)),
		}
		defer p.aside.discard()
		for batch, err := range g.Source.Read(ctx, t, span) {
			if err == nil {
				batch, err = p.through(g.within(t, columns, span, batch))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(batch) > 0 && !yield(batch, nil) {
				return
			}
		}
		if err := g.passed(p, span); err != nil {
			yield(nil, err)
		}
	}
}

// within leaves out the lines of the days around a span, which a source may
// give too and another span has.
func (g *guard) within(t source.Table, columns []string, span daycast.Span, batch [][]string) [][]string {
	at := slices.Index(columns, "ordered_at")
	if t != source.Sales || span == (daycast.Span{}) || at < 0 {
		return batch
	}
	return slices.DeleteFunc(batch, func(row []string) bool { return at < len(row) && !clean.InSpan(row[at], span) })
}

// Extent lets order lines be read in spans where no rule has to see them all.
func (g *guard) Extent(ctx context.Context, since daycast.Day) (lines int64, first, last daycast.Day, err error) {
	m, ok := g.Source.(source.Measured)
	if !ok || len(g.run.Contract.Of(string(source.Sales))) > 0 {
		return 0, 0, 0, nil
	}
	return m.Extent(ctx, since)
}

// Aside walks the rows that were set aside, for the quarantine.
func (g *guard) Aside() iter.Seq2[daycast.Quarantined, error] { return g.run.aside() }

// passing is one reading of a table.
type passing struct {
	table   source.Table
	columns []string
	checker *contract.Checker
	aside   *asideWriter
	row     int64
}

// through is the batch without the rows that are set aside.
func (p *passing) through(batch [][]string) ([][]string, error) {
	left, all := batch, true
	for i, row := range batch {
		p.row++
		rule := p.checker.Row(p.row, row)
		switch {
		case rule == nil && !all:
			left = append(left, row)
		case rule != nil:
			if all {
				left, all = slices.Clone(batch[:i]), false
			}
			if err := p.aside.write(p.quarantined(rule, row)); err != nil {
				return nil, err
			}
		}
	}
	return left, nil
}

func (p *passing) quarantined(rule *contract.Rule, row []string) daycast.Quarantined {
	var values []string
	for _, c := range rule.Columns {
		values = append(values, row[slices.Index(p.columns, c)])
	}
	return daycast.Quarantined{
		Table: string(p.table), Row: p.row, Column: strings.Join(rule.Columns, ","), Value: strings.Join(values, ","),
		Reason: rule.Name() + ": the contract says that " + rule.String(),
	}
}

// joined adds what earlier spans of the order lines came to; the days are those
// of the newest.
func (g *guard) joined(result *contract.Result, span daycast.Span) *contract.Result {
	g.spans[span] = *result
	sum := *result
	sum.Rows, sum.Aside, sum.Unread = 0, 0, 0
	for _, one := range g.spans {
		sum.Rows, sum.Aside, sum.Unread = sum.Rows+one.Rows, sum.Aside+one.Aside, sum.Unread+one.Unread
		if one.Newest.After(sum.Newest) {
			sum.Newest, sum.Days = one.Newest, one.Days
		}
	}
	return &sum
}

// passed keeps what a whole reading showed, and is its error where a rule
// stops the run.
func (g *guard) passed(p passing, span daycast.Span) error {
	result := p.checker.End()
	if p.table == source.Sales {
		result = g.joined(result, span)
	}
	k := slices.IndexFunc(g.checked.Tables, func(r *contract.Result) bool { return r.Table == result.Table })
	if k >= 0 {
		g.checked.Tables[k] = result
	} else {
		g.checked.Tables = append(g.checked.Tables, result)
	}
	if at := g.checked.Seen.Tables[p.table]; at != nil {
		at.Days, at.Judged = p.checker.Volumes(), result.LastJudged()
	}
	if err := result.Err(); err != nil {
		g.checked.Stopped = true
		return err
	}
	return p.aside.keep()
}
