package simulate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLiteral(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "NULL"},
		{int64(-3), "'-3'"},
		{1e21, "'1000000000000000000000'"},
		{0.1, "'0.1'"},
		{`O'Neil's \n`, `'O''Neil''s \n'`},
	} {
		if got := literal(c.value); got != c.want {
			t.Errorf("%v: %s, want %s", c.value, got, c.want)
		}
	}
}

// The script has each row once. TestPostgres in cmd/daycast runs it.
func TestDumpPostgres(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of a shop?.sqlite")
	sum, err := Shop{Seed: 1, Items: 5, Days: 120}.Write(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var script bytes.Buffer
	if err := DumpPostgres(t.Context(), path, &script); err != nil {
		t.Fatal(err)
	}
	rows := strings.Count(script.String(), "\n(")
	if want := sum.Places + sum.Items + sum.Customers + sum.Orders + sum.Lines + sum.Stock + sum.Plans; rows != want || sum.Lines <= dumpBatch {
		t.Errorf("%d rows in the script, want %d of %+v", rows, want, sum)
	}
	if err := DumpPostgres(t.Context(), filepath.Join(t.TempDir(), "none.sqlite"), &script); err == nil {
		t.Error("a shop that is not there is dumped")
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 2 { // the shop and its truth
		t.Errorf("%v %v", files, err)
	}
}
