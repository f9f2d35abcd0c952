package holiday

import (
	"testing"

	"daycast"
)

const (
	nagerBody = `[{"date":"2017-01-01","localName":"Neujahr","name":"New Year's Day","countryCode":"AT","fixed":true,"global":true,"counties":null,"launchYear":1967,"types":["Public"]},
		{"date":"2017-11-01","localName":"Allerheiligen","name":"All Saints","countryCode":"DE","fixed":true,"global":false,"counties":["DE-BY"],"launchYear":null,"types":["Public","School"]}]`
	calendarificBody = `{"meta":{"code":200},"response":{"holidays":[
		{"name":"New Year's Day","description":"d","country":{"id":"us","name":"United States"},"date":{"iso":"2026-01-01","datetime":{"year":2026,"month":1,"day":1}},"type":["National holiday"],"primary_type":"Federal Holiday","locations":"All","states":"All"},
		{"name":"March Equinox","date":{"iso":"2026-03-20T10:45:57-04:00","datetime":{"year":2026,"month":3,"day":20,"hour":10},"timezone":{"offset":"-04:00"}},"type":["Season"],"locations":"All","states":"All"},
		{"name":"Cesar Chavez Day","date":{"iso":"2026-03-31"},"type":["State holiday"],"locations":"CA","states":[{"id":5,"abbrev":"CA","name":"California","exception":null,"iso":"us-ca"}]}]}}`
)

// checkEntries: whatever decodes makes rows that are in order.
func checkEntries(t *testing.T, entries []entry, err error) {
	if err != nil {
		if c := daycast.CodeOf(err); c == daycast.Internal {
			t.Fatalf("an error without a code: %v", err)
		}
		return
	}
	for _, e := range entries {
		if e.name == "" || e.kind == "" || e.regions != nil && len(e.regions) == 0 {
			t.Fatalf("%+v", e)
		}
	}
	v := []version{{10, entries}, {20, nil}, {30, entries}}
	for _, kind := range kinds {
		for _, said := range statements(v, kind, daycast.Place{Region: "DE-BY"}, func(e entry) daycast.Day { return e.since }) {
			for k := 1; k < len(said); k++ {
				if said[k].known <= said[k-1].known || said[k].code == said[k-1].code {
					t.Fatalf("%+v", said)
				}
			}
		}
	}
}

func FuzzNager(f *testing.F) {
	for _, s := range []string{nagerBody, "[]", "null", "", `[{"date":1}]`, `{"status":404}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, err := decodeNager("nager", body)
		checkEntries(t, entries, err)
	})
}

func FuzzCalendarific(f *testing.F) {
	for _, s := range []string{calendarificBody, `{"meta":{"code":429},"response":[]}`, `{"meta":{"code":200},"response":[]}`, "{}", "null", `{"meta":{"code":200},"response":{"holidays":[{"states":[]}]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, err := decodeCalendarific("calendarific", body)
		checkEntries(t, entries, err)
	})
}

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct {
		decode func(string, []byte) ([]entry, error)
		body   string
		code   daycast.Code
		n      int
	}{
		"nager":                           {decodeNager, nagerBody, "", 3},
		"nager, nothing":                  {decodeNager, "", "", 0},
		"nager, another date":             {decodeNager, `[{"date":"1.1.2026","name":"x","types":["Public"]}]`, daycast.Invalid, 0},
		"nager, no types":                 {decodeNager, `[{"date":"2026-01-01","name":"x","type":"Public"}]`, daycast.Invalid, 0},
		"calendarific":                    {decodeCalendarific, calendarificBody, "", 3},
		"calendarific, none":              {decodeCalendarific, `{"meta":{"code":200},"response":[]}`, "", 0},
		"calendarific, maintenance":       {decodeCalendarific, `{"meta":{"code":600,"error_type":"x"},"response":[]}`, daycast.Unavailable, 0},
		"calendarific, too many":          {decodeCalendarific, `{"meta":{"code":429},"response":[]}`, daycast.Unavailable, 0},
		"calendarific, no plan":           {decodeCalendarific, `{"meta":{"code":603},"response":[]}`, daycast.Unauthorized, 0},
		"calendarific, a query":           {decodeCalendarific, `{"meta":{"code":602},"response":[]}`, daycast.Invalid, 0},
		"calendarific, no meta":           {decodeCalendarific, `{"holidays":[]}`, daycast.Invalid, 0},
		"calendarific, states of another": {decodeCalendarific, `{"meta":{"code":200},"response":{"holidays":[{"name":"x","date":{"iso":"2026-01-01"},"type":["y"],"locations":"CA","states":"some"}]}}`, daycast.Invalid, 0},
		"calendarific, a date of another": {decodeCalendarific, `{"meta":{"code":200},"response":{"holidays":[{"name":"x","date":{"iso":20260101},"type":["y"]}]}}`, daycast.Invalid, 0},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := test.decode("api", []byte(test.body))
			if len(entries) != test.n || (err == nil) != (test.code == "") || err != nil && daycast.CodeOf(err) != test.code {
				t.Errorf("%d entries, %v", len(entries), err)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	for in, want := range map[string]string{
		"Christmas Day":                            "Christmas Day",
		"Christmas Day observed":                   "Christmas Day*",
		"Christmas Day (observed)":                 "Christmas Day*",
		"Day off for Christmas Day":                "Christmas Day*",
		"Substitute Bank Holiday for Boxing Day":   "Boxing Day*",
		"Boxing Day (Substitute Day)":              "Boxing Day*",
		"Eid ul Fitr (Tentative Date)":             "Eid ul Fitr",
		"Eid ul Fitr observed (Tentative Date)":    "Eid ul Fitr*",
		" observed":                                "observed",
		"Early May Bank Holiday":                   "Early May Bank Holiday",
		"Bank Holiday for the Funeral of the King": "Bank Holiday for the Funeral of the King",
	} {
		name, observed := named(in)
		if observed {
			name += "*"
		}
		if name != want {
			t.Errorf("%q: %q, want %q", in, name, want)
		}
	}
}
