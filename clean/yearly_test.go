package clean

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"daycast"
)

// TestKnownAheadByTheYear has four weeks of rows to come without an event: a
// column whose words return each year, or that has no years to tell by, is known
// ahead; one of incidents is not.
func TestKnownAheadByTheYear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	last := time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC)
	feasts := map[string]string{"01-01": "new year", "03-30": "easter", "05-09": "may", "07-04": "july", "10-31": "halloween", "12-25": "christmas"}
	for _, test := range []struct {
		name  string
		event func(time.Time) string
		years int
		ahead int // days of rows to come
		want  bool
	}{
		{"feasts", func(d time.Time) string { return feasts[d.Format("01-02")] }, 4, 28, true},
		{"feasts that move by days", func(d time.Time) string {
			return feasts[d.AddDate(0, 0, d.Year()%5-2).Format("01-02")]
		}, 4, 28, true},
		{"feasts of a year", func(d time.Time) string { return feasts[d.Format("01-02")] }, 1, 28, true},
		{"no row to come", func(d time.Time) string { return feasts[d.Format("01-02")] }, 4, 0, false},
		{"a gap longer than any before", func(d time.Time) string { return feasts[d.Format("01-02")] }, 4, 130, false},
		{"incidents", func(time.Time) string {
			if rng.IntN(60) > 0 {
				return ""
			}
			return []string{"incident", "fire drill", "visit"}[rng.IntN(3)]
		}, 4, 28, false},
		{"frequent incidents", func(time.Time) string {
			if rng.IntN(15) > 0 {
				return ""
			}
			return "incident"
		}, 4, 28, false},
	} {
		table := strings.Builder{}
		table.WriteString("item,day,units,event\n")
		for d := last.AddDate(-test.years, 0, 0); !d.After(last.AddDate(0, 0, test.ahead)); d = d.AddDate(0, 0, 1) {
			if d.After(last) {
				fmt.Fprintf(&table, "a,%s,,\n", d.Format(time.DateOnly))
				continue
			}
			fmt.Fprintf(&table, "a,%s,%d,%s\n", d.Format(time.DateOnly), 1+d.Day()%3, test.event(d))
		}
		shop := mustLoad(t, table.String(), daycast.Daily)
		note := strings.Join(shop.table.Notes, "\n")
		if ahead := strings.Contains(note, "column event: a text by day and shop, known ahead"); ahead != test.want {
			t.Errorf("%s: known ahead is %v, want %v: %s", test.name, ahead, test.want, note)
		}
		p, _ := shop.panel(t, shop.table.Last, 28)
		for _, s := range p.Signals {
			if s.Name == "event" && s.Future != test.want {
				t.Errorf("%s: in the panel, known ahead is %v", test.name, s.Future)
			}
		}
	}
}
