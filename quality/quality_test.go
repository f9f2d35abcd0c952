package quality_test

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast/contract"
	"daycast/quality"
)

func report() *quality.Report {
	r := &quality.Report{
		Run: "20240301T050000Z", Shop: "<Shop & Co>", Created: time.Date(2024, 3, 1, 5, 0, 0, 0, time.UTC), State: quality.Read,
		Lines: 900, Used: 890,
		Tables: []quality.Table{{Quarantined: 4, Result: &contract.Result{
			Table: "sales", Rows: 1000, Aside: 3, Newest: time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC),
			Days: []contract.DayRows{{Name: "2024-02-28", Rows: 40, Expected: 41}, {Name: "2024-02-29", Rows: 10, Expected: 40, Broken: true}},
			Rules: []contract.Outcome{
				{Table: "sales", Rule: "item_id.known", Promise: "item_id is in the table of items", Severity: contract.Warn, Of: 1000},
				{
					Table: "sales", Rule: "quantity.range", Promise: "quantity is at least 0", Severity: contract.Quarantine, Broken: true,
					Rows: 3, Of: 1000, Units: -7, Examples: []string{`row 7: quantity "<-5>"`},
				},
			},
		}}},
		Reasons: []quality.Reason{{Name: "duplicate", Effect: quality.EffectOf("duplicate"), Rows: 10, Units: 12, Share: 10. / 900}},
		Changes: []contract.Change{{Table: "items", Column: "brand", What: contract.Removed}},
		States:  []quality.State{{Name: "sold", Days: 1234}},
		Notes:   []string{"a note"},
	}
	before := *r
	before.Run = "20240229T050000Z"
	r.Trend = []quality.Point{before.Point(), r.Point()}
	return r
}

func TestText(t *testing.T) {
	got := regexp.MustCompile(` +\n`).ReplaceAllString(report().String(), "\n")
	want := `
Run 20240301T050000Z: 1 of 2 rules of the contract are broken: 1 to quarantine

table  rows read  set aside  unreadable  in quarantine  newest
sales  1,000      3          0           4              2024-02-29, 5 hours old
cleaned: 900 rows, of which 890 are used

        severity    table  rule            rows  share  units  for example
BROKEN  quarantine  sales  quantity.range  3     0.30%  -7     row 7: quantity "<-5>"
ok      warn        sales  item_id.known   0     0.00%  -

cleaning   effect    rows  share  units  for example
duplicate  left out  10    1.11%  12
source: items: column "brand" is gone

series-days:  1,234 sold
volume: sales on 2024-02-29: 10 rows, where 40 are usual

run                     rows read  set aside  warn  quarantine  stop
20240229T050000Z  read  1,000      3          0     1           0
20240301T050000Z  read  1,000      3          0     1           0
note: a note
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	short := `contract: 1 of 2 rules of the contract are broken: 1 to quarantine
  quarantine  sales: quantity.range: quantity is at least 0; broken by 3 of 1000 rows, such as row 7: quantity "<-5>"
source: items: column "brand" is gone
`
	if diff := cmp.Diff(short, report().Short()); diff != "" {
		t.Error(diff)
	}
	if got := (&quality.Report{State: quality.Read}).Short(); got != "" {
		t.Errorf("of no contract it says %q", got)
	}
}

// The page is whole, escapes what came from the shop, and asks nobody for
// anything.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := quality.WritePage(&b, report()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"&lt;Shop &amp; Co&gt;", "quantity &#34;&lt;-5&gt;&#34;", `class="broken"`, "2024-02-29: 10 rows, 40 usual", "1 day outside what the contract allows",
		"column &#34;brand&#34; is gone", "sales quantity.range", "--card:", "</html>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "ZgotmplZ") || regexp.MustCompile(`(src|href|url\()\s*=?\s*["']?(https?:)?//`).MatchString(page) {
		t.Error("the page asks for what is not in it")
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(report())
	if err != nil {
		t.Fatal(err)
	}
	var again quality.Report
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report(), &again); diff != "" {
		t.Error(diff)
	}
}

// Any report has a page and a text, whatever its figures.
func FuzzRender(f *testing.F) {
	f.Add("sales", "<script>", int64(3), 1.5, uint8(2))
	f.Fuzz(func(t *testing.T, table, text string, n int64, v float64, days uint8) {
		r := &quality.Report{Run: text, Shop: text, State: text, Lines: n, Tables: []quality.Table{{Result: &contract.Result{Table: table, Rows: n}}}}
		for i := range days {
			r.Tables[0].Days = append(r.Tables[0].Days, contract.DayRows{Name: text, Rows: n + int64(i), Expected: v, Broken: i%2 == 0})
		}
		if !math.IsNaN(v) {
			r.Tables[0].Rules = []contract.Outcome{{Table: table, Rule: text, Rows: n, Of: n, Units: v, Examples: []string{text}}}
		}
		r.Trend = []quality.Point{r.Point(), r.Point()}
		var b bytes.Buffer
		if err := quality.WritePage(&b, r); err != nil || r.String() == "" {
			t.Error(err)
		}
		if strings.Count(b.String(), "<script") > 0 {
			t.Error("a name became a script")
		}
	})
}
