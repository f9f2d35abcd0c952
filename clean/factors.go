package clean

import (
	"context"
	"iter"
	"strings"

	"daycast"
)

// Signals yields the further columns that vary by day. What is the same for
// the shop or a place was remembered by Profile; the rest is read again.
func (t *DailyTable) Signals(ctx context.Context) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		var again []*column
		for _, c := range t.profile.extra {
			scope, ok := c.scope()
			switch {
			case !ok:
			case scope == daycast.ScopeSeries || c.hashed:
				again = append(again, c)
			case !t.remembered(c, scope, yield):
				return
			}
		}
		if len(again) == 0 {
			return
		}
		if err := t.reread(ctx, again, yield); err != nil {
			yield(daycast.Signal{}, err)
		}
	}
}

// remembered yields a column of the shop or of places.
func (t *DailyTable) remembered(c *column, scope daycast.Scope, yield func(daycast.Signal, error) bool) bool {
	keys, by := []string{""}, []hypothesis{c.byDay}
	if scope == daycast.ScopePlace {
		keys, by = t.profile.places.names, c.byPlaceDay.places
	}
	for k := range by {
		for n, v := range by[k].value {
			if v <= 1 || t.profile.stray[n] {
				continue
			}
			s := t.signal(c, scope, c.names[v-1], t.profile.days.days[n])
			s.Key = keys[k]
			if !yield(s, nil) {
				return false
			}
		}
	}
	return true
}

// reread yields columns that differ by series, or have too many values to be
// remembered; of those that do not differ by series each row says the same.
func (t *DailyTable) reread(ctx context.Context, columns []*column, yield func(daycast.Signal, error) bool) error {
	scopes := make([]daycast.Scope, len(columns))
	done := make([]map[uint64]bool, len(columns))
	for k, c := range columns {
		scopes[k], _ = c.scope()
		done[k] = map[uint64]bool{}
	}
	ids := make([]string, len(t.profile.series))
	return t.each(ctx, func(_ int64, row []string, r parsed) bool {
		for k, c := range columns {
			v := c.valueOf(row[c.at])
			if v == 0 {
				continue
			}
			s := t.signal(c, scopes[k], strings.TrimSpace(row[c.at]), r.day)
			switch key := uint64(uint32(r.dayNumber)); scopes[k] {
			case daycast.ScopeSeries:
				if ids[r.series] == "" {
					ids[r.series] = t.profile.named(r.item, r.place).ID()
				}
				s.Key = ids[r.series]
			case daycast.ScopePlace:
				key |= uint64(uint32(r.place)) << 32
				s.Key = t.profile.places.names[r.place]
				fallthrough
			default:
				if done[k][key] {
					continue
				}
				done[k][key] = true
			}
			if !yield(s, nil) {
				return false
			}
		}
		return true
	})
}

// signal is a column's value on a day; the caller says whose.
func (t *DailyTable) signal(c *column, scope daycast.Scope, value string, day daycast.Day) daycast.Signal {
	day = t.week.of(day)
	s := daycast.Signal{Name: c.name, Scope: scope, Day: day, KnownAt: day}
	if c.future {
		s.KnownAt = day - lead
	}
	if c.numeric() {
		s.Value, _ = c.decimal.parse(value)
	} else {
		s.Code, s.Value = value, 1
	}
	return s
}
