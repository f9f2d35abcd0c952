package contract_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/contract"
)

var (
	inf     = math.Inf(1)
	columns = []string{"order_id", "line_id", "ordered_at", "customer_id", "item_id", "quantity"}
	now     = time.Date(2024, 3, 1, 5, 0, 0, 0, time.UTC)
)

// rules are one of each check.
func rules() contract.Contract {
	rule := func(c contract.Check, s contract.Severity, columns ...string) contract.Rule {
		return contract.Rule{Table: "sales", Check: c, Severity: s, Columns: columns}
	}
	typed := rule(contract.Typed, contract.Quarantine, "quantity")
	typed.Kind = contract.Whole
	between := rule(contract.Range, contract.Quarantine, "quantity")
	between.Min, between.Max = -10, inf
	oneOf := rule(contract.OneOf, contract.Warn, "line_id")
	oneOf.Values = []string{"1", "2"}
	matches := rule(contract.Matches, contract.Warn, "order_id")
	matches.Pattern = "A[0-9]+|B"
	known := rule(contract.Known, contract.Warn, "item_id")
	known.In = "items"
	required := rule(contract.Required, contract.Warn, "customer_id")
	required.Allowed = 0.4
	fresh := rule(contract.Freshness, contract.Stop, "ordered_at")
	fresh.Within = 48 * time.Hour
	volume := rule(contract.Volume, contract.Warn, "ordered_at")
	volume.Lowest, volume.Highest, volume.Weeks = 0.5, 2, 4
	return contract.Contract{
		typed, between, oneOf, matches, known, required, rule(contract.Unique, contract.Quarantine, "order_id", "line_id"),
		rule(contract.Unique, contract.Warn, "customer_id"), fresh, volume,
	}
}

func items() *contract.Keys {
	k := contract.NewKeys(0)
	for _, id := range []string{"mug", "plate"} {
		k.Add(id)
	}
	return k
}

func options() contract.Options {
	return contract.Options{
		Now: now, Ids: map[string]*contract.Keys{"items": items()}, Measure: "quantity",
		Private: func(column string) bool { return column == "customer_id" },
	}
}

func check(c contract.Contract, o contract.Options, rows [][]string) (*contract.Result, []string) {
	k := c.NewChecker("sales", columns, o)
	var aside []string
	for i, row := range rows {
		if r := k.Row(int64(i+1), row); r != nil {
			aside = append(aside, fmt.Sprint(i+1, " ", r.Name()))
		}
	}
	return k.End(), aside
}

func TestChecker(t *testing.T) {
	r, aside := check(rules(), options(), [][]string{
		{"A1", "1", "2024-02-28 10:00", "c1", "mug", "2"},
		{"A1", "1", "2024-02-28 10:00", "c2", "mug", "2"},    // the key comes twice
		{"A1", "2", "2024-02-28 10:00", "c1", "vase", "1.5"}, // no whole number, no such item
		{"C9", "3", "soon", "", " plate ", "-11"},            // below the range
		{"", "", "", "", "", ""},
		{"A2"}, // cut off
	})
	if diff := cmp.Diff([]string{"2 order_id+line_id.unique", "3 quantity.type", "4 quantity.range"}, aside); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"quantity.type":           "sales: quantity.type: quantity is a whole number; broken by 1 of 5 rows, such as row 3: quantity \"1.5\"",
		"quantity.range":          "sales: quantity.range: quantity is at least -10; broken by 1 of 5 rows, such as row 4: quantity \"-11\"",
		"line_id.values":          "sales: line_id.values: line_id is one of 1, 2; broken by 1 of 5 rows, such as row 4: line_id \"3\"",
		"order_id.pattern":        "sales: order_id.pattern: order_id matches A[0-9]+|B; broken by 1 of 5 rows, such as row 4: order_id \"C9\"",
		"item_id.known":           "sales: item_id.known: item_id is in the table of items; broken by 1 of 5 rows, such as row 3: item_id \"vase\"",
		"order_id+line_id.unique": "sales: order_id+line_id.unique: no two rows have the same order_id, line_id; broken by 1 of 5 rows, such as row 2: order_id \"A1\", line_id \"1\"",
		"freshness":               "sales: freshness: the newest ordered_at is at most 2 days old",
	}
	for _, o := range r.Rules {
		if w, ok := want[o.Rule]; ok && o.String() != w {
			t.Errorf("%s\nwant %s", o, w)
		}
		if o.Rule == "customer_id.required" && (o.Broken || o.Rows != 2) {
			t.Errorf("two of five are allowed: %+v", o)
		}
		if strings.Contains(o.String(), "c1") {
			t.Errorf("%s shows a customer", o)
		}
	}
	if r.Rows != 6 || r.Aside != 3 || r.Unread != 1 || r.Err() != nil {
		t.Errorf("%+v, %v", r, r.Err())
	}
}

func TestFreshness(t *testing.T) {
	fresh := contract.Rule{Table: "sales", Check: contract.Freshness, Columns: []string{"ordered_at"}, Severity: contract.Stop, Within: 48 * time.Hour}
	for _, tt := range []struct{ newest, want string }{
		{"2024-02-28 05:00", ""},
		{"2024-02-28", ""}, // its last second
		{"2024-02-28T05:00:00+01:00", "the newest is of 2024-02-28 04:00, 49h0m0s ago"},
		{"2024-02-27", "the newest is of 2024-02-27 23:59, 53h0m0s ago"},
		{"2030-01-01", "no row has a time that can be read"}, // a slip
	} {
		r, _ := check(contract.Contract{fresh}, options(), [][]string{{"", "", tt.newest, "", "", ""}})
		err := r.Err()
		if tt.want == "" && err == nil {
			continue
		}
		if tt.want == "" || err == nil || !strings.Contains(err.Error(), tt.want) || daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want %q", tt.newest, err, tt.want)
		}
	}
}

// A shop sells ten rows each day and none on Sundays; days are judged once.
func TestVolume(t *testing.T) {
	volume := contract.Rule{Table: "sales", Check: contract.Volume, Columns: []string{"ordered_at"}, Severity: contract.Warn, Lowest: 0.5, Highest: 2, Weeks: 4}
	today := daycast.DayOf(now) // a Friday
	var rows [][]string
	sell := func(ago, n int) {
		for range n {
			rows = append(rows, []string{"", "", (today - daycast.Day(ago)).String(), "", "", ""})
		}
	}
	for ago := 40; ago >= 0; ago-- {
		switch d := today - daycast.Day(ago); {
		case ago == 0:
			sell(ago, 1) // has just begun
		case ago == 3:
			sell(ago, 4)
		case ago == 9:
			sell(ago, 50)
		case d.Weekday() != time.Sunday:
			sell(ago, 10)
		}
	}
	o := options()
	judged := func() string {
		r, _ := check(contract.Contract{volume}, o, rows)
		return fmt.Sprint(r.Rules[0].Rows, r.Rules[0].Of, r.Rules[0].Examples)
	}
	half := (today - 3).String() + " (Tuesday): 4 rows, 10 expected"
	if got := judged(); got != "1 6 ["+half+"]" {
		t.Error("first: " + got)
	}
	o.Judged = today - 3
	if got := judged(); got != "0 2 []" {
		t.Error("judged before: " + got)
	}
	o.Judged = today - 12
	if got := judged(); !strings.HasPrefix(got, "2 10 ["+half+" ") {
		t.Error("both: " + got)
	}
	// The days before are known from earlier runs.
	k := contract.Contract{volume}.NewChecker("sales", columns, o)
	for _, row := range rows {
		k.Row(1, row)
	}
	o.Past, o.Since = k.Volumes(), today-5
	rows = slices.DeleteFunc(rows, func(r []string) bool { return r[2] < (today - 5).String() })
	if got := judged(); !strings.HasPrefix(got, "2 10 ["+half+" ") {
		t.Error("from the past: " + got)
	}
	o.Judged = today - 1
	if got := judged(); got != "0 0 []" {
		t.Error("judged, and still the same: " + got)
	}
	rows = slices.DeleteFunc(rows, func(r []string) bool { return r[2] == (today - 1).String() })
	if got := judged(); !strings.HasPrefix(got, "1 1 ["+(today-1).String()) {
		t.Error("judged, and then lost: " + got)
	}
}

// twin is the contract's meaning, row by row and slowly.
func twin(c contract.Contract, rows [][]string) (broken map[string]int64, aside []string) {
	broken = map[string]int64{}
	keys := map[string][]string{}
	for n, row := range rows {
		if len(row) != len(columns) {
			continue
		}
		by := ""
		for _, unique := range []bool{false, true} {
			for _, r := range c {
				if r.Check == contract.Freshness || r.Check == contract.Volume || (r.Check == contract.Unique) != unique || unique && by != "" {
					continue
				}
				var values []string
				for _, column := range r.Columns {
					values = append(values, strings.TrimSpace(row[slices.Index(columns, column)]))
				}
				bad := false
				if unique {
					key := fmt.Sprintf("%q", values)
					bad = slices.Contains(keys[r.Name()], key)
					if strings.Join(values, "") != "" {
						keys[r.Name()] = append(keys[r.Name()], key)
					} else {
						bad = false
					}
				} else {
					bad = breaks(r, values[0])
				}
				if bad {
					broken[r.Name()]++
					if by == "" && r.Severity == contract.Quarantine {
						by = r.Name()
					}
				}
			}
		}
		if by != "" {
			aside = append(aside, fmt.Sprint(n+1, " ", by))
		}
	}
	return broken, aside
}

func breaks(r contract.Rule, v string) bool {
	number, err := strconv.ParseFloat(v, 64)
	numeric := err == nil && !math.IsInf(number, 0) && !math.IsNaN(number)
	switch {
	case r.Check == contract.Required:
		return v == ""
	case v == "":
		return false
	case r.Check == contract.Typed:
		return !numeric || number != math.Floor(number)
	case r.Check == contract.Range:
		return !numeric || number < r.Min || number > r.Max
	case r.Check == contract.OneOf:
		return !slices.Contains(r.Values, v)
	case r.Check == contract.Matches:
		return regexp.MustCompile(r.Pattern).FindString(v) != v && !regexp.MustCompile("^("+r.Pattern+")$").MatchString(v)
	default:
		return v != "mug" && v != "plate"
	}
}

func compare(t *testing.T, c contract.Contract, rows [][]string) {
	t.Helper()
	broken, asideTwin := twin(c, rows)
	r, aside := check(c, options(), rows)
	got := map[string]int64{}
	for _, o := range r.Rules {
		if o.Rows > 0 && o.Rule != "volume" {
			got[o.Rule] = o.Rows
		}
	}
	if diff := cmp.Diff(broken, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q: %s", rows, diff)
	}
	if diff := cmp.Diff(asideTwin, aside, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q: %s", rows, diff)
	}
}

func TestCheckerLikeItsTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := []string{"", " ", "A1", "B", "A1 ", "1", "2", "-11", "1.5", "mug", "plate", "NaN", "2024-02-28", "1e400"}
	var rows [][]string
	for range 3000 {
		row := make([]string, len(columns)-random.IntN(20)/19)
		for i := range row {
			row[i] = values[random.IntN(len(values))]
		}
		rows = append(rows, row)
	}
	compare(t, rules(), rows)
}

func FuzzChecker(f *testing.F) {
	f.Add("A1,1,2024-02-28,c1,mug,2\nA1,1,2024-02-28,c1,mug,2\n")
	f.Add("A1,\xff,,,,-1e309\n,,,,,\nx")
	f.Fuzz(func(t *testing.T, text string) {
		var rows [][]string
		for line := range strings.Lines(text) {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), ","))
		}
		if len(rows) > 500 {
			return
		}
		compare(t, rules(), rows)
	})
}

func TestFit(t *testing.T) {
	c := rules()
	c[3].Pattern = "("
	var got []string
	for _, err := range c.Fit([]string{"order_id", "line_id", "ordered_at", "customer_id", "quantity"}) {
		got = append(got, err.Error())
	}
	want := []string{
		"the contract's rule order_id.pattern: error parsing regexp: missing closing ): `(`",
		`the contract's rule item_id.known: sales has no column "item_id" (its columns are order_id, line_id, ordered_at, customer_id, quantity)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// In too little memory for all keys, duplicates are estimated by a sample.
func TestUniqueInLittleMemory(t *testing.T) {
	unique := contract.Rule{Table: "sales", Check: contract.Unique, Columns: []string{"order_id"}, Severity: contract.Warn, Allowed: 0.3}
	o := options()
	o.Keys = 8 << 10
	var rows [][]string
	for i := range 60_000 {
		rows = append(rows, []string{strconv.Itoa(i / 3 * 3 / 2), "", "", "", "", "1"}) // a third of the keys come again
	}
	distinct := map[string]bool{}
	for _, r := range rows {
		distinct[r[0]] = true
	}
	r, _ := check(contract.Contract{unique}, o, rows)
	out, want := r.Rules[0], float64(len(rows)-len(distinct))
	if got := float64(out.Rows); got < 0.8*want || got > 1.2*want || out.Sampled < 16 || !out.Broken || out.Units != got {
		t.Errorf("%+v, want about %g rows", out, want)
	}
}

func TestAllRowsAside(t *testing.T) {
	required := contract.Rule{Table: "sales", Check: contract.Required, Columns: []string{"order_id"}, Severity: contract.Quarantine}
	r, _ := check(contract.Contract{required}, options(), [][]string{{"", "", "", "", "", ""}})
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "sets all 1 rows of sales aside") {
		t.Error(err)
	}
}

func BenchmarkChecker(b *testing.B) {
	var rows [][]string
	for i := range 4096 {
		rows = append(rows, []string{strconv.Itoa(i / 3), strconv.Itoa(i % 3), fmt.Sprintf("2024-02-%02dT10:%02d:00", 1+i/300, i/3%60), "c1", "mug", "2"})
	}
	for name, c := range map[string]contract.Contract{"nothing": nil, "all": rules()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			k := c.NewChecker("sales", columns, contract.Options{Now: now, Times: "ordered_at", Ids: map[string]*contract.Keys{"items": items()}})
			for i := range b.N {
				k.Row(int64(i), rows[i%len(rows)])
			}
		})
	}
}
