package source

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"daycast"
)

// A spelling is how a database writes names, limits and values.
type spelling interface {
	// quote is a column's name, quoted.
	quote(name string) string
	// limit is a SELECT of at most n rows; 0 asks for the columns alone.
	limit(query string, n int) string
	// text writes a value of a database type in the canonical way of its kind.
	text(v any, dbType string, kind Kind) string
}

// standard is the spelling of Postgres and SQLite.
type standard struct{}

func (standard) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (standard) limit(query string, n int) string { return query + " LIMIT " + strconv.Itoa(n) }

func (standard) text(v any, dbType string, kind Kind) string { return textOf(v, dbType, kind) }

// answerTime bounds one try to connect: a server that takes the connection and
// then says nothing is as good as none.
const answerTime = 15 * time.Second

// awaitDB waits for a database's first answer, over some tries where it is
// unavailable. It closes db where there is none.
func awaitDB(ctx context.Context, db *sql.DB, explain func(error) *daycast.Error) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		try, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		err := db.PingContext(try)
		if err == nil {
			return struct{}{}, nil
		}
		e := explain(err)
		if e.Code != daycast.Unavailable {
			return struct{}{}, backoff.Permanent(e)
		}
		return struct{}{}, e
	}, backoff.WithMaxTries(connectTries))
	if err == nil {
		return nil
	}
	_ = db.Close()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// without is a message with a password taken out.
func without(password, message string) string {
	if password == "" {
		return message
	}
	return strings.ReplaceAll(message, password, "xxxxx")
}
