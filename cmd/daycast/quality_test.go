package main_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A contract, from the config to the screen: check says that it fits, a run
// says what is broken, quality shows it in three ways, and a rule that stops
// does.
func TestQuality(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	daycast(t, dir, "quality").fails(t, 1, "no run has left a report")
	path := filepath.Join(dir, "daycast.yaml")
	config := read(t, path)
	write(t, path, config+`
contract:
  sales:
    - {column: quantity, type: whole, severity: quarantine}
    - {column: customer_id, pattern: "nobody"}
    - {column: colour, required: true}
`)
	daycast(t, dir, "check").fails(t, 1, "1 of ", "checks failed")
	if o := daycast(t, dir, "check"); !strings.Contains(o.out, `WRONG  contract   the contract's rule colour.required: sales has no column "colour"`) {
		t.Error(o.out)
	}
	write(t, path, strings.Replace(read(t, path), "    - {column: colour, required: true}\n", "    - {unique: [order_id, line_id], severity: quarantine}\n", 1))
	if o := must(t, dir, "check"); !strings.Contains(o.out, "ok     contract   3 rules of sales can be checked") {
		t.Error(o.out)
	}
	if o := must(t, dir, "etl"); !strings.Contains(o.out, "rules of the contract are broken") {
		t.Error(o.out)
	}
	o := must(t, dir, "quality")
	customer := regexp.MustCompile(`BROKEN +warn +sales +customer_id.pattern .*row \d+: customer_id \(withheld\)`)
	if !customer.MatchString(o.out) {
		t.Errorf("it says:\n%s", o.out)
	}
	var report struct {
		Run    string
		Tables []struct {
			Table string
			Rules []struct{ Rule string }
		}
	}
	if err := json.Unmarshal([]byte(must(t, dir, "quality", "--json").out), &report); err != nil || report.Run == "" || len(report.Tables) < 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if o := must(t, dir, "quality", "--run", report.Run, "--html", "quality.html"); o.out != "wrote quality.html: open it in a browser\n" {
		t.Error(o.out)
	}
	if page := read(t, filepath.Join(dir, "quality.html")); !strings.Contains(page, "customer_id.pattern") || !strings.HasSuffix(page, "</html>\n") {
		t.Errorf("%.300s", page)
	}
	daycast(t, dir, "quality", "--json", "--html", "-").fails(t, 2, "--json and --html -")
	daycast(t, dir, "quality", "--run", "yesterday").fails(t, 1, "no run yesterday has left a report")

	write(t, path, config+"\ncontract:\n  sales: [{freshness: 2d, severity: stop}]\n")
	daycast(t, dir, "run").fails(t, 1, "contract.sales: the contract stops this run: sales: freshness", "mend the source")
	if o := must(t, dir, "quality"); !strings.Contains(o.out, "stopped; 1 of 1 rules") {
		t.Error(o.out)
	}
	change(t, dir, "ALTER TABLE order_lines RENAME COLUMN quantity TO qty")
	daycast(t, dir, "run").fails(t, 1, "no such column: l.quantity")
	if o := must(t, dir, "quality"); !strings.Contains(o.out, "note: a newer run, ") || !strings.Contains(o.out, "failed before it read anything") {
		t.Error(o.out)
	}
}
