package clean

import (
	"context"
	"hash/maphash"
	"iter"
	"math"
	"strconv"
	"strings"

	"daycast"
)

// Daily reads a table of ready daily rows: item, day and units, and where the
// shop has them place, price, promotion, in_stock and any further columns. It
// reads the rows twice: once to learn what the columns are, once for the facts.
//
// Further columns become what they look like: one value per item or place, an
// attribute; a value that varies by day, a signal of the widest scope that
// explains it. Columns that hold values on rows after the last units are
// planned: they count as known ahead in every backtest too. The others are
// known on their day.
type Daily struct {
	Columns []string
	Rows    func(ctx context.Context) iter.Seq2[[][]string, error]
	Step    daycast.Step
}

// A DailyTable is a daily table whose columns are known.
type DailyTable struct {
	daily   Daily
	profile *profile
	seed    maphash.Seed

	Last    daycast.Day // the last day with units
	Anchor  daycast.Day // the most usual first day of a weekly table's periods
	Planned Planned
	Items   []daycast.Item
	Places  []daycast.Place
	Notes   []string // what was decided of the columns, in words
}

// Profile reads the table once. It fails with code invalid where a needed
// column is missing or no row is usable.
func (d Daily) Profile(ctx context.Context, report *Report) (*DailyTable, error) {
	p, err := newProfile(d.Columns)
	if err != nil {
		return nil, err
	}
	if err := p.learnDates(ctx, d.Rows); err != nil {
		return nil, err
	}
	for batch, err := range d.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		for _, row := range batch {
			p.see(row, report)
		}
	}
	if p.sales == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no row has an item, a day and units: nothing to learn from").
			WithHint("read %d rows; the columns are %s", p.rows, strings.Join(d.Columns, ", "))
	}
	t := &DailyTable{daily: d, profile: p, seed: maphash.MakeSeed(), Last: p.last, Anchor: p.anchor()}
	t.Planned = Planned{Price: p.planned(p.price), Promotion: p.planned(p.promotion)}
	t.Items, t.Places = p.attributes()
	t.Notes = p.notes()
	return t, nil
}

// Facts yields one fact a row, in the order of the rows. Rows that say the
// same are counted once; rows of one day that differ add up.
func (t *DailyTable) Facts(ctx context.Context, report *Report) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		seen := map[uint64]map[uint64]bool{}
		err := t.each(ctx, func(row []string, r parsed) bool {
			if t.profile.repeated[r.key()] && t.again(seen, row, r, report) {
				return true
			}
			return yield(t.fact(row, r), nil)
		})
		if err != nil {
			yield(daycast.Fact{}, err)
		}
	}
}

// again reports whether the very same row came before.
func (t *DailyTable) again(seen map[uint64]map[uint64]bool, row []string, r parsed, report *Report) bool {
	var h maphash.Hash
	h.SetSeed(t.seed)
	for _, v := range row {
		_, _ = h.WriteString(v)
		_ = h.WriteByte(0)
	}
	rows := seen[r.key()]
	if rows == nil {
		rows = map[uint64]bool{}
		seen[r.key()] = rows
	}
	if rows[h.Sum64()] {
		report.count("duplicate", float64(r.units), t.profile.describe(r))
		return true
	}
	if len(rows) > 0 {
		report.count("several_rows_added_up", float64(r.units), t.profile.describe(r))
	}
	rows[h.Sum64()] = true
	return false
}

func (t *DailyTable) fact(row []string, r parsed) daycast.Fact {
	p := t.profile
	f := daycast.Fact{
		Series: daycast.Series{Item: p.items.names[r.item], Place: p.places.names[r.place]},
		Day:    r.day, KnownAt: min(r.day, t.Last), Units: r.units,
		Price: p.number(row, p.price), Promotion: p.number(row, p.promotion),
		InStock: p.number(row, p.inStock), Buyers: float32(math.NaN()),
	}
	if f.Price <= 0 {
		f.Price = float32(math.NaN())
	}
	return f
}

// Signals yields the further columns that vary by day.
func (t *DailyTable) Signals(ctx context.Context) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		done := make([]map[uint64]bool, len(t.profile.extra))
		for k := range done {
			done[k] = map[uint64]bool{}
		}
		err := t.each(ctx, func(row []string, r parsed) bool {
			for k, c := range t.profile.extra {
				scope, ok := c.scope()
				if !ok || row[c.at] == "" {
					continue
				}
				if key := scopeDay(scope, r); scope != daycast.ScopeSeries {
					if done[k][key] {
						continue
					}
					done[k][key] = true
				}
				if !yield(t.signal(c, scope, row[c.at], r), nil) {
					return false
				}
			}
			return true
		})
		if err != nil {
			yield(daycast.Signal{}, err)
		}
	}
}

func scopeDay(scope daycast.Scope, r parsed) uint64 {
	if scope == daycast.ScopePlace {
		return uint64(uint32(r.place))<<32 | uint64(uint32(r.day))
	}
	return uint64(uint32(r.day))
}

func (t *DailyTable) signal(c *column, scope daycast.Scope, value string, r parsed) daycast.Signal {
	p := t.profile
	s := daycast.Signal{Name: c.name, Scope: scope, Day: r.day, KnownAt: r.day}
	if c.future {
		s.KnownAt -= lead
	}
	switch scope {
	case daycast.ScopePlace:
		s.Key = p.places.names[r.place]
	case daycast.ScopeSeries:
		s.Key = daycast.Series{Item: p.items.names[r.item], Place: p.places.names[r.place]}.ID()
	}
	if c.numeric() {
		s.Value, _ = parseNumber(value)
	} else {
		s.Code, s.Value = value, 1
	}
	return s
}

// each walks the usable rows; what is not usable was counted by Profile.
func (t *DailyTable) each(ctx context.Context, use func(row []string, r parsed) bool) error {
	for batch, err := range t.daily.Rows(ctx) {
		if err != nil {
			return err
		}
		for _, row := range batch {
			if r, _, ok := t.profile.parse(row); ok && !use(row, r) {
				return nil
			}
		}
	}
	return ctx.Err()
}

// parseNumber reads a number or a truth value.
func parseNumber(s string) (float32, bool) {
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsInf(v, 0) || math.IsNaN(v) || math.Abs(v) > math.MaxFloat32/1e6 {
			return 0, false
		}
		return float32(v), true
	}
	switch strings.ToLower(s) {
	case "true", "yes", "y", "t":
		return 1, true
	case "false", "no", "n", "f":
		return 0, true
	}
	return 0, false
}
