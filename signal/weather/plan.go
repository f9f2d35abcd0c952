package weather

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"daycast"
	"daycast/signal"
)

// mostFailures is after how many failures in a row a kind of request is left for
// another day.
const mostFailures = 5

// wanted are the requests that are open for r: forecasts first, of those places
// first that have waited longest, then the past from its newest days on, by
// turns. held is how many answers are there and stay good.
func (s *Source) wanted(ctx context.Context, r signal.Request) (asks []ask, held int, err error) {
	all, err := s.cells(r.Places)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	kept, err := s.kept(ctx)
	if err != nil {
		return nil, 0, err
	}
	now := s.o.Now()
	type since struct {
		ask
		seen time.Time
	}
	var waiting []since
	var past []ask
	for _, c := range all {
		today := c.today(now)
		if a := s.api.ahead(c, now); r.To >= today {
			request := a.request()
			answer, fresh, err := a.client.Held(ctx, request)
			if err != nil {
				return nil, 0, err
			}
			if fresh {
				held++
			} else {
				waiting = append(waiting, since{a, answer.Seen})
			}
		}
		of := kept[s.api.keyOf(c)]
		for _, k := range of {
			if !s.forecast(k) {
				held++
			}
		}
		past = append(past, s.api.past(c, max(r.From, s.o.From), min(r.To, today-1), of, now)...)
	}
	slices.SortStableFunc(waiting, func(a, b since) int { return a.seen.Compare(b.seen) })
	for _, w := range waiting {
		asks = append(asks, w.ask)
	}
	slices.SortStableFunc(past, func(a, b ask) int { return cmp.Compare(b.newest, a.newest) })
	return append(asks, past...), held, nil
}

// forecast reports whether a request is for one, and so asked again.
func (s *Source) forecast(k kept) bool {
	_, q := k.parts()
	return !q.Has("date") && !q.Has("start_date")
}

// Plan is what Fetch would ask for r now. A request that the API counts as
// several is several.
func (s *Source) Plan(ctx context.Context, r signal.Request) (signal.Plan, error) {
	asks, held, err := s.wanted(ctx, r)
	if err != nil {
		return signal.Plan{}, err
	}
	left, err := s.left(ctx)
	if err != nil {
		return signal.Plan{}, err
	}
	p := signal.Plan{Kept: held}
	for _, a := range asks {
		if p.Later > 0 || p.Now+a.weight > left {
			p.Later += a.weight
		} else {
			p.Now += a.weight
		}
	}
	return p, nil
}

// left is how many requests today's limit still allows.
func (s *Source) left(ctx context.Context) (int, error) {
	state, err := s.archive.State(ctx, s.name, s.o.Now())
	return state.Left(s.o.PerDay), err
}

// Fetch asks for what is missing, as far as the day's requests go, and leaves
// the rest to another day without an error. A refused key ends it at once. A
// forecast that fails is asked for again before the past is: tomorrow it would
// be another.
func (s *Source) Fetch(ctx context.Context, r signal.Request, told func(done, total int)) error {
	asks, _, err := s.wanted(ctx, r)
	if err != nil {
		return err
	}
	f := failed{inARow: map[string]int{}}
	for k := 0; k < len(asks); k++ {
		a := asks[k]
		if left, err := s.left(ctx); err != nil || a.weight > left {
			return errors.Join(err, f.err(s.name, len(asks)))
		}
		if f.inARow[a.kind] >= mostFailures {
			f.left++
			continue
		}
		err := s.get(ctx, a)
		switch f.add(a.kind, err); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errSpent), daycast.CodeOf(err) == daycast.Unauthorized:
			return f.err(s.name, len(asks))
		case err != nil && daycast.CodeOf(err) == daycast.Unavailable && a.ahead:
			f.forgive()
			asks = later(asks, k, a)
		}
		if told != nil {
			told(k+1, len(asks))
		}
	}
	return f.err(s.name, len(asks))
}

// later puts a forecast behind the others that follow the k-th ask.
func later(asks []ask, k int, a ask) []ask {
	a.ahead = false // once
	behind := slices.IndexFunc(asks[k+1:], func(b ask) bool { return !b.ahead })
	if behind < 0 {
		behind = len(asks) - k - 1
	}
	return slices.Insert(asks, k+1+behind, a)
}

// errSpent ends a Fetch: trying a request again took the day's last ones.
var errSpent = errors.New("the day's requests are spent")

// get makes a request.
func (s *Source) get(ctx context.Context, a ask) error {
	_, err := a.client.Get(ctx, a.request())
	if err == nil {
		return nil
	}
	left, stateErr := s.left(ctx)
	if stateErr == nil && left < a.weight {
		return errSpent
	}
	return errors.Join(err, stateErr)
}

// failed gathers what could not be had.
type failed struct {
	inARow map[string]int // by kind
	count  int
	left   int // not asked for, since others of the kind failed
	told   []error
}

// mostTold is how many errors of a Fetch are told in full.
const mostTold = 3

func (f *failed) add(kind string, err error) {
	switch {
	case err == nil:
		f.inARow[kind] = 0
	case !errors.Is(err, errSpent):
		f.inARow[kind]++
		f.count++
		f.told = append(f.told, err)
	}
}

// forgive takes the last failure back: it is tried again. Of its kind it was one
// more all the same.
func (f *failed) forgive() {
	f.count--
	f.told = f.told[:len(f.told)-1]
}

func (f *failed) err(name string, of int) error {
	if f.count+f.left == 0 {
		return nil
	}
	text := fmt.Sprintf("%s: %d of %d requests failed", name, f.count, of)
	if f.left > 0 {
		text += fmt.Sprintf(", %d were not made since too many had", f.left)
	}
	code := daycast.Unavailable
	if len(f.told) > 0 {
		code = daycast.CodeOf(f.told[0])
	}
	return errors.Join(append([]error{daycast.Errorf(code, "%s", text)}, f.told[:min(len(f.told), mostTold)]...)...)
}
