package fetch

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"golang.org/x/time/rate"

	"daycast"
)

// Options are what is particular to an API. Zeros stand for usual values.
type Options struct {
	Name      string  // of the source, such as "openweather"
	Base      string  // URL before the paths
	Key       Key     // of the user
	PerDay    int     // requests that a day of UTC may have, repeated ones included; 0: no limit
	PerSecond float64 // requests that a second may have; 0: no limit

	// Check refuses an answer of status 200 that is none, such as an error in
	// JSON; nil: any JSON will do. An error of code unavailable is tried again.
	Check func(body []byte) error
	// Nothing tells whether an answer of status 404 says that the API has nothing
	// on what was asked, which is an answer; nil: none does.
	Nothing func(body []byte) bool
	// Agent is who asks, for APIs that want to know whom to write to; "daycast".
	Agent string

	// After is the wait that the body of a status 429 asks for, for APIs without
	// a header for it; 0, or nil: it asks for none.
	After func(body []byte, now time.Time) time.Duration

	Timeout  time.Duration // of one try; 20 s
	Patience time.Duration // longest wait that a server may ask for, and between two tries; 30 s
	Wait     time.Duration // before the second try; 0.5 s, then twice as long each time
	Rest     time.Duration // for an API that is down; a minute

	Transport http.RoundTripper
	Now       func() time.Time
}

// tries of one request at most, and how many requests in a row must fail in all
// of theirs before the API gets a rest.
const (
	tries    = 5
	failures = 3
)

// A Key is the user's secret and where the API wants it. Without a Param it is
// a bearer token; without a Secret none is sent.
type Key struct {
	Secret string
	Param  string // name in the query
	Env    string // the environment variable that it comes from, for hints
}

// A Request is what an API is asked. The key is no part of it.
type Request struct {
	Path  string // behind Options.Base
	Query url.Values
	// Fresh is how old a kept answer may be to serve; Forever where what is
	// asked for cannot change any more.
	Fresh time.Duration
	// Weight is as how many requests the API counts it; 0: as one.
	Weight int
	// Check refuses an answer as Options.Check does, by what this request asks
	// for: what cannot be read is not kept. nil: any will do.
	Check func(body []byte) error
}

// Forever is the Fresh of what does not change.
const Forever = time.Duration(math.MaxInt64)

// String is the request without its host: by it answers are kept.
func (r Request) String() string {
	if len(r.Query) == 0 {
		return r.Path
	}
	return r.Path + "?" + r.Query.Encode()
}

// An Answer is what an API said to a request.
type Answer struct {
	Request string    // as Request.String
	At      time.Time // when it first said so
	Seen    time.Time // when it last said the same
	Body    []byte    // JSON; empty where the API has nothing to say
}

// A Client asks one API. It is safe for concurrent use.
type Client struct {
	o       Options
	archive *Archive
	http    *http.Client
	limit   *rate.Limiter
	policy  failsafe.Executor[[]byte]
}

// New is a client whose answers are kept in the archive.
func New(archive *Archive, o Options) *Client {
	or := func(d *time.Duration, usual time.Duration) {
		if *d <= 0 {
			*d = usual
		}
	}
	or(&o.Timeout, 20*time.Second)
	or(&o.Patience, 30*time.Second)
	or(&o.Wait, time.Second/2)
	or(&o.Rest, time.Minute)
	o.Agent = cmp.Or(o.Agent, "daycast")
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	limit := rate.NewLimiter(rate.Inf, 1)
	if o.PerSecond > 0 {
		limit = rate.NewLimiter(rate.Limit(o.PerSecond), 1)
	}
	again := retrypolicy.NewBuilder[[]byte]().
		HandleIf(func(_ []byte, err error) bool { return passing(err) }).
		AbortIf(func(_ []byte, err error) bool { return waitOf(err) > o.Patience }).
		WithMaxAttempts(tries).WithBackoff(o.Wait, max(o.Patience, 2*o.Wait)).WithJitterFactor(0.25).ReturnLastFailure().
		WithDelayFunc(func(e failsafe.ExecutionAttempt[[]byte]) time.Duration {
			if wait := waitOf(e.LastError()); wait > 0 {
				return wait
			}
			return -1 // the growing wait
		}).Build()
	breaker := circuitbreaker.NewBuilder[[]byte]().
		HandleIf(func(_ []byte, err error) bool { return passing(err) }).
		WithFailureThreshold(failures).WithDelay(o.Rest).Build()
	return &Client{
		o: o, archive: archive, limit: limit,
		http:   &http.Client{Transport: o.Transport, Timeout: o.Timeout},
		policy: failsafe.With[[]byte](breaker, again),
	}
}

// Name is the source's.
func (c *Client) Name() string { return c.o.Name }

// Archive is where the answers are.
func (c *Client) Archive() *Archive { return c.archive }

// Now is the moment by the client's clock.
func (c *Client) Now() time.Time { return c.o.Now() }

// State is the API's, and how many requests of today are left; -1: no limit is
// known.
func (c *Client) State(ctx context.Context) (State, int, error) {
	s, err := c.archive.State(ctx, c.o.Name, c.o.Now())
	return s, s.Left(c.o.PerDay), err
}

// Get is the API's answer to a request, or a kept one that is fresh. It fails
// with code unavailable where asking later may help, and then says when, else
// with invalid or unauthorized. No error shows the key.
func (c *Client) Get(ctx context.Context, r Request) (Answer, error) {
	kept, held, err := c.Held(ctx, r)
	if err != nil || held {
		return kept, err
	}
	if err := c.archive.awaited(ctx, c.o.Name, c.o.Now()); err != nil {
		return Answer{}, err
	}
	body, err := c.policy.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[[]byte]) ([]byte, error) {
		return c.try(e.Context(), r)
	})
	if errors.Is(err, circuitbreaker.ErrOpen) {
		err = daycast.Errorf(daycast.Unavailable, "%s is down: it is asked again in %s", c.o.Name, c.o.Rest)
	}
	if ctx.Err() != nil {
		return Answer{}, context.Cause(ctx)
	}
	now := c.o.Now()
	if err != nil {
		return Answer{}, errors.Join(err, c.archive.failed(ctx, c.o.Name, now, err.Error(), until(now, err)))
	}
	return c.archive.put(ctx, c.o.Name, r.String(), now, body)
}

// Held is the kept answer to a request, where it is fresh enough to serve.
func (c *Client) Held(ctx context.Context, r Request) (Answer, bool, error) {
	kept, ok, err := c.archive.Latest(ctx, c.o.Name, r)
	if err != nil || !ok {
		return Answer{}, false, err
	}
	return kept, r.Fresh == Forever || c.o.Now().Sub(kept.Seen) < r.Fresh, nil
}

// hide takes the key out of what others say.
func (c *Client) hide(text string) string {
	if c.o.Key.Secret == "" {
		return text
	}
	text = strings.ReplaceAll(text, url.QueryEscape(c.o.Key.Secret), "...")
	return strings.ReplaceAll(text, c.o.Key.Secret, "...")
}
