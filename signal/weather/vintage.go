package weather

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"daycast"
	"daycast/signal"
)

// A vintage is the weather of a day as known from the end of another on.
type vintage struct {
	day, known daycast.Day
	Weather
	rank int // which answer is believed where several say the same
}

// Ranks of what is said of one day and known-at, the most believed first.
const (
	cameRank     = iota // an archive's
	analysedRank        // how it came, from beside a forecast: a first analysis
	issuedRank          // a forecast that was kept
	previousRank        // one that the API kept
)

// dated is an answer and when it was given.
type dated struct {
	at time.Time
	answered
}

// vintages orders what answers say by day and known-at, each once. Of several
// forecasts of a day the first counts: one of the evening has seen the day that
// it is taken to forecast. answers are ordered by their moments within a
// request.
func vintages(c cell, answers []dated) []vintage {
	var all []vintage
	for _, a := range answers {
		today, known := c.today(a.at), signal.Known(a.at, c.zone)
		for _, r := range a.readings {
			v := vintage{day: r.day, Weather: r.Weather}
			switch {
			case r.before > 0:
				v.known, v.rank = r.day-r.before, previousRank
			case a.came:
				v.known, v.rank = r.day, cameRank
			case r.day >= today:
				v.known, v.rank = known, issuedRank
			case a.past:
				v.known, v.rank = r.day, analysedRank
			default:
				continue
			}
			if v.Weather.known() {
				all = append(all, v)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b vintage) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.known, b.known), cmp.Compare(a.rank, b.rank))
	})
	return merged(all)
}

// merged joins those of one day and known-at: the first word on each value
// counts.
func merged(all []vintage) []vintage {
	out := all[:0]
	for _, v := range all {
		last := len(out) - 1
		if last < 0 || out[last].day != v.day || out[last].known != v.known {
			out = append(out, v)
			continue
		}
		at := &out[last].Weather
		for _, p := range []struct{ to, from *float32 }{
			{&at.Max, &v.Max}, {&at.Min, &v.Min}, {&at.Precipitation, &v.Precipitation}, {&at.Wind, &v.Wind},
		} {
			if *p.to != *p.to {
				*p.to = *p.from
			}
		}
	}
	return out
}

// Signals yields the weather of the places as the kept answers have it, by cell,
// place, name, day and known-at. Places without coordinates have none.
func (s *Source) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		all, err := s.cells(r.Places)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		if r.To < r.From {
			return
		}
		kept, err := s.kept(ctx)
		if err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		for _, c := range all {
			known, err := s.known(ctx, c, kept[s.api.keyOf(c)])
			if err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			for row, err := range c.rows(ctx, known, r) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// kept are the requests that have an answer, by cell.
func (s *Source) kept(ctx context.Context) (map[string][]kept, error) {
	by := map[string][]kept{}
	for _, path := range s.api.paths() {
		requests, err := s.archive.Requests(ctx, s.name, path)
		if err != nil {
			return nil, err
		}
		for _, request := range requests {
			_, q := kept(request).parts()
			cell := s.api.cellOf(q)
			by[cell] = append(by[cell], kept(request))
		}
	}
	return by, nil
}

// known is all that is of a cell.
func (s *Source) known(ctx context.Context, c cell, requests []kept) ([]vintage, error) {
	var answers []dated
	for _, k := range requests {
		for answer, err := range s.archive.History(ctx, s.name, string(k)) {
			if err != nil {
				return nil, err
			}
			got, err := s.api.decode(k, answer.Body)
			if err != nil {
				return nil, err
			}
			answers = append(answers, dated{answer.At, got})
		}
	}
	return vintages(c, answers), nil
}
