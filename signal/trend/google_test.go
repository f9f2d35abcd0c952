package trend_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/signal/signaltest"
	"daycast/signal/trend"
)

const weeks = "\ufeffKategorie: Alle Kategorien\n\nWoche,boots: (Deutschland),\"shoes, red: (Deutschland)\"\n2026-01-04,40,<1\n2026-01-11,,12\n2026-01-18,100,0\n2026-01-25,7,3\n"

func googleQueries(texts ...string) (all []trend.Query) {
	for k, text := range texts {
		all = append(all, trend.Query{Name: fmt.Sprintf("q%d", k), Text: text, Scope: daycast.ScopeItem, Keys: []string{"i"}})
	}
	return all
}

func TestGoogle(t *testing.T) {
	exported := day(t, "2026-01-28").Time() // in the last week
	g, err := trend.ReadGoogle("trends.csv", []byte(weeks), exported, googleQueries("boots", "shoes, red: (Deutschland)"))
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, "2026-01-09", "2026-02-28")
	signaltest.Run(t, g, r)
	got := of(t, g, request(t, "2026-01-09", "2026-01-18"), "trend_q0")
	equal(t, got, "2026-01-09 2026-01-13 40", "2026-01-10 2026-01-13 40", "2026-01-18 2026-01-27 100")
	equal(t, of(t, g, request(t, "2026-01-10", "2026-01-11"), "trend_q1"), "2026-01-10 2026-01-13 0.5", "2026-01-11 2026-01-20 12")
	if got := of(t, g, r, "trend_q1"); !strings.HasPrefix(got[len(got)-1], "2026-01-24 2026-01-27") {
		t.Errorf("the last is %s: a week that was not over counts", got[len(got)-1])
	}

	here := trend.Query{Name: "here", Text: "boots", Scope: daycast.ScopePlace, Keys: []string{"p", daycast.OnlyPlace + "x"}}
	r.Places = []daycast.Place{{ID: "p"}, {ID: "q"}}
	if g, err = trend.ReadGoogle("trends.csv", []byte(weeks), exported, []trend.Query{here}); err != nil {
		t.Fatal(err)
	}
	signaltest.Run(t, g, r)

	file := filepath.Join(t.TempDir(), "trends.csv")
	daily := "Category: All categories\n\nDay,boots: (Worldwide)\n2026-02-01,5\n2026-02-02,6\n"
	if err := os.WriteFile(file, []byte(daily), 0o600); err != nil {
		t.Fatal(err)
	}
	written := day(t, "2026-02-05").Time()
	if err := os.Chtimes(file, written, written); err != nil {
		t.Fatal(err)
	}
	if g, err = trend.OpenGoogle(file, googleQueries("Boots")); err != nil {
		t.Fatal(err)
	}
	equal(t, of(t, g, request(t, "2026-01-01", "2026-03-01"), "trend_q0"), "2026-02-01 2026-02-04 5", "2026-02-02 2026-02-05 6")

	monthly := "Month,boots: (Worldwide)\n2025-02,5\n2025-03,6\n"
	if g, err = trend.ReadGoogle("m.csv", []byte(monthly), exported, googleQueries("boots")); err != nil {
		t.Fatal(err)
	}
	equal(t, of(t, g, request(t, "2025-02-27", "2025-03-01"), "trend_q0"), "2025-02-27 2025-03-03 5", "2025-02-28 2025-03-03 5", "2025-03-01 2025-04-03 6")
}

func TestGoogleWrong(t *testing.T) {
	for name, test := range map[string]struct{ file, text string }{
		"empty":             {"", "it has no days"},
		"only a head":       {"Category: x\n\nWeek,boots\n", "it has no days"},
		"no head":           {"2026-01-04,40\n", "line 1: no line with the names"},
		"another column":    {"Week,shoes: (Spain)\n2026-01-04,40\n", `columns are ["shoes: (Spain)"]`},
		"a value":           {"Week,boots\n2026-01-04,many\n", "line 2: many of \"boots\" is none"},
		"no day":            {"Week,boots\n2026-01-04,1\nTotal,9\n", `line 3: "Total" is no day`},
		"hours":             {"Time,boots\n2026-01-04T00,1\n2026-01-04T01,1\n", "it has no days"},
		"a field too many":  {"Week,boots\n2026-01-04,1,2\n", "line 2: it has 3 values, and 2 columns"},
		"out of order":      {"Week,boots\n2026-01-11,1\n2026-01-04,1\n", "line 3: 2026-01-04 does not come after"},
		"neither":           {"Week,boots\n2026-01-04,1\n2026-01-07,1\n", "neither days nor weeks"},
		"a week left out":   {"Week,boots\n2026-01-04,1\n2026-01-11,1\n2026-01-25,1\n", "neither days nor weeks"},
		"days then a month": {"Day,boots\n2026-01-04,1\n2026-02,1\n", "does not come after"},
		"a quote":           {"Week,boots\n2026-01-04,\"1\n", "quote"},
	} {
		_, err := trend.ReadGoogle("t.csv", []byte(test.file), day(t, "2026-03-01").Time(), googleQueries("boots"))
		if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(fmt.Sprint(err), "t.csv") || !strings.Contains(fmt.Sprint(err), test.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := trend.OpenGoogle("not/there.csv", nil); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("got %v", err)
	}
}
