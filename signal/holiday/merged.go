package holiday

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"daycast"
	"daycast/signal"
)

// Merged joins sources of holidays by rule: of each place and day the first of
// the sources that says something of it counts, with its name for the day, also
// where it says that the day is none any more. Days that only a later one has
// are kept. What a source learnt late replaces another's word only from then on.
//
// A place whose country Offline does not have is left to the others.
type Merged []signal.Source

// Merge joins sources, the one that counts first in front. What it returns is a
// signal.Fetcher where one of them is.
func Merge(sources ...signal.Source) signal.Source {
	m := Merged(sources)
	var fetchers []signal.Fetcher
	for _, s := range sources {
		if f, ok := s.(signal.Fetcher); ok {
			fetchers = append(fetchers, f)
		}
	}
	switch {
	case len(sources) == 1:
		return sources[0]
	case len(fetchers) > 0:
		return mergedOnline{m, fetchers}
	}
	return m
}

// Name is "holiday".
func (Merged) Name() string { return "holiday" }

// Parts are the sources.
func (m Merged) Parts() []signal.Source { return m }

// A Share is how many days of places a source gave the word of.
type Share struct {
	Source, Signal string
	Days           int
}

// Shares count the days of a request by signal and source, in the sources'
// order.
func (m Merged) Shares(ctx context.Context, r signal.Request) ([]Share, error) {
	_, rows, err := m.merge(ctx, r)
	if err != nil {
		return nil, err
	}
	counts := map[string][]int{}
	for line, days := range rows {
		for _, day := range days {
			if n := len(day.said); n > 0 && day.said[n-1].code != "" {
				if counts[line.name] == nil {
					counts[line.name] = make([]int, len(m))
				}
				counts[line.name][day.from]++
			}
		}
	}
	var shares []Share
	for _, kind := range kinds {
		for k, n := range counts[kind] {
			if n > 0 {
				shares = append(shares, Share{sourceName(m[k]), kind, n})
			}
		}
	}
	return shares, nil
}

// sourceName is the source's own among others of holidays.
func sourceName(s signal.Source) string {
	if _, ok := s.(Offline); ok {
		return "offline"
	}
	return s.Name()
}

// Signals yields the joined days by name, scope, key, day and known-at.
func (m Merged) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		lines, rows, err := m.merge(ctx, r)
		if err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		for _, l := range lines {
			said := map[daycast.Day][]statement{}
			for day, of := range rows[l] {
				said[day] = of.said
			}
			for _, row := range signals(l.name, l.scope, l.key, said) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// A line is the rows of one name, scope and key.
type line struct {
	name  string
	scope daycast.Scope
	key   string
}

// A day is what counts of one, and the source of its last word.
type day struct {
	said []statement
	from int
}

func (m Merged) merge(ctx context.Context, r signal.Request) ([]line, map[line]map[daycast.Day]day, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	all := map[line]map[daycast.Day][][]statement{} // by source
	for k, source := range m {
		for row, err := range source.Signals(ctx, m.part(source, r)) {
			if err != nil {
				return nil, nil, err
			}
			l := line{row.Name, row.Scope, row.Key}
			if all[l] == nil {
				all[l] = map[daycast.Day][][]statement{}
			}
			if all[l][row.Day] == nil {
				all[l][row.Day] = make([][]statement, len(m))
			}
			all[l][row.Day][k] = append(all[l][row.Day][k], statement{row.KnownAt, row.Code})
		}
	}
	var lines []line
	merged := map[line]map[daycast.Day]day{}
	for l, days := range all {
		lines = append(lines, l)
		merged[l] = map[daycast.Day]day{}
		for d, by := range days {
			merged[l][d] = first(by)
		}
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.scope, b.scope), cmp.Compare(a.key, b.key))
	})
	return lines, merged, nil
}

// part is the request without the places whose country a source cannot know
// where another source may.
func (m Merged) part(source signal.Source, r signal.Request) signal.Request {
	choosy, ok := source.(interface{ Knows(daycast.Place) bool })
	if !ok || len(m) == 1 {
		return r
	}
	r.Places = slices.DeleteFunc(slices.Clone(r.Places), func(p daycast.Place) bool { return !choosy.Knows(p) })
	return r
}

// first is, at each time that any source says something new, what the first of
// those says that have said anything by then.
func first(by [][]statement) day {
	var times []daycast.Day
	for _, said := range by {
		for _, s := range said {
			times = append(times, s.known)
		}
	}
	slices.Sort(times)
	var d day
	for _, t := range slices.Compact(times) {
		for k, said := range by {
			n := 0
			for n < len(said) && said[n].known <= t {
				n++
			}
			if n > 0 {
				d.said, d.from = say(d.said, statement{t, said[n-1].code}), k
				break
			}
		}
	}
	return d
}
