package source

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"daycast"
)

// OpenMySQL connects to a MySQL or MariaDB database to read only. The dsn is a
// URL such as mysql://user:password@host:3306/shop (or mariadb://), with the
// driver's parameters after a question mark, or the driver's own
// user:password@tcp(host:3306)/shop. The parameter tls-ca names a file with the
// certificates that the server's has to be signed by.
//
// The session is in UTC: a TIMESTAMP is an instant and read with its Z, a
// DATETIME is a time on the shop's clock and read as it stands. It fails with
// the codes of OpenPostgres, and the password is in no error.
func OpenMySQL(ctx context.Context, dsn string, queries map[Table]string) (*SQL, error) {
	config, err := mysqlConfig(dsn)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errMySQLDSN()
	}
	db := sql.OpenDB(mysqlSession{connector})
	d := mysqlDialect{address: config.Addr, user: config.User, database: config.DBName, password: config.Passwd}
	if err := awaitDB(ctx, db, d.explain); err != nil {
		return nil, err
	}
	return &SQL{db: db, queries: queries, dialect: d, stream: scanRows}, nil
}

// errMySQLDSN keeps no cause: the parser's own message may quote a password.
func errMySQLDSN() *daycast.Error {
	return daycast.Errorf(daycast.Invalid, "source.dsn cannot be read").
		WithHint("want mysql://user:password@host:3306/database; percent-encode special characters of the password").
		WithField("source.dsn")
}

// mysqlConfig reads either form of a DSN. What could write, send files or
// change what a value means is off, whatever the DSN asks for.
func mysqlConfig(dsn string) (*mysql.Config, error) {
	config, err := parseMySQL(dsn)
	if err != nil {
		return nil, errMySQLDSN()
	}
	if config.DBName == "" {
		return nil, daycast.Errorf(daycast.Invalid, "source.dsn names no database").
			WithHint("want mysql://user:password@host:3306/database").WithField("source.dsn")
	}
	if config.Timeout == 0 {
		config.Timeout = answerTime
	}
	config.Logger = &mysql.NopLogger{} // its errors come back anyway
	config.AllowAllFiles = false
	config.MultiStatements = false
	config.ParseTime = false // it makes a day of 2024-00-00, and an instant of a DATETIME
	if path := config.Params["tls-ca"]; path != "" {
		delete(config.Params, "tls-ca")
		if err := trust(config, path); err != nil {
			return nil, err
		}
	}
	return config, nil
}

func parseMySQL(dsn string) (*mysql.Config, error) {
	scheme, _, found := strings.Cut(dsn, "://")
	if !found || scheme != "mysql" && scheme != "mariadb" {
		return mysql.ParseDSN(dsn)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	host := u.Hostname()
	if host == "" {
		return nil, errMySQLDSN()
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	// Without user and password, which the driver's form cannot escape.
	config, err := mysql.ParseDSN("tcp(" + net.JoinHostPort(host, port) + ")/?" + u.Query().Encode())
	if err != nil {
		return nil, err
	}
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.DBName = strings.TrimPrefix(u.Path, "/")
	return config, nil
}

func trust(config *mysql.Config, path string) error {
	pem, err := os.ReadFile(path)
	if err != nil {
		return daycast.Errorf(daycast.Invalid, "source.dsn: tls-ca: %w", err).WithField("source.dsn")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return daycast.Errorf(daycast.Invalid, "source.dsn: tls-ca: there is no certificate in %s", path).
			WithHint("want a PEM file").WithField("source.dsn")
	}
	name, _, err := net.SplitHostPort(config.Addr)
	if err != nil {
		name = config.Addr
	}
	config.TLS = &tls.Config{RootCAs: pool, ServerName: name, MinVersion: tls.VersionTLS12}
	return nil
}

// A mysqlSession makes each new connection one that only reads, in UTC. The
// server gives up a reader after net_write_timeout, by default a minute, and a
// run that sorts meanwhile may be slower than that.
type mysqlSession struct{ driver.Connector }

func (c mysqlSession) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"SET SESSION TRANSACTION READ ONLY",
		"SET SESSION time_zone = '+00:00', net_write_timeout = 3600",
	} {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

type mysqlDialect struct{ address, user, database, password string }

// quote uses backticks, which hold in every sql_mode.
func (mysqlDialect) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func (mysqlDialect) limit(query string, n int) string { return query + " LIMIT " + strconv.Itoa(n) }

func (mysqlDialect) value(quoted string) string { return quoted }

// Text is compared byte by byte, because a collation may skip punctuation.
func (mysqlDialect) since(quoted, dbType, day string) string {
	switch dbType {
	case "DATE", "DATETIME", "TIMESTAMP":
		return quoted + " >= '" + day + "'"
	}
	return "CAST(CONVERT(" + quoted + " USING utf8mb4) AS BINARY) >= '" + day + "'"
}

func (mysqlDialect) text(v any, dbType string, kind Kind) string {
	raw, ok := v.([]byte)
	switch {
	case kind == Bool && (dbType == "TINYINT" || dbType == "BIT"):
		return mysqlBool(v)
	case !ok:
		return textOf(v, dbType, kind)
	case dbType == "BIT":
		return strconv.FormatUint(bigEndian(raw), 10)
	case dbType == "DATE", dbType == "DATETIME", dbType == "TIMESTAMP":
		return mysqlTime(string(raw), dbType, kind)
	default:
		return validText(string(raw))
	}
}

// mysqlBool is what BOOLEAN means, which MySQL keeps as TINYINT(1).
func mysqlBool(v any) string {
	if raw, ok := v.([]byte); ok {
		v = int64(bigEndian(raw))
	}
	switch v {
	case int64(0):
		return "false"
	case int64(1):
		return "true"
	}
	return textOf(v, "", Bool)
}

func bigEndian(b []byte) (n uint64) {
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return n
}

// mysqlTime is a time in ISO 8601, "" where all of its date is zero: so MySQL
// writes a date that is not known. One of which only a part is zero, such as
// 2024-00-00, stays as it is, for cleaning to name.
func mysqlTime(s, dbType string, kind Kind) string {
	const day = len("2006-01-02")
	if strings.HasPrefix(s, "0000-00-00") {
		return ""
	}
	if len(s) <= day || kind == Date {
		return s[:min(day, len(s))]
	}
	clock := s[day+1:]
	if strings.Contains(clock, ".") {
		clock = strings.TrimRight(strings.TrimRight(clock, "0"), ".")
	}
	if dbType == "TIMESTAMP" {
		clock += "Z"
	}
	return s[:day] + "T" + clock
}

// explain names what the server's error numbers mean for the operator.
func (d mysqlDialect) explain(err error) *daycast.Error {
	var server *mysql.MySQLError
	if !errors.As(err, &server) {
		return d.unreachable(err)
	}
	message := without(d.password, server.Message)
	switch n := server.Number; {
	case mysqlRefused[n]:
		return daycast.Errorf(daycast.Unauthorized, "MySQL at %s refuses user %q: %s", d.address, d.user, message).
			WithHint("the user and password in source.dsn have to be right, and the user to exist for this host with a right on database %q", d.database).
			WithField("source.dsn")
	case n == 1049: // ER_BAD_DB_ERROR
		return daycast.Errorf(daycast.Invalid, "MySQL at %s: %s", d.address, message).
			WithHint("source.dsn names the database after the last slash").WithField("source.dsn")
	case mysqlDenied[n]:
		return daycast.Errorf(daycast.Unauthorized, "%s", message).WithHint("GRANT SELECT on it to user %q, if it is there: MySQL says the same of a table that is not", d.user)
	case mysqlBusy[n]:
		return daycast.Errorf(daycast.Unavailable, "MySQL at %s: %s (error %d)", d.address, message, n)
	}
	switch string(server.SQLState[:2]) {
	case "42": // syntax error or access rule: no such table, no such column
		return daycast.Errorf(daycast.Invalid, "%s", message).
			WithHint("the tables and columns that the query names have to exist in database %q, each column's name once", d.database)
	case "22", "21": // data exception, cardinality violation
		return daycast.Errorf(daycast.Invalid, "%s", message).WithHint("a value does not fit a conversion that the query makes")
	}
	return daycast.Errorf(daycast.Unavailable, "MySQL at %s: %s (error %d)", d.address, message, server.Number)
}

var (
	// mysqlRefused are the errors of a login: access denied (1045, 1698; 1044 to
	// the database), host not allowed (1130), old protocol (1251), password to be
	// changed (1820) or expired (1862), account locked (3118; MariaDB 4151).
	mysqlRefused = map[uint16]bool{1044: true, 1045: true, 1130: true, 1251: true, 1698: true, 1820: true, 1862: true, 3118: true, 4151: true}
	// mysqlDenied are the errors of a right that lacks: command, column, view's
	// columns, routine and SUPER denied, no such grant.
	mysqlDenied = map[uint16]bool{1142: true, 1143: true, 1227: true, 1345: true, 1370: true, 1356: true}
	// mysqlBusy are those that pass although their SQLSTATE says otherwise: too
	// many connections of the user (1203, 1226), a deadlock or a wait for a lock,
	// a query that was ended (1317; for its time 1969, 3024).
	mysqlBusy = map[uint16]bool{1203: true, 1205: true, 1213: true, 1226: true, 1317: true, 1969: true, 3024: true}
)

// unreachable is an error that no server sent.
func (d mysqlDialect) unreachable(err error) *daycast.Error {
	var (
		authority *x509.UnknownAuthorityError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &verify), errors.As(err, &authority):
		return daycast.Errorf(daycast.Invalid, "MySQL at %s: %s", d.address, without(d.password, err.Error())).
			WithHint("name the file of the certificate's authority as tls-ca=FILE in source.dsn").WithField("source.dsn")
	case errors.Is(err, mysql.ErrNoTLS), errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrNativePassword),
		errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrUnknownPlugin), errors.Is(err, mysql.ErrOldProtocol):
		return daycast.Errorf(daycast.Unauthorized, "MySQL at %s: %s", d.address, err.Error()).
			WithHint("source.dsn and the server have to agree on how the user logs in").WithField("source.dsn")
	case errors.Is(err, mysql.ErrPktTooLarge):
		return daycast.Errorf(daycast.Invalid, "MySQL at %s: a row is larger than the connection takes", d.address).
			WithHint("raise maxAllowedPacket in source.dsn, or leave the large column out of the query")
	}
	return daycast.Errorf(daycast.Unavailable, "cannot reach MySQL at %s: %s", d.address, networkReason(err, d.password)).
		WithHint("is the server running, and may this machine connect to %s?", d.address).WithField("source.dsn")
}

// networkReason is the network's own words where there are some.
func networkReason(err error, password string) string {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Err.Error()
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return name.Err
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return "the connection was lost"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return without(password, err.Error())
}
