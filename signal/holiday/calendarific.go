package holiday

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"daycast"
	"daycast/signal/fetch"
)

// NewCalendarific is Calendarific v2 (https://calendarific.com), which wants a
// key: 230 countries with their states, a request a country and year.
//
// Types that are holidays (national, federal, public, state, local) are the
// signal "holiday", for all places or for those of its states; those of schools
// are "school_free"; religious, optional and other days are "observance". Names
// are English, days off for a holiday on another day have " (observed)" behind.
func NewCalendarific(archive *fetch.Archive, o Options) *Online {
	fill(&o.Options, "calendarific", "https://calendarific.com")
	if o.Key.Param == "" {
		o.Key.Param = "api_key"
	}
	name := o.Name
	return online(archive, o, api{
		last: 2049, // by its documentation
		request: func(country string, year int) fetch.Request {
			return fetch.Request{Path: "/api/v2/holidays", Query: url.Values{"country": {country}, "year": {strconv.Itoa(year)}}}
		},
		decode: func(body []byte) ([]entry, error) { return decodeCalendarific(name, body) },
	})
}

type calendarificAnswer struct {
	Meta struct {
		Code   int    `json:"code"`
		Type   string `json:"error_type"`
		Detail string `json:"error_detail"`
	} `json:"meta"`
	Response json.RawMessage `json:"response"` // [] in errors
}

type calendarificHoliday struct {
	Name string `json:"name"`
	Date struct {
		ISO string `json:"iso"` // may have a time
	} `json:"date"`
	Type      []string        `json:"type"`
	Locations string          `json:"locations"`
	States    json.RawMessage `json:"states"` // "All" or a list
}

func decodeCalendarific(source string, body []byte) ([]entry, error) {
	var answer calendarificAnswer
	if err := fetch.Decode(source, body, &answer); err != nil {
		return nil, err
	}
	if answer.Meta.Code != 200 {
		return nil, calendarificError(source, answer)
	}
	var response struct {
		Holidays []calendarificHoliday `json:"holidays"`
	}
	if text := strings.TrimSpace(string(answer.Response)); text == "[]" {
		return nil, nil // a country without any
	}
	if err := fetch.Decode(source, answer.Response, &response); err != nil {
		return nil, err
	}
	if response.Holidays == nil {
		return nil, fetch.Drift(source, "response.holidays is missing")
	}
	var entries []entry
	for k, h := range response.Holidays {
		day, err := daycast.ParseDay(h.Date.ISO[:min(len(h.Date.ISO), len("2006-01-02"))])
		if err != nil {
			return nil, fetch.Drift(source, fmt.Sprintf("date.iso of holiday %d is %.40q, and was a date", k+1, h.Date.ISO))
		}
		name, observed := named(h.Name)
		if name == "" || len(h.Type) == 0 {
			return nil, fetch.Drift(source, fmt.Sprintf("holiday %d of %s has no name or no type", k+1, day))
		}
		regions, err := calendarificRegions(source, h)
		if err != nil {
			return nil, err
		}
		for _, kind := range calendarificKinds(h.Type) {
			entries = append(entries, entry{kind: kind, day: day, name: name, observed: observed, regions: regions})
		}
	}
	return entries, nil
}

// calendarificError is an error that came with status 200. Its codes are those
// of HTTP, and 600 (maintenance), 601 (key), 602 (query) and 603 (plan).
func calendarificError(source string, a calendarificAnswer) error {
	what := strings.TrimSpace(a.Meta.Type + " " + a.Meta.Detail)
	switch code := a.Meta.Code; {
	case code == 0:
		return fetch.Drift(source, "meta.code is missing")
	case code == 401, code == 402, code == 403, code == 601, code == 603:
		return daycast.Errorf(daycast.Unauthorized, "%s refuses the key (meta.code %d): %s", source, code, what).
			WithHint("see that the key is active, and what the account's plan includes")
	case code == 429, code >= 500 && code <= 600:
		return daycast.Errorf(daycast.Unavailable, "%s: meta.code %d: %s", source, code, what)
	default:
		return daycast.Errorf(daycast.Invalid, "%s refuses the request (meta.code %d): %s", source, code, what)
	}
}

// calendarificRegions are the states that a day is for; nil: all.
func calendarificRegions(source string, h calendarificHoliday) ([]string, error) {
	var word string
	if json.Unmarshal(h.States, &word) == nil && word != "" {
		if strings.EqualFold(word, "all") {
			return nil, nil
		}
		return nil, fetch.Drift(source, fmt.Sprintf("states is %.40q, and was All or a list", word))
	}
	var states []struct {
		ISO string `json:"iso"`
	}
	if err := json.Unmarshal(h.States, &states); err != nil || len(states) == 0 {
		if h.Locations == "" || strings.EqualFold(h.Locations, "all") {
			return nil, nil
		}
		return nil, fetch.Drift(source, fmt.Sprintf("states of %.60q is neither All nor a list", h.Name))
	}
	var regions []string
	for _, s := range states {
		if s.ISO == "" {
			return nil, fetch.Drift(source, fmt.Sprintf("a state of %.60q has no iso", h.Name))
		}
		regions = append(regions, strings.ToUpper(s.ISO))
	}
	return regions, nil
}

// notFree are in the types of days whose name has "holiday", but on which most
// people work.
var notFree = []string{"observance", "optional", "half", "facto", "restricted", "working", "jewish", "bank"}

func calendarificKinds(types []string) []string {
	var free, school, other bool
	for _, t := range types {
		t = strings.ToLower(t)
		switch {
		case strings.Contains(t, "school"):
			school = true
		case strings.Contains(t, "holiday") && !containsAny(t, notFree):
			free = true
		case t == "bank holiday": // in Britain and Ireland: all are free
			free = true
		default:
			other = true
		}
	}
	var all []string
	if free {
		all = append(all, Public)
	} else if other {
		all = append(all, Observance)
	}
	if school {
		all = append(all, School)
	}
	return all
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
