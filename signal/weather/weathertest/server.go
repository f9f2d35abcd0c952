package weathertest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"daycast"
)

// A Fault is what goes wrong with an answer.
type Fault int

// The faults.
const (
	None        Fault = iota
	ServerError       // status 500, with a text
	BadGateway        // status 502, with a page of HTML
	TooMany           // status 429, for a moment
	HTML              // status 200, with a page of HTML
	Truncated         // status 200, with half of the JSON
	Drifted           // status 200, with other names
	Hangup            // the connection ends
)

// Options of a server. Zeros stand for usual values.
type Options struct {
	Truth  Truth
	Key    string           // that OpenWeather's requests must have, and Open-Meteo's may; any, where empty
	PerDay int              // requests that a day of UTC may have; 0: no limit
	Zone   *time.Location   // in which places are, for OpenWeather; UTC
	Now    func() time.Time // the clock that the forecasts go by
	// Fault is what goes wrong with the k-th request, from 0; nil: nothing.
	Fault func(k int, r *http.Request) Fault
}

// A Server answers OpenWeather's requests below /data/3.0 and Open-Meteo's below
// /v1, so that one address serves for all of them. It is an http.Handler, safe
// for concurrent use.
type Server struct {
	o Options

	mu    sync.Mutex
	asked int
	paths map[string]int
	spent map[daycast.Day]int
}

// New is a server.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Server{o: o, paths: map[string]int{}, spent: map[daycast.Day]int{}}
}

// OpenWeatherPath is where OpenWeather's requests are answered.
const OpenWeatherPath = "/data/3.0"

// OneIn is a choice of faults that hits one request in n by chance, with each
// of the kinds that passes.
func OneIn(n int, seed uint64) func(int, *http.Request) Fault {
	passing := []Fault{ServerError, BadGateway, TooMany, HTML, Truncated, Hangup}
	return func(k int, _ *http.Request) Fault {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		if rng.IntN(n) > 0 {
			return None
		}
		return passing[rng.IntN(len(passing))]
	}
}

// Asked is how many requests came, of a path, or of all where it is empty.
func (s *Server) Asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if path == "" {
		return s.asked
	}
	return s.paths[path]
}

// Spent is how many requests came on a day of UTC, each as often as it counts.
func (s *Server) Spent(day daycast.Day) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent[day]
}

// count takes note of a request, and gives its number and what its day has had.
func (s *Server) count(r *http.Request, weight int) (k, spent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k = s.asked
	s.asked++
	s.paths[r.URL.Path]++
	day := daycast.DayOf(s.o.Now().UTC())
	s.spent[day] += weight
	return k, s.spent[day]
}

// ServeHTTP answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ours := strings.CutPrefix(r.URL.Path, OpenWeatherPath)
	weight := 1
	if !ours {
		weight = weightOf(r.URL.Query())
	}
	k, spent := s.count(r, weight)
	fault := None
	if s.o.Fault != nil {
		fault = s.o.Fault(k, r)
	}
	var status int
	var body any
	switch {
	case ours && s.o.PerDay > 0 && spent > s.o.PerDay, ours && fault == TooMany:
		status, body = http.StatusTooManyRequests, blocked
	case ours:
		status, body = s.openWeather(rest, r.URL.Query())
	case s.o.PerDay > 0 && spent > s.o.PerDay:
		status, body = http.StatusTooManyRequests, reason("Daily API request limit exceeded. Please try again tomorrow.")
	default:
		status, body = s.openMeteo(r.URL.Path, r.URL.Query())
	}
	if fault == TooMany && !ours {
		body = reason("Too many concurrent requests")
	}
	respond(w, status, body, fault)
}

func (s *Server) today(zone *time.Location) daycast.Day { return daycast.DayOf(s.o.Now().In(zone)) }

// respond writes an answer, or what becomes of it.
func respond(w http.ResponseWriter, status int, body any, fault Fault) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	const page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch fault {
	case ServerError:
		status, text = http.StatusInternalServerError, []byte(`{"cod":500,"message":"Internal error"}`)
	case BadGateway:
		w.Header().Set("Content-Type", "text/html")
		status, text = http.StatusBadGateway, []byte(page)
	case TooMany:
		w.Header().Set("Retry-After", "0")
		status = http.StatusTooManyRequests
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		status, text = http.StatusOK, []byte(page)
	case Truncated:
		text = text[:len(text)/2]
	case Drifted:
		text = []byte(strings.NewReplacer(`"max"`, `"highest"`, `_max"`, `_highest"`, `_previous_day`, `_run`).Replace(string(text)))
	case Hangup:
		w.Header().Set("Content-Length", strconv.Itoa(len(text)+1))
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client may have gone
}
