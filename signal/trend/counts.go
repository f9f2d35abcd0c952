package trend

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"daycast"
	"daycast/signal"
	"daycast/signal/fetch"
)

// Options are how an API of trends is asked, and for what. The name and the
// address are filled in where they are empty.
type Options struct {
	fetch.Options
	Zone    *time.Location // of the shop; nil: UTC
	Queries []Query
}

const (
	// morning is when a run may take place, after the shop's midnight: what comes
	// later than that is known to the next day's run.
	morning = 6 * time.Hour
	// settled is how long after a day's count is due it is no longer asked for,
	// where the answers lack it.
	settled = 4 * 24 * time.Hour
	// pause is how soon the same days are asked for again where they were not there.
	pause = 3 * time.Hour
)

// Counts are an API that counts something a day of UTC: a signal.Fetcher. It
// asks for the days that no answer in its archive has, and never for today.
type Counts struct {
	client  *fetch.Client
	zone    *time.Location
	queries []Query
	api     api
}

// An api is what is particular to one.
type api struct {
	lag     time.Duration // from the end of a day until its count can be had
	first   func(today daycast.Day) daycast.Day
	most    int      // days of one request
	under   []string // what its requests begin with
	request func(q Query, from, to daycast.Day) fetch.Request
	// about reads a request back: what of, as of tells of a query, and which days.
	about  func(request string) (what string, from, to daycast.Day, ok bool)
	of     func(q Query) string
	decode func(body []byte) (page, error)
	next   func(request fetch.Request, token string) fetch.Request
}

// A page is one answer.
type page struct {
	counts map[daycast.Day]float32
	next   string // token of the next page; empty: there is none
}

func newCounts(archive *fetch.Archive, o Options, a api) (*Counts, error) {
	if err := Check(o.Queries); err != nil {
		return nil, err
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	o.Check = func(body []byte) error {
		_, err := a.decode(body)
		return err
	}
	return &Counts{client: fetch.New(archive, o.Options), zone: o.Zone, queries: o.Queries, api: a}, nil
}

// Name is the API's.
func (c *Counts) Name() string { return c.client.Name() }

// Plan says what Fetch would ask. Kept are the answers about the days.
func (c *Counts) Plan(ctx context.Context, r signal.Request) (signal.Plan, error) {
	all, err := c.load(ctx)
	if err != nil {
		return signal.Plan{}, err
	}
	plan, err := signal.PlanOf(ctx, c.client, c.requests(all, r))
	for _, h := range all {
		for _, a := range h.asked {
			if a.from <= r.To && a.to >= r.From {
				plan.Kept++
			}
		}
	}
	return plan, err
}

// Fetch asks for the days that are missing, and the pages that follow.
func (c *Counts) Fetch(ctx context.Context, r signal.Request, told func(done, total int)) error {
	all, err := c.load(ctx)
	if err != nil {
		return err
	}
	var missing []error
	been := map[string]bool{}
	for requests := c.requests(all, r); len(requests) > 0; {
		if err := signal.FetchAll(ctx, c.client, requests, told); err != nil {
			missing = append(missing, err)
		}
		if ctx.Err() != nil {
			break
		}
		if requests, err = c.following(ctx, requests, been); err != nil {
			return err
		}
	}
	return errors.Join(missing...)
}

// following are the requests for the pages after those of the requests, each
// only once: a server may say that a page follows itself.
func (c *Counts) following(ctx context.Context, requests []fetch.Request, been map[string]bool) ([]fetch.Request, error) {
	var all []fetch.Request
	for _, r := range requests {
		answer, ok, err := c.client.Archive().Latest(ctx, c.Name(), r)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		p, err := c.api.decode(answer.Body)
		if err != nil {
			return nil, err
		}
		if p.next == "" || c.api.next == nil {
			continue
		}
		if next := c.api.next(r, p.next); !been[next.String()] {
			been[next.String()] = true
			all = append(all, next)
		}
	}
	return all, nil
}

// Try asks for the first query's newest days and gives the newest count.
func (c *Counts) Try(ctx context.Context, _ signal.Request) (daycast.Signal, error) {
	if len(c.queries) == 0 {
		return daycast.Signal{}, daycast.Errorf(daycast.Invalid, "%s: there are no queries", c.Name()).WithField("queries")
	}
	q, last := c.queries[0], c.last()
	answer, err := c.client.Get(ctx, c.api.request(q, last-2, last))
	if err != nil {
		return daycast.Signal{}, err
	}
	p, err := c.api.decode(answer.Body)
	if err != nil {
		return daycast.Signal{}, err
	}
	for d := last; d >= last-2; d-- {
		if n, ok := p.counts[d]; ok {
			row := daycast.Signal{Name: q.Signal(), Scope: q.Scope, Day: d, KnownAt: c.known(d), Value: n}
			if len(q.Keys) > 0 {
				row.Key = q.Keys[0]
			}
			return row, nil
		}
	}
	return daycast.Signal{}, daycast.Errorf(daycast.Invalid, "%s has nothing on %q", c.Name(), q.Text).
		WithField("queries").WithHint("see that it is written as the source writes it")
}

// Status is how the API stands: it should answer once a day.
func (c *Counts) Status(ctx context.Context) (signal.Status, error) {
	return signal.StatusOf(ctx, c.client, 36*time.Hour+c.api.lag)
}

// Signals yields the counts by query, key and day.
func (c *Counts) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		all, err := c.load(ctx)
		if err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		for k, q := range c.queries {
			if !q.rows(c.values(all[k]), r, yield) {
				return
			}
		}
	}
}

// ends is when a day of UTC is over.
func ends(d daycast.Day) time.Time { return (d + 1).Time() }

// last is the newest day whose count can be had.
func (c *Counts) last() daycast.Day {
	return daycast.DayOf(c.client.Now().Add(-c.api.lag-10*time.Minute).UTC()) - 1
}

// known is when a day's count is known at the earliest: when it can be had by
// the shop's morning, and not before the shop's own day is over.
func (c *Counts) known(d daycast.Day) daycast.Day {
	return max(d, signal.Known(ends(d).Add(c.api.lag+24*time.Hour-morning), c.zone))
}

// A history is what the archive has of a query.
type history struct {
	counts map[daycast.Day]count
	asked  []asked
}

type count struct {
	value float32
	at    time.Time
}

// asked are the days that an answer is about.
type asked struct {
	from, to daycast.Day
	at, seen time.Time
	whole    bool // no further page
}

// load reads the archive once for all queries.
func (c *Counts) load(ctx context.Context) ([]history, error) {
	all := make([]history, len(c.queries))
	of := map[string][]int{} // queries by what they ask
	for k, q := range c.queries {
		all[k].counts = map[daycast.Day]count{}
		of[c.api.of(q)] = append(of[c.api.of(q)], k)
	}
	for _, prefix := range c.api.under {
		for answer, err := range c.client.Archive().Under(ctx, c.Name(), prefix) {
			if err != nil {
				return nil, err
			}
			what, from, to, ok := c.api.about(answer.Request)
			if !ok || len(of[what]) == 0 {
				continue
			}
			p, err := c.api.decode(answer.Body)
			if err != nil {
				return nil, err
			}
			for _, k := range of[what] {
				h := &all[k]
				h.asked = append(h.asked, asked{from, to, answer.At, answer.Seen, p.next == ""})
				for d, n := range p.counts {
					if old, ok := h.counts[d]; !ok || answer.At.Before(old.at) {
						h.counts[d] = count{n, answer.At}
					}
				}
			}
		}
	}
	return all, nil
}

// values are the counts by day. One that an earlier answer lacked, which was
// asked for when it was due, was known when it came.
func (c *Counts) values(h history) []value {
	var all []value
	for d, n := range h.counts {
		v := value{day: d, known: c.known(d), value: n.value}
		for _, a := range h.asked {
			if a.whole && a.from <= d && d <= a.to && a.at.Before(n.at) {
				v.known = max(v.known, signal.Known(n.at, c.zone))
			}
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Compare(a.day, b.day) })
	return all
}

// requests are for the days that can be had and that no answer has, the newest
// first.
func (c *Counts) requests(all []history, r signal.Request) []fetch.Request {
	today := daycast.DayOf(c.client.Now().UTC())
	from, to := max(r.From, c.api.first(today)), min(r.To, c.last())
	type span struct {
		query    int
		from, to daycast.Day
	}
	var spans []span
	for k := range c.queries {
		end := to
		for d := to; d >= from-1; d-- {
			missing := d >= from && !all[k].has(d, c.api.lag)
			if !missing || int(end-d) >= c.api.most {
				if end > d {
					spans = append(spans, span{k, d + 1, end})
				}
				end = d
			}
			if !missing {
				end = d - 1
			}
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(b.to, a.to) })
	var requests []fetch.Request
	for _, s := range spans {
		request := c.api.request(c.queries[s.query], s.from, s.to)
		request.Fresh = pause
		requests = append(requests, request)
	}
	return requests
}

// has reports whether a day need not be asked for any more: it has a count, or
// an answer that came long after it was due lacks it.
func (h history) has(d daycast.Day, lag time.Duration) bool {
	if _, ok := h.counts[d]; ok {
		return true
	}
	return slices.ContainsFunc(h.asked, func(a asked) bool {
		return a.whole && a.from <= d && d <= a.to && a.seen.After(ends(d).Add(lag+settled))
	})
}
