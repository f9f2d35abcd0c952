package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// mostBytes is how long an answer may be.
const mostBytes = 32 << 20

// A failure is an error of one try.
type failure struct {
	cause  *daycast.Error
	passes bool          // trying again may help
	wait   time.Duration // that the server asks for; 0: it does not say
}

func (f *failure) Error() string { return f.cause.Error() }
func (f *failure) Unwrap() error { return f.cause }

func passing(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.passes
}

func waitOf(err error) time.Duration {
	var f *failure
	if errors.As(err, &f) {
		return f.wait
	}
	return 0
}

// until is the moment before which the server does not want to be asked again;
// zero where it did not say.
func until(now time.Time, err error) time.Time {
	if wait := waitOf(err); wait > 0 {
		return now.Add(wait)
	}
	return time.Time{}
}

// try asks once.
func (c *Client) try(ctx context.Context, r Request) ([]byte, error) {
	if err := c.limit.Wait(ctx); err != nil {
		return nil, err
	}
	if err := c.archive.spend(ctx, c.o.Name, c.o.Now(), max(r.Weight, 1), c.o.PerDay); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address(r), nil)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "%s: its address %q is none", c.o.Name, c.o.Base)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.o.Agent)
	if c.o.Key.Param == "" && c.o.Key.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+c.o.Key.Secret)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var u *url.Error // its text has the whole address
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, c.away("cannot be reached: "+err.Error(), 0)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBytes+1))
	if err != nil {
		return nil, c.away("broke off its answer: "+err.Error(), 0)
	}
	if err := c.archive.told(ctx, c.o.Name, limits(resp.Header)); err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNotFound && c.o.Nothing != nil && c.o.Nothing(body) {
		return nil, nil
	}
	return body, c.judge(resp, body, r.Check)
}

func (c *Client) address(r Request) string {
	q := url.Values{}
	for k, v := range r.Query {
		q[k] = v
	}
	if c.o.Key.Param != "" && c.o.Key.Secret != "" {
		q.Set(c.o.Key.Param, c.o.Key.Secret)
	}
	address := strings.TrimSuffix(c.o.Base, "/") + r.Path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	return address
}

// judge says what is wrong with an answer.
func (c *Client) judge(resp *http.Response, body []byte, check func([]byte) error) error {
	said := c.hide(excerpt(body))
	switch code := resp.StatusCode; {
	case code == http.StatusNoContent:
		return nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return &failure{cause: daycast.Errorf(daycast.Unauthorized, "%s refuses the key (status %d): %s", c.o.Name, code, said).
			WithHint("see that %s holds a key that is active and may use this API", cmp.Or(c.o.Key.Env, "the key's variable"))}
	case code == http.StatusPaymentRequired:
		return &failure{cause: daycast.Errorf(daycast.Unauthorized, "%s wants payment (status 402): %s", c.o.Name, said).
			WithHint("see the plan and the credits of the account")}
	case code == http.StatusTooManyRequests:
		wait := c.retryAfter(resp.Header)
		if wait == 0 && c.o.After != nil && resp.Header.Get("Retry-After") == "" {
			wait = c.o.After(body, c.o.Now())
		}
		f := c.away("has had too many requests (status 429): "+said, wait)
		if wait > 0 {
			f.cause = f.cause.WithHint("it may be asked again in %s", wait.Round(time.Second))
		}
		return f
	case code >= 500:
		return c.away(fmt.Sprintf("failed (status %d): %s", code, said), c.retryAfter(resp.Header))
	case code != http.StatusOK:
		return &failure{cause: daycast.Errorf(daycast.Invalid, "%s refuses the request (status %d): %s", c.o.Name, code, said)}
	case len(body) > mostBytes:
		return &failure{cause: daycast.Errorf(daycast.Invalid, "%s answers more than %d MiB", c.o.Name, mostBytes>>20)}
	}
	if err := wellFormed(body); err != nil {
		return c.away("does not answer in JSON: "+err.Error(), 0)
	}
	for _, check := range []func([]byte) error{c.o.Check, check} {
		if check == nil {
			continue
		}
		if err := c.refused(check(body)); err != nil {
			return err
		}
	}
	return nil
}

// refused is the error of an answer that a check refuses.
func (c *Client) refused(err error) error {
	var e *daycast.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Message = c.hide(e.Message); !strings.HasPrefix(e.Message, c.o.Name+": ") {
		e.Message = c.o.Name + ": " + e.Message
	}
	return &failure{cause: e, passes: e.Code == daycast.Unavailable}
}

// away is an error that trying again may mend.
func (c *Client) away(what string, wait time.Duration) *failure {
	return &failure{cause: daycast.Errorf(daycast.Unavailable, "%s %s", c.o.Name, c.hide(what)), passes: true, wait: wait}
}

// retryAfter is the wait that a server asks for: Retry-After in seconds or as a
// date, else the moment at which its limit begins anew.
func (c *Client) retryAfter(h http.Header) time.Duration {
	after := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(after, 64); err == nil && s >= 0 && s < 1e7 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(at.Sub(c.o.Now()), 0)
	}
	if l := limits(h); l.known && l.remaining == 0 && !l.reset.IsZero() {
		return max(l.reset.Sub(c.o.Now()), 0)
	}
	return 0
}

// told are a server's own words about its limit.
type told struct {
	known            bool
	limit, remaining int
	reset            time.Time
}

// limits reads the headers x-rate-limit-* (X) and x-ratelimit-* (others).
func limits(h http.Header) told {
	number := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(cmp.Or(h.Get("X-Rate-Limit-"+name), h.Get("X-Ratelimit-"+name)), 10, 64)
		return n, err == nil
	}
	t := told{}
	if n, ok := number("Remaining"); ok {
		t.known, t.remaining = true, int(n)
	}
	if n, ok := number("Limit"); ok {
		t.limit = int(n)
	}
	if n, ok := number("Reset"); ok && n > 1e9 {
		t.reset = time.Unix(n, 0).UTC()
	}
	return t
}
