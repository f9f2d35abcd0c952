package signaltest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
)

// A Fault is how a server of an API fails.
type Fault string

// The faults that all APIs know.
const (
	Sound     Fault = ""
	BadKey    Fault = "401"       // the key is none
	Unpaid    Fault = "402"       // the credits are spent
	Forbidden Fault = "403"       // the plan does not include it
	TooMany   Fault = "429"       // too many requests, with Retry-After
	Broken    Fault = "500"       // an error of its own
	Down      Fault = "503"       // an error of what is before it, in HTML
	HTML      Fault = "html"      // a page in place of JSON, with status 200
	Truncated Fault = "truncated" // JSON that breaks off, with a length that fits
	Hangup    Fault = "hangup"    // the connection breaks off in the answer
)

// Faults are what goes wrong with a server, and what it was asked. The zero
// value is a server without fault.
type Faults struct {
	mu    sync.Mutex
	fault Fault
	next  []Fault
	asked []string
	// Every makes each k-th request fail with Broken, where it is above 0.
	Every int
}

// Fail makes all requests fail from now on; with Sound none.
func (f *Faults) Fail(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// Next makes the next requests fail, one after another.
func (f *Faults) Next(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, faults...)
}

// Asked are the requests so far, as path and query.
func (f *Faults) Asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

func (f *Faults) take(r *http.Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.RequestURI())
	if len(f.next) > 0 {
		fault := f.next[0]
		f.next = f.next[1:]
		return fault
	}
	if f.fault == Sound && f.Every > 0 && len(f.asked)%f.Every == 0 {
		return Broken
	}
	return f.fault
}

// Serve answers a request by a sound server, or with a fault. says is the body
// of an error in the API's own words and its content type; a fault that only the
// API knows is the other's.
func (f *Faults) Serve(w http.ResponseWriter, r *http.Request, sound func(http.ResponseWriter, *http.Request), says func(status int) (kind, body string), other func(Fault, http.ResponseWriter)) {
	fail := func(status int) {
		kind, body := says(status)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	page := func(status int) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body><h1>Service Temporarily Unavailable</h1></body></html>\n")
	}
	switch fault := f.take(r); fault {
	case Sound:
		sound(w, r)
	case BadKey:
		fail(http.StatusUnauthorized)
	case Unpaid:
		fail(http.StatusPaymentRequired)
	case Forbidden:
		fail(http.StatusForbidden)
	case TooMany:
		w.Header().Set("Retry-After", "0")
		fail(http.StatusTooManyRequests)
	case Broken:
		fail(http.StatusInternalServerError)
	case Down:
		page(http.StatusServiceUnavailable)
	case HTML:
		page(http.StatusOK)
	case Truncated, Hangup:
		whole := httptest.NewRecorder()
		sound(whole, r)
		body := whole.Body.Bytes()
		w.Header().Set("Content-Type", "application/json")
		if fault == Hangup {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
		}
		_, _ = w.Write(body[:len(body)/2])
	default:
		if other == nil {
			fail(http.StatusInternalServerError)
			return
		}
		other(fault, w)
	}
}
