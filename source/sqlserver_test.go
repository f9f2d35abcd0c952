package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"daycast"
)

// No SQL Server runs in these tests. The text of the queries, what the server's
// errors and values become, and in tds_test.go a few words of its protocol are
// what is tested.

func TestSQLServerQueries(t *testing.T) {
	d := sqlServerDialect{}
	for _, c := range []struct{ got, want string }{
		{d.quote("a]b"), "[a]]b]"},
		{d.limit("SELECT q.[a] FROM (SELECT 1 AS a) AS q", 10), "SELECT TOP (10) q.[a] FROM (SELECT 1 AS a) AS q"},
		{d.limit("SELECT * FROM (SELECT 1 AS a) AS q", 0), "SELECT TOP (0) * FROM (SELECT 1 AS a) AS q"},
		{d.since("q.[at]", "DATETIME", "2024-03-01"), "q.[at] >= '20240301'"},
		{d.since("q.[at]", "DATETIMEOFFSET", "2024-03-01"), "q.[at] >= '2024-03-01T00:00:00+00:00'"},
		{d.since("q.[at]", "VARCHAR", "2024-03-01"), "CAST(q.[at] AS nvarchar(40)) COLLATE Latin1_General_BIN2 >= '2024-03-01'"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestSQLServerText(t *testing.T) {
	kolkata := time.FixedZone("", 19800)
	for _, c := range []struct {
		value  any
		dbType string
		kind   Kind
		want   string
	}{
		{[]byte{0x10, 0xb8, 0xa7, 0x6b, 0xad, 0x9d, 0xd1, 0x11, 0x80, 0xb4, 0, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}, "UNIQUEIDENTIFIER", Text, "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"},
		{time.Date(2024, 3, 31, 2, 30, 0, 500, kolkata), "DATETIMEOFFSET", Time, "2024-03-30T21:00:00.0000005Z"},
		{time.Date(2024, 3, 31, 2, 30, 0, 0, time.UTC), "DATETIME2", Time, "2024-03-31T02:30:00"},
		{time.Date(2024, 3, 31, 2, 30, 0, 0, time.UTC), "DATETIME", Date, "2024-03-31"},
		{time.Date(1, 1, 1, 2, 30, 0, 1e6, time.UTC), "TIME", Text, "02:30:00.001"},
		{[]byte("12.3400"), "MONEY", Number, "12.3400"},
		{[]byte("-0.05"), "DECIMAL", Number, "-0.05"},
		{float64(float32(0.1)), "REAL", Number, "0.1"},
		{true, "BIT", Bool, "true"},
		{int64(255), "TINYINT", Number, "255"},
		{nil, "DATETIME2", Time, ""},
	} {
		if got := (sqlServerDialect{}).text(c.value, c.dbType, c.kind); got != c.want {
			t.Errorf("%v as %s: got %q, want %q", c.value, c.dbType, got, c.want)
		}
	}
}

func TestSQLServerErrors(t *testing.T) {
	d := sqlServerDialect{address: "db:1433", user: "me", database: "shop", password: "s3cret"}
	for _, c := range []struct {
		number int32
		code   daycast.Code
		word   string
	}{
		{18456, daycast.Unauthorized, `refuses user "me"`},
		{18488, daycast.Unauthorized, "source.dsn"},
		{4060, daycast.Invalid, "database=NAME"},
		{208, daycast.Invalid, `database "shop"`},
		{207, daycast.Invalid, `database "shop"`},
		{1033, daycast.Invalid, "leave out the ORDER BY"},
		{156, daycast.Invalid, "no WITH"},
		{8156, daycast.Invalid, "with AS"},
		{229, daycast.Unauthorized, `GRANT SELECT on it to user "me"`},
		{8114, daycast.Invalid, "TRY_CAST"},
		{1205, daycast.Unavailable, "error 1205"},
		{40613, daycast.Unavailable, "error 40613"},
	} {
		err := d.explain(fmt.Errorf("wrapped: %w", mssql.Error{Number: c.number, Message: "no: s3cret"}))
		if err.Code != c.code || !strings.Contains(err.Error(), c.word) || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
			t.Errorf("%d: got %v with code %s, want %q with code %s", c.number, err, err.Code, c.word, c.code)
		}
	}
	// A login that fails at a database says both; the first is the reason.
	both := mssql.Error{Number: 18456, Message: "login failed", All: []mssql.Error{{Number: 4060, Message: "no database"}, {Number: 18456, Message: "login failed"}}}
	if err := d.explain(both); err.Code != daycast.Invalid || !strings.Contains(err.Message, "no database") {
		t.Errorf("two errors: %v", err)
	}
	if err := d.explain(errors.New("TLS Handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority")); err.Code != daycast.Invalid {
		t.Errorf("a certificate: %v", err)
	}
}

func TestSQLServerConfig(t *testing.T) {
	config, err := sqlServerConfig("sqlserver://me:s3cret@db?database=shop&timezone=Asia%2FKolkata")
	if err != nil || !config.ReadOnlyIntent || config.Port != 1433 || config.Encoding.Timezone != time.UTC || config.AppName != "daycast" {
		t.Errorf("%+v, %v", config, err)
	}
	config, err = sqlServerConfig("server=db;user id=me;password=s3cret;database=shop;applicationintent=ReadWrite")
	if err != nil || config.ReadOnlyIntent {
		t.Errorf("%+v, %v", config, err)
	}
	for _, dsn := range []string{"sqlserver://me:s3cret@db/shop", "sqlserver://me:s3cret%zz@db?database=shop", "server=db;port=s3cret", ""} {
		if _, err := sqlServerConfig(dsn); daycast.CodeOf(err) != daycast.Invalid || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
