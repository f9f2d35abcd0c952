package source

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pglogrepl"

	"daycast"
)

// Following is how a Postgres tells which days of its past have changed: by a
// logical replication slot with the plugin pgoutput.
type Following struct {
	Slot        string
	Publication string
	Tables      []Followed
}

// A Followed is a published table. Its rows are of the day in the column Time,
// or, where they have none, of that of the row of another followed table which
// a key points to.
type Followed struct {
	Table  string // may begin with its schema and a point
	Time   string // column with the time of the order
	Key    string // or the column with the key
	Parent string // of the table that the key points to
	Column string // there
}

// Changes are those of a Postgres since they were last confirmed. It is nothing
// but queries: the slot keeps what is not confirmed.
type Changes struct {
	db        *sql.DB
	dialect   postgresDialect
	following Following
}

// OpenChanges connects as Open does.
func (p Postgres) OpenChanges(ctx context.Context, dsn string, f Following) (*Changes, error) {
	db, d, err := p.connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	return &Changes{db, d, f}, nil
}

// Close closes the connection.
func (c *Changes) Close() error { return c.db.Close() }

// A Slot is the state of a replication slot. Positions are Postgres' LSNs.
type Slot struct {
	Now       string // position of the log's end
	Confirmed string // up to which changes were confirmed
	Retained  int64  // bytes of log that the server keeps for the slot
}

// Slot reads the slot's state. It is code not_found where there is none, or none
// that still has all of its log.
func (c *Changes) Slot(ctx context.Context) (s Slot, err error) {
	var plugin, status sql.NullString
	var here sql.NullBool
	err = c.db.QueryRowContext(ctx, `SELECT plugin, wal_status, database = current_database(), pg_current_wal_flush_lsn()::text,
		coalesce(confirmed_flush_lsn::text, ''), coalesce(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), restart_lsn), 0)::bigint
		FROM pg_replication_slots WHERE slot_name = $1`, c.following.Slot).Scan(&plugin, &status, &here, &s.Now, &s.Confirmed, &s.Retained)
	name := c.following.Slot
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, daycast.Errorf(daycast.NotFound, "there is no replication slot %q", name).WithField("source.changes.slot").
			WithHint("SELECT pg_create_logical_replication_slot('%s', 'pgoutput') makes it, where wal_level is logical", name)
	case err != nil:
		return s, c.failed(ctx, err)
	case plugin.String != "pgoutput" || !here.Bool:
		return s, daycast.Errorf(daycast.NotFound, "replication slot %q is not of pgoutput in this database", name).
			WithField("source.changes.slot").WithHint("name another slot")
	case status.String == "lost" || s.Confirmed == "":
		return s, daycast.Errorf(daycast.NotFound, "replication slot %q has lost its log: it was not read for too long", name).
			WithField("source.changes.slot").WithHint("SELECT pg_drop_replication_slot('%[1]s'), then pg_create_logical_replication_slot('%[1]s', 'pgoutput')", name)
	}
	return s, nil
}

// Days are those of rows that were inserted, changed (before and after) or
// deleted between two positions, in UTC or by the wall clock as the shop keeps
// them; what is older may be among them. The rows that a query reads afterwards
// are as of the second position or later. It is code conflict where changes
// after the first position were confirmed by somebody else, or a table was
// emptied or does not tell enough: then any day may have changed.
func (c *Changes) Days(ctx context.Context, since, to string) ([]daycast.Day, error) {
	slot, err := c.Slot(ctx)
	if err != nil {
		return nil, err
	}
	if position(slot.Confirmed) > position(since) {
		return nil, daycast.Errorf(daycast.Conflict, "replication slot %q was moved on, or made anew, since the last run", c.following.Slot).
			WithField("source.changes.slot").WithHint("one data folder follows a slot; another needs one of its own")
	}
	o := newOutput(c.following)
	rows, err := c.db.QueryContext(ctx, `SELECT data FROM pg_logical_slot_peek_binary_changes($1, $2::text::pg_lsn, NULL,
		'proto_version', '1', 'publication_names', $3)`, c.following.Slot, to, c.following.Publication)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return nil, c.failed(ctx, err)
		}
		if err := o.read(data); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, c.failed(ctx, err)
	}
	if err := c.lookUp(ctx, o); err != nil {
		return nil, err
	}
	return o.sorted(), c.untilVisible(ctx, o.transactions)
}

// position is a position as a number; 0 where it cannot be read.
func position(lsn string) pglogrepl.LSN {
	p, err := pglogrepl.ParseLSN(lsn)
	if err != nil {
		return 0
	}
	return p
}

// lookUpKeys is how many keys are asked for at once.
const lookUpKeys = 5000

// lookUp adds the days of rows that keys point to. One that is gone has told its
// day itself.
func (c *Changes) lookUp(ctx context.Context, o *output) error {
	for i, keys := range o.keys {
		f := c.following.Tables[i]
		if len(keys) == 0 {
			continue
		}
		var kind string
		err := c.db.QueryRowContext(ctx, `SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2`,
			f.Parent, f.Column).Scan(&kind)
		if err != nil {
			return c.failed(ctx, err)
		}
		query := "SELECT DISTINCT left(" + quoteName(c.following.timeOf(f.Parent)) + "::text, 10) FROM " + quoteTable(f.Parent) +
			" WHERE " + quoteName(f.Column) + " = ANY ($1::text[]::" + kind + "[])"
		all := make([]string, 0, len(keys))
		for k := range keys {
			all = append(all, k)
		}
		for some := range slices.Chunk(all, lookUpKeys) {
			if err := c.addDays(ctx, o, query, some); err != nil {
				return c.failed(ctx, err)
			}
		}
	}
	return nil
}

func (c *Changes) addDays(ctx context.Context, o *output, query string, keys []string) error {
	rows, err := c.db.QueryContext(ctx, query, keys)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day sql.NullString
		if err := rows.Scan(&day); err != nil {
			return err
		}
		o.add(day.String)
	}
	return rows.Err()
}

// timeOf is the time's column of a followed table.
func (f Following) timeOf(table string) string {
	for _, t := range f.Tables {
		if t.Table == table {
			return t.Time
		}
	}
	return ""
}

// visibleWithin bounds the wait for transactions that the log has and queries do
// not see yet: usually less than a millisecond, longer where commits wait for a
// replica.
const visibleWithin = 30 * time.Second

// untilVisible waits until queries see what transactions did.
func (c *Changes) untilVisible(ctx context.Context, transactions []uint32) error {
	for wait := time.Millisecond; ; wait *= 2 {
		var end int64
		var running string
		err := c.db.QueryRowContext(ctx, `SELECT pg_snapshot_xmax(s)::text::bigint, array_to_string(ARRAY(SELECT pg_snapshot_xip(s)::text), ' ')
			FROM pg_current_snapshot() AS s`).Scan(&end, &running)
		if err != nil {
			return c.failed(ctx, err)
		}
		if !hidden(transactions, end, running) {
			return nil
		}
		if wait > visibleWithin {
			return daycast.Errorf(daycast.Unavailable, "Postgres at %s: committed orders are not to be seen yet", c.dialect.address).
				WithHint("does a synchronous replica hold up commits?")
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// hidden reports whether a snapshot, which ends before a transaction and leaves
// out those that were running, does not see one of them. Numbers in the log are
// the low half of a snapshot's.
func hidden(transactions []uint32, end int64, running string) bool {
	out := map[uint32]bool{}
	for text := range strings.FieldsSeq(running) {
		out[low(text)] = true
	}
	for _, x := range transactions {
		if out[x] || int32(x-uint32(end)) >= 0 { //nolint:gosec // numbers go round
			return true
		}
	}
	return false
}

// Confirm lets the server forget changes up to a position.
func (c *Changes) Confirm(ctx context.Context, to string) error {
	var ignored sql.NullString
	err := c.db.QueryRowContext(ctx, `SELECT a.end_lsn::text FROM pg_replication_slots AS s, pg_replication_slot_advance(s.slot_name, $2::text::pg_lsn) AS a
		WHERE s.slot_name = $1 AND s.confirmed_flush_lsn < $2::text::pg_lsn`, c.following.Slot, to).Scan(&ignored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it is there already
	}
	if err != nil {
		return c.failed(ctx, err)
	}
	return nil
}

func (c *Changes) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e := c.dialect.explain(err)
	e.Message = "the slot of changes: " + e.Message
	return e.WithField("source.changes")
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// quoteTable quotes a name that may begin with its schema.
func quoteTable(name string) string {
	if schema, table, ok := strings.Cut(name, "."); ok {
		return quoteName(schema) + "." + quoteName(table)
	}
	return quoteName(name)
}
