package holiday_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/signal"
	"daycast/signal/holiday"
	"daycast/signal/signaltest"
)

const eventsFile = "\ufeffname,from,to,day,place,category,known_at\n" +
	"Black Week,2025-11-24,2025-11-30,,,,2025-11-01\n" +
	"Black Friday,,,2025-11-28,,,\n" +
	"\"Fair, old town\",2025-11-27,2025-11-29,,munich,,2025-12-01\n" +
	"Boots weeks,2025-11-29,2025-12-02,,,boots,2025-10-01\n" +
	"Opening,,,2025-11-28,elsewhere,,\n"

func TestEvents(t *testing.T) {
	e, err := holiday.ReadEvents("events.csv", []byte(eventsFile))
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, "2025-11-27", "2025-12-31", bavaria)
	signaltest.Run(t, e, r)
	r.To = day(t, "2025-11-29")
	var got []string
	for row, err := range e.Signals(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s known %s: %s", row.Name, row.Scope, row.Day, row.KnownAt, row.Code))
	}
	want := []string{
		"event shop 2025-11-27 known 2025-11-01: Black Week",
		"event shop 2025-11-28 known 2015-12-01: Black Friday",
		"event shop 2025-11-29 known 2025-11-01: Black Week",
		"event place 2025-11-27 known 2025-12-01: Fair, old town",
		"event place 2025-11-28 known 2025-12-01: Fair, old town",
		"event place 2025-11-29 known 2025-12-01: Fair, old town",
		"event category 2025-11-29 known 2025-10-01: Boots weeks",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	if !slices.Equal(e.Places(), []string{"elsewhere", "munich"}) || !slices.Equal(e.Categories(), []string{"boots"}) {
		t.Errorf("places %q, categories %q", e.Places(), e.Categories())
	}
}

func TestEventsWrong(t *testing.T) {
	for name, test := range map[string]struct{ file, text string }{
		"empty":              {"", "line 1: it has no header"},
		"another column":     {"name,day,colour\n", "line 1: no column is called colour"},
		"a column twice":     {"name,day,day\n", "line 1: two columns are called day"},
		"no to":              {"name,from\n", "line 1: a column is missing"},
		"a day that is none": {"name,day\n\nSale,2025-13-01\n", `line 3: day: day "2025-13-01": want YYYY-MM-DD`},
		"no name":            {"name,day\n,2025-12-01\n", "line 2: it has no name"},
		"no day":             {"name,from,to,day\nSale,,,\n", "line 2: from: day \"\""},
		"both":               {"name,from,to,day\nSale,2025-12-01,2025-12-02,2025-12-01\n", "line 2: it has a day, and also a from"},
		"backwards":          {"name,from,to\nSale,2025-12-03,2025-12-02\n", "before it begins on 2025-12-03"},
		"for ever":           {"name,from,to\nSale,2025-12-03,2035-12-02\n", "more than a year"},
		"two scopes":         {"name,day,place,category\nSale,2025-12-03,a,b\n", "a place and a category"},
		"a field too many":   {"name,day\nSale,2025-12-03,x\n", "line 2: wrong number of fields"},
		"a quote":            {"name,day\n\"Sale,2025-12-03\n", "line 2: extraneous or missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := holiday.ReadEvents("events.csv", []byte(test.file))
			if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(fmt.Sprint(err), "events.csv, ") || !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := holiday.OpenEvents("not/there.csv"); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("got %v", err)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(eventsFile))
	f.Add([]byte("name,day\nSale,2025-12-03\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := holiday.ReadEvents("events.csv", body)
		if err != nil {
			return
		}
		r := signal.Request{From: 20000, To: 20400, Places: []daycast.Place{{ID: "p"}}}
		for row, err := range e.Signals(t.Context(), r) {
			if err != nil || row.Day < r.From || row.Day > r.To || row.Code == "" {
				t.Fatalf("%+v, %v", row, err)
			}
		}
	})
}
