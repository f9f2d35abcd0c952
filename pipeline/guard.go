package pipeline

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"daycast"
	"daycast/contract"
	"daycast/source"
)

// Read streams what the contract lets through. An error in the place of the
// end says that it stops the run. A table that is read twice is judged twice,
// and what the last whole reading showed is kept.
func (g *guard) Read(ctx context.Context, t source.Table, since time.Time) iter.Seq2[[][]string, error] {
	return func(yield func([][]string, error) bool) {
		columns, err := g.Columns(ctx, t)
		if err != nil {
			yield(nil, err)
			return
		}
		p := passing{
			table: t, columns: columns,
			checker: g.run.Contract.Of(string(t)).NewChecker(string(t), columns, g.options(t, since)),
			aside:   newAside(g.run.asidePath(t)),
		}
		defer p.aside.discard()
		for batch, err := range g.Source.Read(ctx, t, since) {
			if err == nil {
				batch, err = p.through(batch)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(batch) > 0 && !yield(batch, nil) {
				return
			}
		}
		if err := g.passed(p); err != nil {
			yield(nil, err)
		}
	}
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

// passed keeps what a whole reading showed, and is its error where a rule
// stops the run.
func (g *guard) passed(p passing) error {
	result := p.checker.End()
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
