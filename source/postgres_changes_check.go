package source

import (
	"context"
	"errors"
	"strings"

	"daycast"
)

// Check names all that keeps changes from being followed: the server's log, the
// user's rights, the slot, and of each table its publication and whether its
// changes tell of which day a row was before.
func (c *Changes) Check(ctx context.Context) error {
	var level, user string
	var may bool
	err := c.db.QueryRowContext(ctx, `SELECT current_setting('wal_level'), current_user, rolsuper OR rolreplication FROM pg_roles
		WHERE rolname = current_user`).Scan(&level, &user, &may)
	if err != nil {
		return c.failed(ctx, err)
	}
	if level != "logical" {
		return daycast.Errorf(daycast.Invalid, "wal_level of the server is %s, and changes need logical", level).WithField("source.changes").
			WithHint("ALTER SYSTEM SET wal_level = logical, and restart the server")
	}
	var errs []error
	if !may {
		errs = append(errs, daycast.Errorf(daycast.Unauthorized, "user %q may not read a replication slot", user).
			WithField("source.changes").WithHint("ALTER ROLE %s REPLICATION", quoteName(user)))
	}
	if _, err := c.Slot(ctx); err != nil {
		errs = append(errs, err)
	}
	for _, f := range c.following.Tables {
		err := c.checkTable(ctx, f)
		if daycast.CodeOf(err) == daycast.Unavailable && err != nil {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c *Changes) checkTable(ctx context.Context, f Followed) error {
	wrong := func(format string, args ...any) *daycast.Error {
		return daycast.Errorf(daycast.Invalid, format, args...).WithField("source.changes.tables")
	}
	column := f.Time + f.Key
	var found, published, whole, told bool
	err := c.db.QueryRowContext(ctx, `SELECT a.attnum IS NOT NULL,
			p.tablename IS NOT NULL, coalesce((SELECT pubinsert AND pubupdate AND pubdelete FROM pg_publication WHERE pubname = $3), false),
			c.relreplident = 'f' OR EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey)
				AND (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident))
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
		LEFT JOIN pg_publication_tables AS p ON p.pubname = $3 AND p.schemaname = n.nspname AND p.tablename = c.relname
		WHERE c.oid = $1::text::regclass`, quoteTable(f.Table), column, c.following.Publication).Scan(&found, &published, &whole, &told)
	if err != nil {
		return c.failed(ctx, err)
	}
	publication := quoteName(c.following.Publication)
	switch {
	case !found:
		return wrong("table %s has no column %q", f.Table, column)
	case !published:
		return wrong("table %s is not in publication %s", f.Table, publication).
			WithHint("CREATE PUBLICATION %s FOR TABLE %s, or ALTER PUBLICATION %[1]s ADD TABLE %[3]s", publication, c.tableNames(), quoteTable(f.Table))
	case !whole:
		return wrong("publication %s leaves out inserts, updates or deletes", publication).
			WithHint("ALTER PUBLICATION %s SET (publish = 'insert, update, delete, truncate')", publication)
	case !told:
		return wrong("changes of table %s do not tell what %s was before", f.Table, column).
			WithHint("ALTER TABLE %s REPLICA IDENTITY FULL, or USING INDEX of a unique one with that column", quoteTable(f.Table))
	}
	return nil
}

func (c *Changes) tableNames() string {
	var names []string
	for _, f := range c.following.Tables {
		names = append(names, quoteTable(f.Table))
	}
	return strings.Join(names, ", ")
}
