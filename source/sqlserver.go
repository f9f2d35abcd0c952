package source

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"daycast"
)

// OpenSQLServer connects to a SQL Server or Azure SQL database. The dsn is a URL
// such as sqlserver://user:password@host:1433?database=shop, or the driver's
// key=value words. The connection says ApplicationIntent=ReadOnly, which a
// group of servers sends to a copy that can be read, unless the dsn says
// otherwise. It fails with the codes of OpenPostgres, and the password is in no
// error.
//
// A query is read as a derived table, where SQL Server allows neither an ORDER
// BY without TOP nor a WITH.
func OpenSQLServer(ctx context.Context, dsn string, queries map[Table]string) (*SQL, error) {
	config, err := sqlServerConfig(dsn)
	if err != nil {
		return nil, err
	}
	d := sqlServerDialect{
		address: net.JoinHostPort(config.Host, strconv.FormatUint(config.Port, 10)),
		user:    config.User, database: config.Database, password: config.Password,
	}
	if config.Instance != "" {
		d.address = config.Host + `\` + config.Instance
	}
	db := sql.OpenDB(mssql.NewConnectorConfig(config))
	if err := awaitDB(ctx, db, d.explain); err != nil {
		return nil, err
	}
	return &SQL{db: db, queries: queries, dialect: d, stream: scanRows}, nil
}

func sqlServerConfig(dsn string) (msdsn.Config, error) {
	config, err := msdsn.Parse(dsn)
	if err != nil || config.Host == "" {
		// The parser's own message may quote a password.
		return config, daycast.Errorf(daycast.Invalid, "source.dsn cannot be read").
			WithHint("want sqlserver://user:password@host:1433?database=shop; percent-encode special characters of the password").
			WithField("source.dsn")
	}
	if config.Database == "" {
		return config, daycast.Errorf(daycast.Invalid, "source.dsn names no database").
			WithHint("want sqlserver://user:password@host:1433?database=shop; a name after a slash is an instance's").
			WithField("source.dsn")
	}
	if config.Port == 0 && config.Instance == "" {
		config.Port = 1433
	}
	if config.Parameters[msdsn.ApplicationIntent] == "" {
		config.ReadOnlyIntent = true
	}
	if config.Parameters[msdsn.AppName] == "" {
		config.AppName = "daycast"
	}
	config.LogFlags = 0
	config.Encoding.Timezone = time.UTC // what has no zone is read as it stands
	config.Encoding.GuidConversion = false
	return config, nil
}

type sqlServerDialect struct{ address, user, database, password string }

func (sqlServerDialect) quote(name string) string {
	return "[" + strings.ReplaceAll(name, "]", "]]") + "]"
}

func (sqlServerDialect) limit(query string, n int) string {
	return "SELECT TOP (" + strconv.Itoa(n) + ")" + strings.TrimPrefix(query, "SELECT")
}

func (sqlServerDialect) value(quoted string) string { return quoted }

// A day without hyphens is read the same in every language of a login, which
// 2024-03-01 of a DATETIME is not. Text is compared byte by byte, because a
// collation may skip punctuation.
func (sqlServerDialect) since(quoted, dbType, day string) string {
	switch dbType {
	case "DATE", "DATETIME", "DATETIME2", "SMALLDATETIME":
		return quoted + " >= '" + strings.ReplaceAll(day, "-", "") + "'"
	case "DATETIMEOFFSET":
		return quoted + " >= '" + day + "T00:00:00+00:00'"
	}
	return "CAST(" + quoted + " AS nvarchar(40)) COLLATE Latin1_General_BIN2 >= '" + day + "'"
}

func (sqlServerDialect) text(v any, dbType string, kind Kind) string {
	switch dbType {
	case "UNIQUEIDENTIFIER": // its first three parts have their bytes the other way round
		var id mssql.UniqueIdentifier
		if raw, ok := v.([]byte); ok && id.Scan(raw) == nil {
			return id.String()
		}
	case "REAL":
		dbType = "FLOAT4"
	case "DATETIMEOFFSET":
		dbType = "TIMESTAMPTZ"
	case "TIME":
		if t, ok := v.(time.Time); ok {
			return t.Format("15:04:05.9999999")
		}
	}
	return textOf(v, dbType, kind)
}

// explain names what the server's error numbers mean for the operator.
func (d sqlServerDialect) explain(err error) *daycast.Error {
	var server mssql.Error
	if !errors.As(err, &server) {
		return d.unreachable(err)
	}
	// Of several the first that we know says why; the last may only say that it failed.
	for _, e := range server.All {
		if sqlServerCodes[e.Number] != "" {
			server = e
			break
		}
	}
	message := without(d.password, server.Message)
	n := server.Number
	switch sqlServerCodes[n] {
	case loginRefused:
		return daycast.Errorf(daycast.Unauthorized, "SQL Server at %s refuses user %q: %s", d.address, d.user, message).
			WithHint("the user and password in source.dsn have to be right, and the login to be enabled").WithField("source.dsn")
	case noDatabase:
		return daycast.Errorf(daycast.Invalid, "SQL Server at %s: %s", d.address, message).
			WithHint("source.dsn names the database as database=NAME, and user %q has to be one of its users", d.user).WithField("source.dsn")
	case noRight:
		return daycast.Errorf(daycast.Unauthorized, "%s", message).WithHint("GRANT SELECT on it to user %q", d.user)
	case wrongQuery:
		return daycast.Errorf(daycast.Invalid, "%s", message).WithHint("%s", d.queryHint(n))
	case wrongValue:
		return daycast.Errorf(daycast.Invalid, "%s", message).WithHint("a value does not fit a conversion that the query makes; TRY_CAST gives NULL")
	}
	return daycast.Errorf(daycast.Unavailable, "SQL Server at %s: %s (error %d)", d.address, message, n)
}

func (d sqlServerDialect) queryHint(n int32) string {
	const derived = "the query is read as SELECT ... FROM (query) AS q"
	switch n {
	case 1033, 156, 319, 336:
		return derived + ", where SQL Server allows no WITH, and no ORDER BY without TOP or OFFSET; " +
			"make a view of it, and leave out the ORDER BY, which daycast does not need"
	case 8155, 8156:
		return derived + ": give each column one name of its own, with AS"
	}
	return "the tables and columns that the query names have to exist in database " + strconv.Quote(d.database)
}

// unreachable is an error that no server sent.
func (d sqlServerDialect) unreachable(err error) *daycast.Error {
	var (
		authority x509.UnknownAuthorityError
		verify    *tls.CertificateVerificationError
		host      x509.HostnameError
	)
	if errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &host) || strings.Contains(err.Error(), "x509:") {
		return daycast.Errorf(daycast.Invalid, "SQL Server at %s: %s", d.address, without(d.password, err.Error())).
			WithHint("name the file of the certificate's authority as certificate=FILE in source.dsn").WithField("source.dsn")
	}
	return daycast.Errorf(daycast.Unavailable, "cannot reach SQL Server at %s: %s", d.address, networkReason(err, d.password)).
		WithHint("is the server running, and may this machine connect to %s?", d.address).WithField("source.dsn")
}

// A meaning is what an error number says about the operator's settings.
type meaning string

const (
	loginRefused meaning = "login"
	noDatabase   meaning = "database"
	noRight      meaning = "right"
	wrongQuery   meaning = "query"
	wrongValue   meaning = "value"
)

// sqlServerCodes are the numbers of sys.messages that no waiting mends.
var sqlServerCodes = map[int32]meaning{
	18452: loginRefused, 18456: loginRefused, 18470: loginRefused, 18486: loginRefused, 18487: loginRefused, 18488: loginRefused,
	4060: noDatabase, 911: noDatabase, 916: noDatabase,
	229: noRight, 230: noRight, 297: noRight, 300: noRight,
	// Syntax, names, and what a derived table cannot hold.
	102: wrongQuery, 103: wrongQuery, 105: wrongQuery, 156: wrongQuery, 170: wrongQuery, 195: wrongQuery, 207: wrongQuery,
	208: wrongQuery, 209: wrongQuery, 319: wrongQuery, 336: wrongQuery, 1033: wrongQuery, 4104: wrongQuery, 4121: wrongQuery,
	8120: wrongQuery, 8155: wrongQuery, 8156: wrongQuery,
	220: wrongValue, 241: wrongValue, 242: wrongValue, 244: wrongValue, 245: wrongValue, 248: wrongValue, 512: wrongValue,
	517: wrongValue, 8114: wrongValue, 8115: wrongValue, 8134: wrongValue, 8169: wrongValue,
}
