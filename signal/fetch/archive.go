package fetch

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"
	_ "modernc.org/sqlite" // the driver

	"daycast"
)

// An Archive keeps what APIs answered, by source, request and moment, and what
// was asked of them, in one file. Several programs may use it at once.
type Archive struct {
	db   *sql.DB
	pack *zstd.Encoder
	open *zstd.Decoder
}

// tables are the archive's. Moments are milliseconds of Unix time. The newest
// answer to a request that says the same as the one before is that one, seen
// later.
const tables = `
CREATE TABLE IF NOT EXISTS answers (
	source TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL, seen INTEGER NOT NULL, body BLOB NOT NULL,
	PRIMARY KEY (source, request, at));
CREATE TABLE IF NOT EXISTS spent (source TEXT NOT NULL, day INTEGER NOT NULL, requests INTEGER NOT NULL, PRIMARY KEY (source, day));
CREATE TABLE IF NOT EXISTS states (
	source TEXT PRIMARY KEY, answered INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
	until INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, most INTEGER NOT NULL DEFAULT 0,
	remaining INTEGER NOT NULL DEFAULT 0, reset INTEGER NOT NULL DEFAULT 0);`

// Open opens the archive in a file, which it makes where there is none.
func Open(ctx context.Context, file string) (*Archive, error) {
	wrong := func(err error) error {
		return daycast.Errorf(daycast.Invalid, "the archive of signals %s: %w", file, err).
			WithHint("it has what outside APIs answered; a file that is broken may be deleted, and is fetched again")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, wrong(err)
	}
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_txlock=immediate")
	if err != nil {
		return nil, wrong(err)
	}
	db.SetMaxOpenConns(2) // one reads while the other writes
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(wrong(err), db.Close())
	}
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*mostBytes))
	return &Archive{db: db, pack: pack, open: unpack}, err
}

// Close closes the file.
func (a *Archive) Close() error {
	a.open.Close()
	return errors.Join(a.pack.Close(), a.db.Close())
}

// Latest is the newest answer to a request, however old.
func (a *Archive) Latest(ctx context.Context, source string, r Request) (Answer, bool, error) {
	for answer, err := range a.read(ctx, "source = ? AND request = ? ORDER BY at DESC LIMIT 1", source, r.String()) {
		return answer, err == nil, err
	}
	return Answer{}, false, nil
}

// Answers yields all answers to a source's requests of a path, by request and
// moment.
func (a *Archive) Answers(ctx context.Context, source, path string) iter.Seq2[Answer, error] {
	return a.read(ctx, "source = ? AND (request = ? OR request GLOB ?) ORDER BY request, at", source, path, path+"[?]*")
}

// History yields all answers to one request, oldest first.
func (a *Archive) History(ctx context.Context, source, request string) iter.Seq2[Answer, error] {
	return a.read(ctx, "source = ? AND request = ? ORDER BY at", source, request)
}

// Requests are those of a source's requests of a path that have an answer, in
// their order.
func (a *Archive) Requests(ctx context.Context, source, path string) (requests []string, err error) {
	rows, err := a.db.QueryContext(ctx, "SELECT DISTINCT request FROM answers WHERE source = ? AND (request = ? OR request GLOB ?) ORDER BY request", source, path, path+"[?]*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var request string
		if err := rows.Scan(&request); err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
	return requests, rows.Err()
}

// Under yields all answers to a source's requests that begin with a prefix, by
// request and moment.
func (a *Archive) Under(ctx context.Context, source, prefix string) iter.Seq2[Answer, error] {
	return a.read(ctx, "source = ? AND request >= ? AND request < ? ORDER BY request, at", source, prefix, prefix+"\U0010ffff")
}

func (a *Archive) read(ctx context.Context, where string, args ...any) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		rows, err := a.db.QueryContext(ctx, "SELECT request, at, seen, body FROM answers WHERE "+where, args...)
		if err != nil {
			yield(Answer{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var answer Answer
			var at, seen int64
			var packed []byte
			err := rows.Scan(&answer.Request, &at, &seen, &packed)
			if err == nil {
				answer.Body, err = a.open.DecodeAll(packed, nil)
			}
			answer.At, answer.Seen = moment(at), moment(seen)
			if !yield(answer, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Answer{}, err)
		}
	}
}

// put keeps an answer. One that says the same as the newest is only seen again.
func (a *Archive) put(ctx context.Context, source, request string, now time.Time, body []byte) (Answer, error) {
	answer := Answer{Request: request, At: moment(now.UnixMilli()), Seen: moment(now.UnixMilli()), Body: body}
	err := a.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO states (source, answered) VALUES (?, ?)
			ON CONFLICT (source) DO UPDATE SET answered = excluded.answered, error = '', until = 0`, source, now.UnixMilli()); err != nil {
			return err
		}
		var at int64
		var packed []byte
		err := tx.QueryRowContext(ctx, "SELECT at, body FROM answers WHERE source = ? AND request = ? ORDER BY at DESC LIMIT 1", source, request).Scan(&at, &packed)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil {
			if old, err := a.open.DecodeAll(packed, nil); err == nil && bytes.Equal(old, body) {
				answer.At = moment(at)
				_, err = tx.ExecContext(ctx, "UPDATE answers SET seen = ? WHERE source = ? AND request = ? AND at = ?", now.UnixMilli(), source, request, at)
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
			source, request, now.UnixMilli(), now.UnixMilli(), a.pack.EncodeAll(body, nil))
		return err
	})
	return answer, err
}

func (a *Archive) change(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
