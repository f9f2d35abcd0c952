package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"daycast"
)

// connectTries is how often OpenPostgres tries to connect: with the backoff's
// half a second, growing by half, a restart of some seconds is waited for.
const connectTries = 4

// ErrTooLong is the cause of an error with code unavailable where the server
// ended a query because it ran too long: a shorter one may do.
var ErrTooLong = errors.New("the query took too long")

// OpenPostgres is Postgres.Open without a limit on silence.
func OpenPostgres(ctx context.Context, dsn string, queries map[Table]string) (*SQL, error) {
	return Postgres{}.Open(ctx, dsn, queries)
}

// Postgres is how a Postgres database is read.
type Postgres struct {
	Timeout time.Duration // of silence, after which a connection counts as lost; 0: never
}

// Open connects to a database to read only. The dsn is a URL such as
// postgres://user:password@host:5432/shop, or libpq's key=value words. It fails
// with code unauthorized where the password is wrong, unavailable where the
// server does not answer after some tries. The password is in no error.
func (p Postgres) Open(ctx context.Context, dsn string, queries map[Table]string) (*SQL, error) {
	db, d, err := p.connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	return &SQL{db: db, queries: queries, dialect: d, stream: postgresRows}, nil
}

// configure reads the dsn.
func (p Postgres) configure(dsn string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The parser's own message may quote a password that it did not recognise.
		return nil, daycast.Errorf(daycast.Invalid, "source.dsn cannot be read").
			WithHint("want postgres://user:password@host:5432/database; percent-encode special characters of the password").
			WithField("source.dsn")
	}
	config.DialFunc = pgconn.DialFunc(listening(dial(config.DialFunc), p.Timeout))
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams["application_name"] = "daycast"
	config.RuntimeParams["default_transaction_read_only"] = "on"
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["datestyle"] = "ISO" // only how dates are written: the order of days and months in texts is the user's
	// No prepared statements, so that a pooler between us does not matter.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	return config, nil
}

func (p Postgres) connect(ctx context.Context, dsn string) (*sql.DB, postgresDialect, error) {
	config, err := p.configure(dsn)
	if err != nil {
		return nil, postgresDialect{}, err
	}
	d := postgresDialect{
		address:  net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))),
		user:     config.User,
		database: config.Database,
		password: config.Password,
	}
	db := stdlib.OpenDB(*config)
	_, err = backoff.Retry(ctx, func() (*sql.DB, error) {
		err := db.PingContext(ctx)
		if err == nil {
			return db, nil
		}
		e := d.explain(err)
		if e.Code != daycast.Unavailable {
			return nil, backoff.Permanent(e)
		}
		return nil, e
	}, backoff.WithMaxTries(connectTries))
	if err != nil {
		_ = db.Close()
		if ctx.Err() != nil {
			return nil, d, context.Cause(ctx)
		}
		return nil, d, err
	}
	return db, d, nil
}

type postgresDialect struct {
	standard
	address, user, database, password string
}

func (postgresDialect) value(quoted string) string { return quoted }

// Text is compared byte by byte, because a language's order skips punctuation.
func (postgresDialect) since(quoted, dbType, day string) string {
	switch dbType {
	case "TEXT", "VARCHAR", "BPCHAR":
		quoted += ` COLLATE "C"`
	}
	return quoted + " >= '" + day + "'"
}

// explain never keeps the cause: pgx's errors hold the whole configuration.
func (d postgresDialect) explain(err error) *daycast.Error {
	var pg *pgconn.PgError
	if silent := (silentError{}); errors.As(err, &silent) {
		return daycast.Errorf(daycast.Unavailable, "%s from Postgres at %s", silent, d.address).
			WithHint("is the network in order? A query that takes longer before its first row needs a longer source.timeout").WithField("source.timeout")
	}
	if !errors.As(err, &pg) {
		return daycast.Errorf(daycast.Unavailable, "cannot reach Postgres at %s: %s", d.address, d.reason(err)).
			WithHint("is the server running, and may this machine connect to %s?", d.address).WithField("source.dsn")
	}
	message := d.scrub(pg.Message)
	switch {
	case strings.HasPrefix(pg.Code, "28"): // invalid authorization
		return daycast.Errorf(daycast.Unauthorized, "Postgres at %s refuses user %q: %s", d.address, d.user, message).
			WithHint("the user and password in source.dsn have to be right, and pg_hba.conf to let them in").WithField("source.dsn")
	case pg.Code == "3D000": // invalid catalog name
		return daycast.Errorf(daycast.Invalid, "Postgres at %s: %s", d.address, message).
			WithHint("source.dsn names the database after the last slash").WithField("source.dsn")
	case pg.Code == "42501": // insufficient privilege
		return daycast.Errorf(daycast.Unauthorized, "%s", message).
			WithHint("GRANT SELECT on it to user %q", d.user)
	case strings.HasPrefix(pg.Code, "42"): // syntax error, undefined table, undefined column
		return daycast.Errorf(daycast.Invalid, "%s", message).
			WithHint("the tables and columns that the query names have to exist in database %q%s", d.database, pgHint(pg))
	case strings.HasPrefix(pg.Code, "22"): // data exception: a cast in the query failed
		return daycast.Errorf(daycast.Invalid, "%s", message).
			WithHint("a value does not fit a conversion that the query makes%s", pgHint(pg))
	case pg.Code == "57014" || pg.Code == "40001": // query canceled, conflict with recovery on a replica
		e := daycast.Errorf(daycast.Unavailable, "Postgres at %s: %s", d.address, message).
			WithHint("statement_timeout of user %q, or max_standby_streaming_delay of a replica, may be too short", d.user)
		e.Err = ErrTooLong
		return e
	default: // 08 connection, 53 resources, 57 operator intervention
		return daycast.Errorf(daycast.Unavailable, "Postgres at %s: %s (SQLSTATE %s)", d.address, message, pg.Code)
	}
}

func pgHint(pg *pgconn.PgError) string {
	if pg.Hint == "" {
		return ""
	}
	return fmt.Sprintf("; Postgres says: %s", pg.Hint)
}

// reason is the network's own words where there are some.
func (d postgresDialect) reason(err error) string {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Err.Error()
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return name.Err
	}
	return d.scrub(err.Error())
}

func (d postgresDialect) scrub(message string) string {
	if d.password == "" {
		return message
	}
	return strings.ReplaceAll(message, d.password, "xxxxx")
}
