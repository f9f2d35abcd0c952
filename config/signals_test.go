package config

import (
	"strings"
	"testing"
)

const withSignals = "source:\n  kind: csv\n  files: {daily: d.csv}\nshop: {latitude: 52.5, longitude: 13.4}\nsignals:\n"

func TestSignals(t *testing.T) {
	path := write(t, withSignals+`
  holidays: [offline, calendarific]
  weather: openmeteo
  events: events.csv
  trends:
    - {name: tea, source: x, query: "tea lang:en", scope: category, keys: [Tea]}
    - {name: cups, source: google, query: "cups.csv#Cups"}
  apis:
    - {name: x, key: "${DAYCAST_TEST_X}", per_day: 50, full: true}
    - {name: calendarific, key: plain}
`)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	s := c.Signals
	if !strings.HasSuffix(s.Events, "/events.csv") || !strings.HasSuffix(s.Trends[1].Query, "/cups.csv#Cups") {
		t.Errorf("files are not below the config's folder: %q, %q", s.Events, s.Trends[1].Query)
	}
	if _, err := s.API("x").ReadKey(); err == nil || !strings.Contains(err.Error(), "DAYCAST_TEST_X is not set") {
		t.Errorf("a key that is not set: %v", err)
	}
	t.Setenv("DAYCAST_TEST_X", "token")
	if key, err := s.API("x").ReadKey(); err != nil || key.Reveal() != "token" || s.API("x").KeyFrom() != "DAYCAST_TEST_X" {
		t.Errorf("the key is %q: %v", key.Reveal(), err)
	}
	if a := s.API("nager"); a.Name != "nager" || a.PerDay != 0 {
		t.Errorf("an API that is not told of: %+v", a)
	}
}

func TestSignalsNameWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"  holidays: [nagger]\n":                                             `"nagger" is not known`,
		"  holidays: [nager, nager]\n":                                       "nager comes twice",
		"  weather: openweather\n":                                           "openweather wants a key",
		"  weather: sun\n":                                                   `"sun" is not known`,
		"  trends: [{name: Tea, source: wikimedia, query: a/b}]\n":           "small letters",
		"  trends: [{name: tea, source: wikimedia, query: a/b}]\n":           "whom to write to",
		"  trends: [{name: tea, source: google, query: f.csv}]\n":            "a file and a column",
		"  trends: [{name: tea, source: wikimedia}]\n":                       "query: missing",
		"  trends: [{name: tea, source: google, query: f#q, scope: item}]\n": "keys: ",
		"  apis: [{name: x, per_day: -1}]\n":                                 "per_day",
		"  apis: [{name: nager, url: nager.date}]\n":                         "want an address",
		"  apis: [{name: nager, full: true}]\n":                              "not for nager",
	} {
		if _, err := Load(write(t, withSignals+text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
