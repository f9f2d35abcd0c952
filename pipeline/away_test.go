package pipeline_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"daycast"
	"daycast/pipeline"
	"daycast/source"
)

// manyLines is how many order lines the shop of these tests has, eight spans of
// them.
const manyLines = 60_000

// ordersQuery reads it.
const ordersQuery = `SELECT l.order_id, l.line_id, o.ordered_at, o.customer_id, l.item_id, l.quantity, l.unit_price
	FROM order_lines AS l JOIN orders AS o ON o.id = l.order_id`

// postgres makes a database of the test's own with a shop of so many order
// lines, and gives a connection to it and its DSN.
func postgres(t *testing.T, lines int) (*sql.DB, string) {
	t.Helper()
	server := os.Getenv("DAYCAST_POSTGRES")
	if server == "" {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_POSTGRES is not set: .ci/with-postgres sets it")
		}
		t.Skip("SKIPPED: no Postgres; .ci/with-postgres go test ./pipeline starts one")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("daycast_%d", time.Now().UnixNano())
	statement(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		if err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	statement(t, db,
		`CREATE TABLE orders (id int PRIMARY KEY, ordered_at timestamp NOT NULL, customer_id int)`,
		`CREATE TABLE order_lines (order_id int REFERENCES orders, line_id int, item_id text, quantity numeric, unit_price numeric, PRIMARY KEY (order_id, line_id))`,
		fmt.Sprintf(`INSERT INTO orders SELECT i, timestamp '2023-01-02' + i * interval '1 day' * 240 / %d, i %% 997 FROM generate_series(0, %[1]d - 1) i`, lines/4),
		fmt.Sprintf(`INSERT INTO order_lines SELECT i / 4, i %% 4, 'item ' || i::bigint * 7919 %% 31, 1 + i %% 5, 2 + i %% 7 FROM generate_series(0, %d - 1) i`, lines),
		`CREATE INDEX ON orders (ordered_at)`, `ANALYZE`)
	return db, u.String()
}

func statement(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// A hearer notes what a run says. Its stages come from one goroutine, and are
// looked at by others.
type hearer struct {
	lock   sync.Mutex
	stages []string
}

func (h *hearer) hear(stage string) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.stages = append(h.stages, stage)
}

func (h *hearer) text() string {
	h.lock.Lock()
	defer h.lock.Unlock()
	return strings.Join(h.stages, "\n")
}

// postgresWorld reads a shop by its DSN.
func postgresWorld(t *testing.T, dsn string, timeout time.Duration) (world, *hearer) {
	t.Helper()
	h := &hearer{}
	return world{dir: t.TempDir(), dsn: dsn, timeout: timeout, stage: h.hear}, h
}

// undisturbed is what a run that nothing happens to makes of the shop.
func undisturbed(t *testing.T, dsn string) []daycast.Fact {
	t.Helper()
	w, _ := postgresWorld(t, dsn, 0)
	w.run(t, pipeline.StepClean)
	facts := w.facts(t)
	if len(facts) != 31*240 {
		t.Fatalf("%d facts of 31 items on 240 days", len(facts))
	}
	return facts
}

// equalFacts: to the row, and nothing more is known of them.
func equalFacts(t *testing.T, want, got []daycast.Fact) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d facts, want %d", len(got), len(want))
		return
	}
	for i := range want {
		if fmt.Sprint(want[i]) != fmt.Sprint(got[i]) {
			t.Errorf("fact %d: %v, want %v", i, got[i], want[i])
			return
		}
	}
}

// Whatever happens to the connection while order lines are read, no line is
// lost, doubled or changed.
func TestHarmedConnection(t *testing.T) {
	db, dsn := postgres(t, manyLines)
	want := undisturbed(t, dsn)
	u, _ := url.Parse(dsn)
	password, _ := u.User.Password()
	tls := strings.Replace(dsn, "sslmode=disable", "sslmode=require", 1)
	resets := []harm{{100_000, "reset"}, {220_000, "reset"}, {30_000, "reset"}, {300_000, "reset"}}
	for name, c := range map[string]struct {
		dsn   string
		harms []harm
		pace  pace
		tries int // again, of harms that cannot pass unnoticed
		says  string
	}{
		"reset again and again": {dsn: dsn, harms: resets, tries: 4, says: "the source is away (the query for sales: cannot reach Postgres at "},
		"slow and reset":        {dsn: dsn, harms: resets[:2], pace: pace{time.Millisecond, 16 << 20}, tries: 2},
		"silent":                {dsn: dsn, harms: []harm{{120_000, "hang"}, {80_000, "hang"}}, tries: 2, says: "nothing came for 1s from Postgres at"},
		"a broken frame":        {dsn: dsn, harms: []harm{{120_000, "frame"}}, tries: 1},
		"bits under TLS":        {dsn: tls, harms: []harm{{80_000, "flip"}, {170_000, "flip"}, {120_000, "frame"}}, tries: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, bad := through(t, c.dsn, c.harms...)
			p.slow(c.pace)
			w, heard := postgresWorld(t, bad, time.Second)
			w.run(t, pipeline.StepClean)
			equalFacts(t, want, w.facts(t))
			said := heard.text()
			if n := strings.Count(said, "trying again"); n < c.tries || p.count() < c.tries {
				t.Errorf("%d harms were done and %d tries made, want %d:\n%s", p.count(), n, c.tries, said)
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, said)
			}
			if strings.Contains(said, password) {
				t.Errorf("the password was said:\n%s", said)
			}
		})
	}
	t.Run("backends ended", func(t *testing.T) { endBackends(t, db, dsn, want) })
	if testing.Short() {
		return // the rest is of other processes
	}
	t.Run("statement_timeout", func(t *testing.T) { statementTimeout(t, dsn, want) })
	t.Run("killed", func(t *testing.T) { killedWhileReading(t, dsn, want) })
}

// Several hundred thousand order lines come through a connection that is reset
// once in most of the spans.
func TestManyResets(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 300,000 order lines")
	}
	const lines = 300_000
	_, dsn := postgres(t, lines)
	want := undisturbed(t, dsn)
	var resets []harm
	for i := range 7 {
		resets = append(resets, harm{1_000_000 + 3_300_000*i, "reset"})
	}
	p, bad := through(t, dsn, resets...)
	p.overall()
	w, heard := postgresWorld(t, bad, 0)
	w.set = func(r *pipeline.Run) { r.Settings.SpanLines = lines / 8 }
	w.run(t, pipeline.StepClean)
	equalFacts(t, want, w.facts(t))
	if n := strings.Count(heard.text(), "trying again"); p.count() != len(resets) || n < len(resets) {
		t.Errorf("%d resets, %d tries:\n%s", p.count(), n, heard.text())
	}
}

// lingeringQuery reads the shop in some 8 ms a day more than ordersQuery: its
// backends are at work for as long as a test needs to find them.
const lingeringQuery = ordersQuery + ` WHERE pg_sleep(CASE WHEN l.line_id = 0 AND o.id % 60 = 0 THEN 0.008 ELSE 0 END) IS NOT NULL`

// endBackends does what the restart of a server does to its connections.
func endBackends(t *testing.T, db *sql.DB, dsn string, want []daycast.Fact) {
	w, heard := postgresWorld(t, dsn, 0)
	w.query = lingeringQuery
	ended := make(chan int)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		n := 0
		defer func() { ended <- n }()
		for n < 3 && ctx.Err() == nil {
			var k int
			_ = db.QueryRowContext(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE application_name = 'daycast' AND datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%"ordered_at" >=%'`).Scan(&k)
			n += k
			<-time.After(20 * time.Millisecond)
		}
	}()
	w.run(t, pipeline.StepClean)
	stop()
	if n := <-ended; n == 0 || !strings.Contains(heard.text(), "57P01") {
		t.Errorf("%d backends were ended:\n%s", n, heard.text())
	}
	equalFacts(t, want, w.facts(t))
}

// statementTimeout lets each query have the time for some 70 of the days.
func statementTimeout(t *testing.T, dsn string, want []daycast.Fact) {
	u, _ := url.Parse(dsn)
	q := u.Query()
	q.Set("statement_timeout", "600")
	u.RawQuery = q.Encode()
	w, heard := postgresWorld(t, u.String(), 0)
	var spans []daycast.Span
	w.query = lingeringQuery
	w.set = func(r *pipeline.Run) {
		r.Source = &noted{r.Source, &spans}
		r.Settings.SpanLines = manyLines / 2
	}
	w.run(t, pipeline.StepClean)
	equalFacts(t, want, w.facts(t))
	said := heard.text()
	if !strings.Contains(said, "in two parts") || !strings.Contains(said, "statement timeout") || len(spans) < 5 {
		t.Errorf("read %v:\n%s", spans, said)
	}
}

// noted is a source that notes the spans of order lines.
type noted struct {
	source.Source
	spans *[]daycast.Span
}

func (n *noted) Extent(ctx context.Context, since daycast.Day) (int64, daycast.Day, daycast.Day, error) {
	m, _ := n.Source.(source.Measured)
	return m.Extent(ctx, since)
}

func (n *noted) Read(ctx context.Context, t source.Table, span daycast.Span) rowsSeq {
	if t == source.Sales {
		*n.spans = append(*n.spans, span)
	}
	return n.Source.Read(ctx, t, span)
}

// killedWhileReading plays a program that is killed in two of its spans.
func killedWhileReading(t *testing.T, dsn string, want []daycast.Fact) {
	w, _ := postgresWorld(t, dsn, 0)
	for range 2 {
		p, slow := through(t, dsn)
		p.slow(pace{bytes: 1 << 20})
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), victimDir+"="+w.dir, victimShop+"="+slow)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if !eventually(func() bool { return p.passedBytes() > 3<<19 }) {
			t.Error("nothing was read")
		}
		_ = c.Process.Kill()
		var exit *exec.ExitError
		if err := c.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("it was not killed: %v", err)
		}
	}
	var spans []daycast.Span
	w.set = func(r *pipeline.Run) { r.Source = &noted{r.Source, &spans} }
	w.run(t, pipeline.StepClean)
	equalFacts(t, want, w.facts(t))
	if len(spans) == 0 || len(spans) >= 8 || slices.Contains(spans, daycast.Span{}) {
		t.Errorf("after two deaths it read %v, want the spans that were missing", spans)
	}
}

func eventually(holds func() bool) bool {
	for range 600 {
		if holds() {
			return true
		}
		<-time.After(50 * time.Millisecond)
	}
	return false
}

// Without TLS a changed bit of a value is as good as another value. What the
// protocol can see is an error, and a try again; a run never hangs or crashes.
func TestFlippedBitsWithoutTLS(t *testing.T) {
	_, dsn := postgres(t, 20_000)
	seeds := 12
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		_, bad := through(t, dsn, harm{10_000 + 60_000*seed, "flip"})
		w, _ := postgresWorld(t, bad, 500*time.Millisecond)
		if err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), pipeline.StepClean) }); err != nil {
			switch daycast.CodeOf(err) {
			case daycast.Unavailable, daycast.Invalid:
			default:
				t.Errorf("seed %d: code %s: %v", seed, daycast.CodeOf(err), err)
			}
		}
	}
}
