package clean

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	r := &Report{Rows: 9}
	for i := range 5 {
		r.count("duplicate", 1.5, string(rune('a'+i)))
	}
	r.count("non_product", -2, "order 7: POST")
	want := `9 rows read; changed or left out:
reason       rows  units  for example
duplicate    5     7.5    a
non_product  1     -2     order 7: POST
`
	if diff := cmp.Diff(want, r.String()); diff != "" {
		t.Error(diff)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"rows":9,"reasons":[`+
		`{"reason":"duplicate","rows":5,"units":7.5,"examples":["a","b","c"]},`+
		`{"reason":"non_product","rows":1,"units":-2,"examples":["order 7: POST"]}]}`; got != want {
		t.Errorf("got %s", got)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Reasons(), back.Reasons()); diff != "" || back.Rows != 9 {
		t.Error(diff)
	}
}

func TestReportOfCleanRows(t *testing.T) {
	if got := (&Report{Rows: 2}).String(); got != "2 rows read, none changed\n" {
		t.Errorf("got %q", got)
	}
	if got := new(Report).Of("duplicate"); got.Rows != 0 {
		t.Errorf("got %+v", got)
	}
}
