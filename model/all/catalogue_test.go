package all_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/model/all"
)

var update = flag.Bool("update", false, "write docs/models.md anew")

const page = "../../docs/models.md"

// docs/models.md says what the catalogue says.
func TestPage(t *testing.T) {
	got := describe()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/models.md is not up to date; run go generate ./model/all: %s", diff)
	}
}

func describe() string {
	var b strings.Builder
	b.WriteString(`<!-- Generated from model/all by go generate ./model/all. Do not edit. -->
# Models

` + "`forecast.models`" + ` in daycast.yaml, and ` + "`daycast forecast --csv FILE --model NAME,NAME`" + `, name the models to compare. Where they name none, the usual
ones are compared. ` + "`forecast.parameters`" + ` sets what is in the last column; ` + "`daycast tune --model NAME`" + ` looks for good values.

| name | usual | what it is | parameters, with what is legal |
|-|-|-|-|
`)
	for _, e := range all.Catalogue() {
		name := e.Model.Name()
		if name == "xgboost" {
			continue // not everywhere
		}
		usual := ""
		if e.Usual {
			usual = "yes"
		}
		var parameters []string
		for _, p := range all.Parameters(name) {
			parameters = append(parameters, fmt.Sprintf("`%s` %g to %g", p.Name, p.From, p.To))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, usual, e.Summary, strings.Join(parameters, ", "))
	}
	b.WriteString("\n`xgboost` is a further usual one where its library is found: boosted trees by that library, with the parameters of `gbm` but `min_hessian` for `min_rows`.\n")
	return b.String()
}
