package holiday

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"daycast"
	"daycast/signal/fetch"
)

// NewNager is Nager.Date v3 (https://date.nager.at), which is free and wants no
// key: about 120 countries, a request a country and year.
//
// Its type Public is the signal "holiday", School is "school_free", and Bank,
// Authorities, Optional and Observance are "observance": shops are open. Names
// are the local ones. It lists a moved holiday on the day that people are free,
// mostly without a word about it.
func NewNager(archive *fetch.Archive, o Options) *Online {
	fill(&o.Options, "nager", "https://date.nager.at")
	name := o.Name
	return online(archive, o, api{
		request: func(country string, year int) fetch.Request {
			return fetch.Request{Path: "/api/v3/PublicHolidays/" + strconv.Itoa(year) + "/" + url.PathEscape(country)}
		},
		decode: func(body []byte) ([]entry, error) { return decodeNager(name, body) },
	})
}

func fill(o *fetch.Options, name, base string) {
	if o.Name == "" {
		o.Name = name
	}
	if o.Base == "" {
		o.Base = base
	}
}

type nagerHoliday struct {
	Date       string   `json:"date"`
	LocalName  string   `json:"localName"`
	Name       string   `json:"name"`
	Counties   []string `json:"counties"`
	LaunchYear *int     `json:"launchYear"`
	Types      []string `json:"types"`
}

func decodeNager(source string, body []byte) ([]entry, error) {
	if len(body) == 0 {
		return nil, nil // 204: nothing of that country
	}
	var holidays []nagerHoliday
	if err := fetch.Decode(source, body, &holidays); err != nil {
		return nil, err
	}
	if holidays == nil {
		return nil, fetch.Drift(source, "it is null, and was a list")
	}
	var entries []entry
	for k, h := range holidays {
		day, err := daycast.ParseDay(h.Date)
		if err != nil {
			return nil, fetch.Drift(source, fmt.Sprintf("date of holiday %d is %.40q, and was YYYY-MM-DD", k+1, h.Date))
		}
		name, observed := named(h.LocalName)
		if name == "" {
			name, observed = named(h.Name)
		}
		if name == "" || len(h.Types) == 0 {
			return nil, fetch.Drift(source, fmt.Sprintf("holiday %d of %s has no name or no types", k+1, h.Date))
		}
		e := entry{day: day, name: name, observed: observed, since: launched(day, h.LaunchYear)}
		for _, county := range h.Counties {
			e.regions = append(e.regions, strings.ToUpper(county))
		}
		for _, kind := range nagerKinds(h.Types) {
			e.kind = kind
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// launched is the day of the first year, 0 where that is not known.
func launched(day daycast.Day, year *int) daycast.Day {
	if year == nil || *year < 1 || *year > day.Time().Year() {
		return 0
	}
	t := day.Time()
	return daycast.DayOf(t.AddDate(*year-t.Year(), 0, 0))
}

func nagerKinds(types []string) []string {
	var all []string
	switch {
	case slices.Contains(types, "Public"):
		all = append(all, Public)
	case slices.ContainsFunc(types, func(t string) bool { return t != "School" }):
		all = append(all, Observance)
	}
	if slices.Contains(types, "School") {
		all = append(all, School)
	}
	return all
}
