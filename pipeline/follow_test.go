package pipeline_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
	"daycast/source"
)

// A followed world is one whose runs follow changes by a replication slot.
type followed struct {
	world
	db        *sql.DB
	following source.Following
	spans     []daycast.Span
	heard     *hearer
}

func newFollowed(t *testing.T, lines int) *followed {
	db, dsn := postgres(t, lines)
	f := &followed{db: db}
	name := fmt.Sprintf("daycast_%d", time.Now().UnixNano())
	f.following = source.Following{Slot: name, Publication: "daycast", Tables: []source.Followed{
		{Table: "orders", Time: "ordered_at"}, {Table: "public.order_lines", Key: "order_id", Parent: "orders", Column: "id"},
	}}
	var level string
	if err := db.QueryRow("SHOW wal_level").Scan(&level); err != nil || level != "logical" {
		t.Skipf("SKIPPED: the server's wal_level is %s (%v), and slots need logical", level, err)
	}
	statement(t, db, "CREATE PUBLICATION daycast FOR TABLE orders, order_lines", "ALTER TABLE orders REPLICA IDENTITY FULL")
	f.makeSlot(t)
	t.Cleanup(func() { f.dropSlot(t) })
	f.world, f.heard = postgresWorld(t, dsn, 0)
	f.set = func(r *pipeline.Run) {
		changes, err := source.Postgres{}.OpenChanges(t.Context(), f.dsn, f.following)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { changes.Close() })
		r.Changes, r.Source, r.Settings.SpanLines = changes, &noted{r.Source, &f.spans}, 0
	}
	return f
}

func (f *followed) makeSlot(t *testing.T) {
	statement(t, f.db, "SELECT pg_create_logical_replication_slot('"+f.following.Slot+"', 'pgoutput')")
}

func (f *followed) dropSlot(t *testing.T) {
	statement(t, f.db, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '"+f.following.Slot+"'")
}

// pass does a run and forgets what earlier ones read and said.
func (f *followed) pass(t *testing.T, last string) {
	t.Helper()
	f.spans, f.heard.stages = nil, nil
	f.run(t, last)
}

// slot is up to where changes were confirmed.
func (f *followed) slot(t *testing.T) (confirmed string) {
	t.Helper()
	if err := f.db.QueryRow("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = $1", f.following.Slot).Scan(&confirmed); err != nil {
		t.Fatal(err)
	}
	return confirmed
}

// seriesDay is where a fact is.
type seriesDay struct {
	series daycast.Series
	day    daycast.Day
}

// sums are what is known now.
func sums(facts []daycast.Fact) map[seriesDay]float32 {
	of := map[seriesDay]float32{}
	for _, f := range facts {
		of[seriesDay{f.Series, f.Day}] += f.Units
	}
	for k, v := range of {
		if v == 0 {
			delete(of, k)
		}
	}
	return of
}

// upToDate: the facts are those of a full read of the shop as it is now.
func (f *followed) upToDate(t *testing.T) {
	t.Helper()
	fresh, _ := postgresWorld(t, f.dsn, 0)
	fresh.run(t, pipeline.StepClean)
	want, got := sums(fresh.facts(t)), sums(f.facts(t))
	wrong := 0
	for k := range want {
		if want[k] != got[k] {
			wrong++
			if wrong < 4 {
				t.Errorf("%s on %s: %g units, want %g", k.series.ID(), k.day, got[k], want[k])
			}
		}
	}
	if wrong > 0 || len(got) != len(want) {
		t.Errorf("%d of %d facts differ, and there are %d", wrong, len(want), len(got))
	}
}

// days is how many the spans of a pass have, the open one as a day.
func (f *followed) days() (n daycast.Day) {
	for _, s := range f.spans {
		if s.From == 0 {
			return 1 << 20
		}
		if s.To == 0 {
			n++
		} else {
			n += s.To - s.From
		}
	}
	return n
}

// Edits, deletions, moved and late orders of long ago are found, and nothing
// else is read again.
func TestFollowsChanges(t *testing.T) {
	f := newFollowed(t, 24_000)
	f.pass(t, "")
	before, at := f.facts(t), f.slot(t)
	f.pass(t, "") // nothing has changed
	if f.days() != 1 || f.slot(t) <= at {
		t.Errorf("of an unchanged shop %v was read, and the slot went from %s to %s", f.spans, at, f.slot(t))
	}
	const order, day = "(SELECT min(id) FROM orders WHERE ordered_at >= date '2023-08-29' - %d)", "timestamp '2023-08-29'"
	on := func(back int) string { return fmt.Sprintf(order, back) }
	statement(t, f.db,
		"UPDATE order_lines SET quantity = quantity + 7 WHERE line_id = 1 AND order_id = "+on(100),
		"DELETE FROM order_lines WHERE line_id = 2 AND order_id = "+on(120),
		"CREATE TABLE gone AS SELECT * FROM orders WHERE id = "+on(140),
		"DELETE FROM order_lines WHERE order_id IN (SELECT id FROM gone)", "DELETE FROM orders WHERE id IN (SELECT id FROM gone)",
		"UPDATE orders SET ordered_at = ordered_at - interval '30 days' WHERE id = "+on(160),
		"UPDATE order_lines SET order_id = "+on(60)+", line_id = 9 WHERE line_id = 3 AND order_id = "+on(80),
		"INSERT INTO orders VALUES (900001, "+day+" - interval '220 days', 5), (900002, "+day+" + interval '1 day', 5)",
		"INSERT INTO order_lines VALUES (900001, 0, 'item 3', 11, 2), (900001, 1, 'item 4', 1, 2), (900002, 0, 'item 3', 2, 2)",
		"INSERT INTO order_lines VALUES ("+on(100)+", 8, 'item 5', -2, 3)", // a return, entered with the order
	)
	f.pass(t, "")
	if n := f.days(); n < 8*3-2 || n > 8*3+4 || strings.Contains(f.heard.text(), "warning") {
		t.Errorf("%d days were read, want three about each of eight: %v\n%s", n, f.spans, f.heard.text())
	}
	f.upToDate(t)
	f.versions(t, before)

	// What a run that does not come to its end has read is not confirmed.
	at = f.slot(t)
	statement(t, f.db, "UPDATE order_lines SET quantity = 50 WHERE line_id = 0 AND order_id = "+on(200))
	f.pass(t, pipeline.StepClean)
	if f.slot(t) != at {
		t.Error("changes were confirmed before they were published")
	}
	statement(t, f.db, "UPDATE order_lines SET quantity = 60 WHERE line_id = 0 AND order_id = "+on(210))
	f.pass(t, "") // goes on, or begins anew
	f.pass(t, "")
	f.upToDate(t)
	if f.slot(t) <= at {
		t.Error("published changes were not confirmed")
	}
}

// versions: of the days that were over, what was known then still is.
func (f *followed) versions(t *testing.T, before []daycast.Fact) {
	t.Helper()
	known := map[daycast.Day][]daycast.Fact{}
	newest := daycast.Day(0)
	for _, x := range before {
		newest = max(newest, x.Day)
	}
	corrections := 0
	for _, x := range f.facts(t) {
		known[x.KnownAt] = append(known[x.KnownAt], x)
		if x.Day < newest-8 && x.KnownAt > newest-1 {
			corrections++
		}
	}
	if corrections < 10 {
		t.Errorf("%d corrections of the past are known", corrections)
	}
	var then []daycast.Fact
	for day, facts := range known {
		if day < newest {
			then = append(then, facts...)
		}
	}
	want := sums(before)
	for k, v := range sums(then) {
		if k.day < newest && v != want[k] {
			t.Errorf("%s on %s was %g, and now it is said to have been %g", k.series.ID(), k.day, want[k], v)
			return
		}
	}
}

// What keeps a run from knowing is a warning, and the look-back is read.
func TestCannotFollow(t *testing.T) {
	f := newFollowed(t, 8_000)
	f.pass(t, "")
	warned := func(name, says string) {
		t.Helper()
		f.pass(t, "")
		if len(f.spans) != 1 || f.spans[0].From == 0 || f.spans[0].To != 0 || f.days() != 1 || !strings.Contains(f.heard.text(), "warning: changes cannot be followed") ||
			!strings.Contains(f.heard.text(), says) {
			t.Errorf("%s: read %v and said\n%s", name, f.spans, f.heard.text())
		}
		if got, err := pipeline.ReadFollowed(f.dir); err != nil || !strings.Contains(got.Warning, says) {
			t.Errorf("%s: noted %+v, %v", name, got, err)
		}
	}
	works := func(name string) {
		t.Helper()
		f.pass(t, "")
		if strings.Contains(f.heard.text(), "warning") {
			t.Errorf("%s: %s", name, f.heard.text())
		}
	}
	f.dropSlot(t)
	warned("no slot", "there is no replication slot")
	f.makeSlot(t)
	works("a new slot after a run without one")
	f.dropSlot(t)
	statement(t, f.db, "UPDATE order_lines SET quantity = 9 WHERE line_id = 0")
	f.makeSlot(t)
	warned("another slot", "made anew, since the last run")
	works("after another slot")
	statement(t, f.db, "ALTER TABLE orders REPLICA IDENTITY DEFAULT")
	warned("no old rows", `changes of table orders do not tell what ordered_at was before`)
	statement(t, f.db, "ALTER TABLE orders REPLICA IDENTITY FULL")
	works("old rows again")
	statement(t, f.db, "CREATE TABLE kept AS SELECT * FROM order_lines", "TRUNCATE order_lines", "INSERT INTO order_lines SELECT * FROM kept")
	warned("emptied", "was emptied (TRUNCATE)")
	works("after it was emptied")
	statement(t, f.db, "ALTER PUBLICATION daycast DROP TABLE order_lines")
	warned("not published", "is not in publication")
}

// Check names what is to be done, and a user needs no more than it says.
func TestCheckChanges(t *testing.T) {
	f := newFollowed(t, 400)
	role := fmt.Sprintf("reader_%d", time.Now().UnixNano())
	statement(t, f.db, "CREATE ROLE "+role+" LOGIN PASSWORD 'reader'", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+role)
	t.Cleanup(func() {
		statement(t, f.db, "DROP OWNED BY "+role)
		statement(t, f.db, "DROP ROLE "+role)
	})
	u, _ := url.Parse(f.dsn)
	u.User = url.UserPassword(role, "reader")
	check := func(want ...string) {
		t.Helper()
		c, err := source.Postgres{}.OpenChanges(t.Context(), u.String(), f.following)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		err = c.Check(t.Context())
		if (err == nil) != (want == nil) {
			t.Errorf("%v, want %q", err, want)
		}
		for _, w := range want {
			if err != nil && !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not say %q", err, w)
			}
		}
	}
	check(`ALTER ROLE "` + role + `" REPLICATION`)
	statement(t, f.db, "ALTER ROLE "+role+" REPLICATION")
	check()
	f.dsn = u.String()
	f.pass(t, "")
	f.pass(t, "")
	if f.days() != 1 || strings.Contains(f.heard.text(), "warning") {
		t.Errorf("with no more rights: read %v\n%s", f.spans, f.heard.text())
	}
	statement(t, f.db, "ALTER TABLE orders REPLICA IDENTITY DEFAULT", "ALTER TABLE order_lines REPLICA IDENTITY NOTHING")
	f.dropSlot(t)
	check(`ALTER TABLE "orders" REPLICA IDENTITY FULL`, `ALTER TABLE "public"."order_lines" REPLICA IDENTITY FULL`, "pg_create_logical_replication_slot")
}
