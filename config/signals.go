package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The sources of signals, and the APIs that they ask.
var (
	holidaySources = []string{"offline", "nager", "calendarific"}
	weatherSources = []string{"openmeteo", "openweather"}
	trendSources   = []string{"x", "wikimedia", "google"}
	trendScopes    = []string{"", "shop", "place", "category", "item"}
	apis           = []string{"openweather", "openmeteo", "calendarific", "nager", "x", "wikimedia"}
	keyed          = []string{"openweather", "calendarific", "x"} // they want a key
)

// API is what the config says of one, by its name; the zero API where it says
// nothing.
func (s Signals) API(name string) API {
	for _, a := range s.APIs {
		if a.Name == name {
			return a
		}
	}
	return API{Name: name}
}

// Online reports whether any source is asked over the network.
func (s Signals) Online() bool { return len(s.asked()) > 0 }

// asked are the APIs that the signals ask.
func (s Signals) asked() []string {
	asked := append(slices.Clone(s.Holidays), s.Weather)
	for _, t := range s.Trends {
		asked = append(asked, t.Source)
	}
	return slices.DeleteFunc(asked, func(name string) bool { return !slices.Contains(apis, name) })
}

func (ck *checker) signals(s Signals) {
	for i, name := range s.Holidays {
		field := fmt.Sprintf("signals.holidays[%d]", i)
		ck.oneOf(name, field, holidaySources)
		ck.want(!slices.Contains(s.Holidays[:i], name), field, "%s comes twice", name)
	}
	if s.Weather != "" {
		ck.oneOf(s.Weather, "signals.weather", weatherSources)
	}
	for i, t := range s.Trends {
		ck.trend(fmt.Sprintf("signals.trends[%d]", i), t, s.Trends[:i])
	}
	for i, a := range s.APIs {
		field := fmt.Sprintf("signals.apis[%d]", i)
		ck.oneOf(a.Name, field+".name", apis)
		ck.want(!slices.ContainsFunc(s.APIs[:i], func(o API) bool { return o.Name == a.Name }), field+".name", "%s comes twice", a.Name)
		ck.want(a.PerDay >= 0, field+".per_day", "%d; want a number of requests, or 0", a.PerDay)
		ck.want(a.Rate >= 0, field+".rate", "%g; want a number of requests a second, or 0", a.Rate)
		ck.want(a.URL == "" || strings.HasPrefix(a.URL, "http://") || strings.HasPrefix(a.URL, "https://"), field+".url", "%q; want an address such as https://api.example.com", a.URL)
		ck.want(!a.Full || a.Name == "x", field+".full", "not for %s; x has it", a.Name)
		_, err := time.Parse(time.DateOnly, a.From)
		ck.want(a.From == "" || err == nil, field+".from", "%q; want a day as YYYY-MM-DD", a.From)
	}
	ck.want(!slices.Contains(s.asked(), "wikimedia") || strings.ContainsAny(s.API("wikimedia").Contact, "@/"), "signals.apis", "wikimedia wants to know whom to write to: add {name: wikimedia, contact: shop@example.com}")
	for _, name := range s.asked() {
		if slices.Contains(keyed, name) {
			ck.want(!s.API(name).Key.IsZero(), "signals.apis", "%s wants a key: add {name: %s, key: \"${%s_KEY}\"}", name, name, strings.ToUpper(name))
		}
	}
}

func (ck *checker) trend(field string, t Trend, before []Trend) {
	ck.oneOf(t.Source, field+".source", trendSources)
	ck.want(slotName.MatchString(t.Name), field+".name", "%q; want small letters, digits and _", t.Name)
	ck.want(!slices.ContainsFunc(before, func(o Trend) bool { return o.Name == t.Name && slices.Equal(o.Keys, t.Keys) && o.Scope == t.Scope }), field+".name", "%s comes twice for the same sales", t.Name)
	ck.want(strings.TrimSpace(t.Query) != "", field+".query", "missing; want what is counted")
	ck.want(slices.Contains(trendScopes, t.Scope), field+".scope", "%q is not known; want shop, place, category or item", t.Scope)
	ck.want((t.Scope == "" || t.Scope == "shop") == (len(t.Keys) == 0), field+".keys", "%q; want places, categories or items, and nothing for the shop", t.Keys)
	file, column, _ := strings.Cut(t.Query, "#")
	ck.want(t.Source != "google" || file != "" && column != "", field+".query", "%q; want a file and a column, such as trends.csv#tea", t.Query)
	project, article, _ := strings.Cut(t.Query, "/")
	ck.want(t.Source != "wikimedia" || project != "" && article != "", field+".query", "%q; want a project and an article, such as en.wikipedia/Tea", t.Query)
}
