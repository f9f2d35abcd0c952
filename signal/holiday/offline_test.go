package holiday_test

import (
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/signal"
	"daycast/signal/holiday"
	"daycast/signal/signaltest"
)

func day(t *testing.T, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// holidays are the codes of one place's days, by day.
func holidays(t *testing.T, p daycast.Place, from, to string) map[string]daycast.Signal {
	t.Helper()
	days := map[string]daycast.Signal{}
	r := signal.Request{From: day(t, from), To: day(t, to), Places: []daycast.Place{p}}
	for row, err := range (holiday.Offline{}).Signals(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		days[row.Day.String()] = row
	}
	return days
}

func TestOffline(t *testing.T) {
	signaltest.Run(t, holiday.Offline{}, signal.Request{
		From: day(t, "2018-06-01"), To: day(t, "2024-06-30"),
		Places: []daycast.Place{
			{ID: daycast.OnlyPlace, Country: "US"},
			{ID: "berlin", Country: "DE", Region: "DE-BE"},
			{ID: "online", Country: "gb"},
			{ID: "nowhere"},
		},
	})
}

func TestOfflineCountries(t *testing.T) {
	countries := holiday.Offline{}.Countries()
	if len(countries) < 35 || !slices.IsSorted(countries) {
		t.Fatalf("%d countries, sorted: %v", len(countries), slices.IsSorted(countries))
	}
	for _, country := range countries {
		t.Run(country, func(t *testing.T) {
			days := holidays(t, daycast.Place{Country: country}, "2023-01-01", "2023-12-31")
			if n := len(days); n < 4 || n > 30 {
				t.Errorf("%d holidays in a year", n)
			}
			if _, ok := days["2023-01-01"]; !ok {
				t.Error("no New Year's Day")
			}
		})
	}
}

// The figures are from gov.uk/bank-holidays, bundesregierung.de and opm.gov.
func TestOfflineDays(t *testing.T) {
	tests := map[string]struct {
		place    daycast.Place
		from, to string
		want     []string // days with holidays
		names    map[string]string
	}{
		"Christmas on a Saturday": {
			daycast.Place{Country: "GB"}, "2021-12-20", "2022-01-05",
			[]string{"2021-12-25", "2021-12-26", "2021-12-27", "2021-12-28", "2022-01-01", "2022-01-03"},
			map[string]string{"2021-12-25": "Christmas Day", "2021-12-27": "Christmas Day (observed)", "2021-12-28": "Boxing Day (observed)"},
		},
		"the actual day comes before the observed one": {
			daycast.Place{Country: "GB"}, "2022-12-24", "2022-12-28",
			[]string{"2022-12-25", "2022-12-26", "2022-12-27"},
			map[string]string{"2022-12-26": "Boxing Day"},
		},
		"an observed day in the year before": {
			daycast.Place{Country: "US"}, "2021-12-27", "2021-12-31",
			[]string{"2021-12-31"},
			map[string]string{"2021-12-31": "New Year's Day (observed)"},
		},
		"a state's own": {
			daycast.Place{Country: "DE", Region: "DE-BY"}, "2023-11-01", "2023-11-02",
			[]string{"2023-11-01"}, nil,
		},
		"not the country's": {
			daycast.Place{Country: "DE"}, "2023-11-01", "2023-11-02", nil, nil,
		},
		"a region without a calendar has the country's": {
			daycast.Place{Country: "FR", Region: "FR-75"}, "2023-07-10", "2023-07-20",
			[]string{"2023-07-14"}, nil,
		},
		"what all cantons share": {
			daycast.Place{Country: "CH"}, "2023-08-01", "2023-08-31", []string{"2023-08-01"}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			days := holidays(t, test.place, test.from, test.to)
			var got []string
			for d := range days {
				got = append(got, d)
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for d, want := range test.names {
				if days[d].Code != want {
					t.Errorf("%s is %q, want %q", d, days[d].Code, want)
				}
			}
		})
	}
}

func TestOfflineKnownAt(t *testing.T) {
	tests := map[string]struct{ country, day, known string }{
		"by rule":                      {"GB", "2023-12-25", "2013-12-27"},
		"of a single year":             {"GB", "2022-06-03", "2022-06-03"},
		"new, in its first year":       {"US", "2021-06-19", "2021-06-19"},
		"new, observed the day before": {"US", "2021-06-18", "2021-06-18"},
		"new, two years later":         {"US", "2023-06-19", "2021-06-19"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			row, ok := holidays(t, daycast.Place{Country: test.country}, test.day, test.day)[test.day]
			if !ok || row.KnownAt.String() != test.known {
				t.Errorf("%+v known at %s, want %s", row, row.KnownAt, test.known)
			}
		})
	}
}

func TestOfflineUnknownCountry(t *testing.T) {
	r := signal.Request{From: 19000, To: 19400, Places: []daycast.Place{{ID: "P1", Country: "XX"}}}
	for row, err := range (holiday.Offline{}).Signals(t.Context(), r) {
		if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), "GB") {
			t.Fatalf("got %+v, %v; want code invalid and the countries that would do", row, err)
		}
	}
}
