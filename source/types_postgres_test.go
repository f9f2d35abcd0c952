package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/source"
)

func TestPostgresTypes(t *testing.T) {
	db, dsn := openSchema(t)
	exec(t, db, `CREATE TABLE s (order_id bigint, ordered_at timestamptz, day date, quantity numeric(10,2), brand varchar(20), sold boolean, at timestamp)`)
	s := openPostgres(t, dsn, map[source.Table]string{source.Sales: "SELECT *, quantity * 2 AS twice, brand || 'x' AS text FROM s"})
	got, err := s.Types(t.Context(), source.Sales)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"number", "time with zone", "day", "number", "text", "bool", "time", "number", "text"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
