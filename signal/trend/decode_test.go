package trend

import (
	"testing"
	"time"

	"daycast"
)

const (
	xBody         = `{"data":[{"end":"2021-05-28T00:00:00.000Z","start":"2021-05-27T08:10:12.000Z","tweet_count":3},{"end":"2021-05-29T00:00:00.000Z","start":"2021-05-28T00:00:00.000Z","tweet_count":12}],"meta":{"total_tweet_count":15,"next_token":"b26v"}}`
	wikimediaBody = `{"items":[{"project":"en.wikipedia","article":"Boot","granularity":"daily","timestamp":"2015100100","access":"all-access","agent":"user","views":18860},{"project":"en.wikipedia","article":"Boot","granularity":"daily","timestamp":"2015100300","access":"all-access","agent":"user","views":5}]}`
)

func TestDecode(t *testing.T) {
	p, err := decodeX("x", []byte(xBody))
	if err != nil || len(p.counts) != 1 || p.next != "b26v" {
		t.Errorf("X: %+v, %v: want the whole day alone", p, err)
	}
	if p, err = decodeWikimedia("wikimedia", []byte(wikimediaBody)); err != nil || len(p.counts) != 3 {
		t.Errorf("Wikimedia: %+v, %v: want three days", p, err)
	}
	for body, decode := range map[string]func(string, []byte) (page, error){
		`{"meta":{}}`: decodeX, `{"data":[{"start":"2021","end":"x","tweet_count":1}]}`: decodeX,
		`{"data":[{"start":"2021-05-27T00:00:00Z","end":"2021-05-28T00:00:00Z"}]}`: decodeX,
		`{"errors":[{"message":"Invalid 'start_time'","detail":"d"}]}`:             decodeX,
		`{"item":[]}`: decodeWikimedia, `{"items":[{"timestamp":"20151001","views":1}]}`: decodeWikimedia, `{"items":[{"timestamp":"2015100100"}]}`: decodeWikimedia,
		`{"items":[{"timestamp":"0015100100","views":1},{"timestamp":"2015100100","views":1}]}`: decodeWikimedia,
	} {
		if _, err := decode("api", []byte(body)); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v", body, err)
		}
	}
	if !nothingOfWikimedia([]byte(`{"detail":"The date(s) you used are valid, but we either do not have data for those date(s)","status":404}`)) ||
		nothingOfWikimedia([]byte(`{"detail":"Route not found","status":404}`)) || nothingOfWikimedia([]byte("<html>")) {
		t.Error("404s are mistaken for each other")
	}
}

func checkPage(t *testing.T, p page, err error) {
	if err != nil && daycast.CodeOf(err) == daycast.Internal {
		t.Fatalf("an error without a code: %v", err)
	}
	for d, n := range p.counts {
		if !(n >= 0) {
			t.Fatalf("%g on %s", n, d)
		}
	}
}

func FuzzX(f *testing.F) {
	for _, s := range []string{xBody, "{}", "null", `{"errors":[{}]}`, `{"data":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodeX("x", body)
		checkPage(t, p, err)
	})
}

func FuzzWikimedia(f *testing.F) {
	for _, s := range []string{wikimediaBody, "", "null", `{"items":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodeWikimedia("wikimedia", body)
		checkPage(t, p, err)
		nothingOfWikimedia(body)
	})
}

func FuzzGoogle(f *testing.F) {
	for _, s := range []string{"Category: x\n\nWeek,boots: (Spain)\n2026-01-04,<1\n2026-01-11,3\n", "Month,b\n2026-01,5\n", "Day,b\n2026-01-01,5\n", "Week,b\n2004-01-04 - 2004-01-10,5\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		table, err := parseGoogle("f.csv", body)
		if err != nil {
			checkPage(t, page{}, err)
			return
		}
		last := daycast.Day(-1 << 30)
		for _, p := range table.periods {
			if p.from <= last || p.to < p.from || len(p.values) != len(table.columns) {
				t.Fatalf("%+v after %d, of columns %q", p, last, table.columns)
			}
			last = p.to
		}
		for k := range table.columns {
			for _, v := range table.values(k, daycast.DayOf(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))) {
				if v.known < v.day || !(v.value >= 0) {
					t.Fatalf("%+v", v)
				}
			}
		}
	})
}
