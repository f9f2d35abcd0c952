package app

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"daycast"
	"daycast/config"
	"daycast/signal"
	"daycast/signal/fetch"
	"daycast/signal/holiday"
	"daycast/signal/trend"
	"daycast/signal/weather"
)

// signalsFile is the archive of outside answers in the data folder.
const signalsFile = "signals.db"

// outlets open the sources of signals that a config names.
type outlets struct {
	config  config.Config
	world   World
	archive *fetch.Archive
}

// openSignals opens the sources of signals that the config names: of signals of
// one name the first counts.
func openSignals(ctx context.Context, c config.Config, w World) (sources []signal.Source, close func(), err error) {
	o := outlets{config: c, world: w}
	close = func() {}
	if c.Signals.Online() {
		if o.archive, err = fetch.Open(ctx, filepath.Join(c.Data, signalsFile)); err != nil {
			return nil, nil, err
		}
		close = func() { _ = o.archive.Close() }
	}
	for _, open := range []func() ([]signal.Source, error){o.holidays, o.events, o.weather, o.trends} {
		opened, err := open()
		if err != nil {
			close()
			return nil, nil, err
		}
		sources = append(sources, opened...)
	}
	return sources, close, nil
}

// asked are the options of an API, and where its key goes in the query.
func (o outlets) asked(name, param string) (fetch.Options, error) {
	a := o.config.Signals.API(name)
	key, err := a.ReadKey()
	return fetch.Options{
		Base: a.URL, PerDay: a.PerDay, PerSecond: a.Rate, Now: o.world.Now,
		Key: fetch.Key{Secret: key.Reveal(), Param: param, Env: a.KeyFrom()},
	}, err
}

func (o outlets) holidays() ([]signal.Source, error) {
	var sources []signal.Source
	for _, name := range o.config.Signals.Holidays {
		if name == "offline" {
			sources = append(sources, holiday.Offline{})
			continue
		}
		open, param := holiday.NewNager, ""
		if name == "calendarific" {
			open, param = holiday.NewCalendarific, "api_key"
		}
		options, err := o.asked(name, param)
		if err != nil {
			return nil, err
		}
		sources = append(sources, open(o.archive, holiday.Options{Options: options, Zone: o.config.Shop.Zone()}))
	}
	if len(sources) == 0 {
		return nil, nil
	}
	return []signal.Source{holiday.Merge(sources...)}, nil
}

func (o outlets) events() ([]signal.Source, error) {
	if o.config.Signals.Events == "" {
		return nil, nil
	}
	events, err := holiday.OpenEvents(o.config.Signals.Events)
	if err != nil {
		return nil, err
	}
	return []signal.Source{events}, nil
}

func (o outlets) weather() ([]signal.Source, error) {
	name := o.config.Signals.Weather
	if name == "" {
		return nil, nil
	}
	a, shop := o.config.Signals.API(name), o.config.Shop
	key, err := a.ReadKey()
	if err != nil {
		return nil, err
	}
	var from daycast.Day
	if a.From != "" {
		if from, err = daycast.ParseDay(a.From); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "signals.apis: %w", err)
		}
	}
	open := weather.NewOpenMeteo
	if name == "openweather" {
		open = weather.NewOpenWeather
	}
	return []signal.Source{open(o.archive, weather.Options{
		Key: key.Reveal(), KeyEnv: a.KeyFrom(), PerDay: a.PerDay, PerSecond: a.Rate, From: from, Base: a.URL, Now: o.world.Now,
		Shop: weather.Shop{Latitude: degrees(shop.Latitude), Longitude: degrees(shop.Longitude), TimeZone: shop.TimeZone},
	})}, nil
}

// trends has one source an API, and one a file.
func (o outlets) trends() ([]signal.Source, error) {
	var order []string
	queries := map[string][]trend.Query{} // by API or file
	for _, t := range o.config.Signals.Trends {
		from, q := t.Source, trend.Query{Name: t.Name, Text: t.Query, Scope: daycast.Scope(cmp.Or(t.Scope, "shop")), Keys: t.Keys}
		switch t.Source {
		case "google":
			from, q.Text, _ = strings.Cut(t.Query, "#")
		case "wikimedia":
			q.Project, q.Text, _ = strings.Cut(t.Query, "/")
		}
		if queries[from] == nil {
			order = append(order, from)
		}
		queries[from] = append(queries[from], q)
	}
	var sources []signal.Source
	for _, from := range order {
		s, err := o.trend(from, queries[from])
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func (o outlets) trend(from string, queries []trend.Query) (signal.Source, error) {
	if from != "x" && from != "wikimedia" {
		return trend.OpenGoogle(from, queries)
	}
	a := o.config.Signals.API(from)
	options, err := o.asked(from, "")
	if err != nil {
		return nil, err
	}
	counted := trend.Options{Options: options, Zone: o.config.Shop.Zone(), Queries: queries}
	if from == "wikimedia" {
		return trend.NewWikimedia(o.archive, trend.WikimediaOptions{Options: counted, Contact: a.Contact})
	}
	return trend.NewX(o.archive, trend.XOptions{Options: counted, All: a.Full})
}
