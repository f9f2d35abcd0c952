package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const withContract = `
source:
  kind: sqlite
  path: shop.db
  queries: {sales: SELECT 1, items: SELECT 1}
contract:
`

func TestContract(t *testing.T) {
	got, err := Load(write(t, withContract+`
  sales:
    - {column: quantity, type: whole, min: -100, max: 1e4, severity: quarantine}
    - {column: item_id, known_in: items, allowed: 0.01}
    - {unique: [order_id, line_id], severity: stop}
    - {freshness: 2d, volume: {lowest: 0.5}}
  items:
    - {column: brand, values: [ACME, 7], pattern: "[A-Z0-9]+"}
`))
	if err != nil {
		t.Fatal(err)
	}
	least, most := -100., 1e4
	want := map[string][]Rule{
		"sales": {
			{Column: "quantity", Type: "whole", Min: &least, Max: &most, Severity: "quarantine"},
			{Column: "item_id", KnownIn: "items", Allowed: 0.01},
			{Unique: []string{"order_id", "line_id"}, Severity: "stop"},
			{Freshness: Duration(48 * time.Hour), Volume: &Volume{Lowest: 0.5}},
		},
		"items": {{Column: "brand", Values: []string{"ACME", "7"}, Pattern: "[A-Z0-9]+"}},
	}
	if diff := cmp.Diff(want, got.Contract.Rules()); diff != "" {
		t.Error(diff)
	}
}

func TestContractNamesWhatIsWrong(t *testing.T) {
	for rule, want := range map[string]string{
		"{}":                                          "line 7: contract.sales[0]: says nothing; want one of required, type,",
		"{type: number}":                              "line 7: contract.sales[0].column: missing; want the column",
		"{column: quantity}":                          "contract.sales[0]: says nothing",
		"{unique: [a, a]}":                            `contract.sales[0].unique[1]: "a"; want the name of another column`,
		"{column: a, unique: [b]}":                    `contract.sales[0].column: "a", of which nothing is said`,
		"{column: a, tipe: text}":                     "line 7: contract.sales[0].tipe: there is no such key; did you mean type?",
		"{column: a, type: txt}":                      `contract.sales[0].type: "txt" is not known; did you mean text?`,
		"{column: a, required: perhaps}":              `contract.sales[0].required: "perhaps" is not true or false`,
		"{column: a, min: 2, max: 1}":                 "contract.sales[0].min: greater than max",
		"{column: a, min: .nan}":                      "contract.sales[0].min: want a number",
		"{column: a, max: many}":                      `contract.sales[0].max: "many" is not a number`,
		`{column: a, pattern: "("}`:                   "contract.sales[0].pattern: \"(\": error parsing regexp: missing closing )",
		"{column: a, known_in: item}":                 `contract.sales[0].known_in: "item" is not known; did you mean items?`,
		"{column: a, known_in: places}":               "contract.sales[0].known_in: the source has no table of places",
		"{freshness: 10m}":                            "contract.sales[0].freshness: 10m0s; want a length of time from 1h",
		"{freshness: 2d, severity: quarantine}":       "contract.sales[0].severity: quarantine sets single rows aside",
		"{freshness: 2d, allowed: 0.1}":               "contract.sales[0].allowed: is for rows",
		"{volume: {}}":                                "contract.sales[0].volume: says nothing; want lowest",
		"{volume: {lowest: 2}}":                       "contract.sales[0].volume.lowest: 2; want a share",
		"{volume: {highest: 0.5, weeks: 1}}":          "contract.sales[0].volume.weeks: 1; want 2 to 52",
		"{column: a, required: true, severity: halt}": `contract.sales[0].severity: "halt" is not known`,
		"{column: a, required: true, allowed: 1}":     "contract.sales[0].allowed: 1; want a share",
		"{column: a, required: true, allowed: 0.1, severity: quarantine}": "contract.sales[0].allowed: is known when all rows have passed",
	} {
		_, err := Load(write(t, withContract+"  sales: ["+rule+"]\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", rule, err, want)
		}
	}
	_, err := Load(write(t, withContract+"  stock: [{freshness: 2d}]\n  items: [{freshness: 2d}]\n"))
	for _, want := range []string{"contract.stock: the source has no such table", "freshness and volume are for sales, daily and stock"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// What is read as a rule is one by all that is said of rules.
func FuzzContract(f *testing.F) {
	f.Add("{column: quantity, type: whole, min: -1, max: 1e3, severity: quarantine}")
	f.Add("{unique: [a, b], freshness: 2d, volume: {lowest: 0.5, highest: 2, weeks: 4}}")
	f.Add("{column: a, values: [x, 1], pattern: '[a-z]', allowed: 0.1, known_in: items, required: yes}")
	f.Fuzz(func(t *testing.T, rule string) {
		c, problems := parse([]byte(withContract + "  sales: [" + rule + "]\n"))
		if len(problems) > 0 {
			return
		}
		for _, r := range c.Contract.Sales {
			if r.Min != nil && !(*r.Min == *r.Min) || r.Allowed < 0 || r.Allowed >= 1 || r.Freshness < 0 {
				t.Errorf("%q is read as %+v", rule, r)
			}
		}
	})
}

// The example of the page of the contract loads.
func TestContractPage(t *testing.T) {
	page, err := os.ReadFile("../docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	given := strings.Replace(strings.TrimSuffix(withContract, "contract:\n"), "items: SELECT 1", "items: SELECT 1, stock: SELECT 1", 1)
	c, err := Load(write(t, given+example))
	if err != nil || len(c.Contract.Sales) == 0 {
		t.Errorf("%v: %+v", err, c.Contract)
	}
}
