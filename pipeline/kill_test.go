package pipeline_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
	"daycast/warehouse"
)

// What tells the test binary to play the program that is killed: the data
// folder, the shop, and at which sign of life it kills itself (0: never).
const victimDir, victimShop, victimAt = "DAYCAST_TEST_DIR", "DAYCAST_TEST_SHOP", "DAYCAST_TEST_AT"

// victimReplay is the first and the last day of a replay to play in the place
// of a run; "" for none.
const victimReplay = "DAYCAST_TEST_REPLAY"

// victimBlocks, where it is set, has the shop forecast in blocks.
const victimBlocks = "DAYCAST_TEST_BLOCKS"

// inBlocks leaves a run memory for two series of small.
func inBlocks(r *pipeline.Run) { r.Settings.Memory = 2 * 120 * 300 / 3 }

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		at, _ := strconv.Atoi(os.Getenv(victimAt))
		w := world{dir: dir, shop: os.Getenv(victimShop)}
		if strings.HasPrefix(w.shop, "postgres://") {
			w.dsn = w.shop
		}
		if err := victim(w, at); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// victim runs the pipeline, prints a line at each sign of life, and dies at
// the given one. Signs are the start of each step, each look at the clock
// (which is just before and just after a step's work is noted), and each
// replacement of a table, half way through its rows and when it is done.
func victim(w world, at int) error {
	n, step := 0, "open"
	var one sync.Mutex // tables are written at the same time
	sign := func(what string) {
		one.Lock()
		defer one.Unlock()
		n++
		fmt.Println(step, what)
		if n == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	tick := clock()
	w.now = func() time.Time { sign("clock"); return tick() }
	w.stage = func(name string) { step = name; sign("begins") }
	if os.Getenv(victimBlocks) != "" {
		w.set = inBlocks
	}
	w.wrap = func(inner warehouse.Warehouse) warehouse.Warehouse { return signing{inner, sign} }
	if from, to, ok := strings.Cut(os.Getenv(victimReplay), " "); ok {
		w.set = gated
		first, _ := daycast.ParseDay(from)
		last, _ := daycast.ParseDay(to)
		return w.replay(context.Background(), first, last)
	}
	return w.do(context.Background(), func(r *pipeline.Run) error { return r.Do(context.Background(), "") })
}

// signing is a warehouse that gives a sign whenever it is written to.
type signing struct {
	warehouse.Warehouse
	sign func(string)
}

func (s signing) Lines() warehouse.LineTable { return signingLines{s.Warehouse.Lines(), s.sign} }
func (s signing) Facts() warehouse.FactTable {
	t := s.Warehouse.Facts()
	return signingFacts{t, signingTable[daycast.Fact]{t, s.sign}}
}
func (s signing) Stock() warehouse.Table[daycast.Stock] {
	return signingTable[daycast.Stock]{s.Warehouse.Stock(), s.sign}
}
func (s signing) Items() warehouse.Table[daycast.Item] {
	return signingTable[daycast.Item]{s.Warehouse.Items(), s.sign}
}
func (s signing) Places() warehouse.Table[daycast.Place] {
	return signingTable[daycast.Place]{s.Warehouse.Places(), s.sign}
}
func (s signing) Signals() warehouse.Table[daycast.Signal] {
	return signingTable[daycast.Signal]{s.Warehouse.Signals(), s.sign}
}
func (s signing) Quarantine() warehouse.Table[daycast.Quarantined] {
	return signingTable[daycast.Quarantined]{s.Warehouse.Quarantine(), s.sign}
}
func (s signing) Features() warehouse.RunTable[warehouse.FeatureRow] {
	return signingRuns[warehouse.FeatureRow]{s.Warehouse.Features(), s.sign}
}
func (s signing) Forecasts() warehouse.ForecastTable {
	t := s.Warehouse.Forecasts()
	return signingForecasts{t, signingRuns[warehouse.ForecastRow]{t, s.sign}}
}
func (s signing) Scores() warehouse.ScoreTable {
	t := s.Warehouse.Scores()
	return signingScores{t, signingRuns[warehouse.ScoreRow]{t, s.sign}}
}
func (s signing) Accuracy() warehouse.RunTable[warehouse.AccuracyRow] {
	return signingRuns[warehouse.AccuracyRow]{s.Warehouse.Accuracy(), s.sign}
}
func (s signing) Importances() warehouse.RunTable[warehouse.ImportanceRow] {
	return signingRuns[warehouse.ImportanceRow]{s.Warehouse.Importances(), s.sign}
}
func (s signing) Errors() warehouse.RunTable[warehouse.ErrorRow] {
	return signingRuns[warehouse.ErrorRow]{s.Warehouse.Errors(), s.sign}
}
func (s signing) Adjustments() warehouse.RunTable[warehouse.AdjustmentRow] {
	return signingRuns[warehouse.AdjustmentRow]{s.Warehouse.Adjustments(), s.sign}
}
func (s signing) Series() warehouse.SeriesTable {
	t := s.Warehouse.Series()
	return signingSeries{t, signingRuns[warehouse.SeriesRow]{t, s.sign}}
}
func (s signing) Failures() warehouse.RunTable[warehouse.FailureRow] {
	return signingRuns[warehouse.FailureRow]{s.Warehouse.Failures(), s.sign}
}
func (s signing) Export(ctx context.Context, run, dir string) error {
	err := s.Warehouse.Export(ctx, run, dir)
	s.sign("exported")
	return err
}

type signingLines struct {
	warehouse.LineTable
	sign func(string)
}

func (s signingLines) Replace(ctx context.Context, run string, span daycast.Span, rows iter.Seq2[daycast.Line, error]) (int64, error) {
	n, err := s.LineTable.Replace(ctx, run, span, between(rows, s.sign))
	s.sign("replaced")
	return n, err
}

type signingTable[T any] struct {
	warehouse.Table[T]
	sign func(string)
}

func (s signingTable[T]) Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error) {
	n, err := s.Table.Replace(ctx, run, between(rows, s.sign))
	s.sign("replaced")
	return n, err
}

type signingFacts struct {
	warehouse.FactTable
	table signingTable[daycast.Fact]
}

func (s signingFacts) Replace(ctx context.Context, run string, rows iter.Seq2[daycast.Fact, error]) (int64, error) {
	return s.table.Replace(ctx, run, rows)
}

type signingRuns[T any] struct {
	warehouse.RunTable[T]
	sign func(string)
}

func (s signingRuns[T]) Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error) {
	n, err := s.RunTable.Replace(ctx, run, between(rows, s.sign))
	s.sign("replaced")
	return n, err
}

type signingForecasts struct {
	warehouse.ForecastTable
	runs signingRuns[warehouse.ForecastRow]
}

func (s signingForecasts) Replace(ctx context.Context, run string, rows iter.Seq2[warehouse.ForecastRow, error]) (int64, error) {
	return s.runs.Replace(ctx, run, rows)
}

type signingScores struct {
	warehouse.ScoreTable
	runs signingRuns[warehouse.ScoreRow]
}

func (s signingScores) Replace(ctx context.Context, run string, rows iter.Seq2[warehouse.ScoreRow, error]) (int64, error) {
	return s.runs.Replace(ctx, run, rows)
}

type signingSeries struct {
	warehouse.SeriesTable
	runs signingRuns[warehouse.SeriesRow]
}

func (s signingSeries) Replace(ctx context.Context, run string, rows iter.Seq2[warehouse.SeriesRow, error]) (int64, error) {
	return s.runs.Replace(ctx, run, rows)
}

// between gives a sign after the third row.
func between[T any](rows iter.Seq2[T, error], sign func(string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for row, err := range rows {
			if n++; n == 4 {
				sign("rows")
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// start plays the victim in a process of its own and returns its signs.
func start(t *testing.T, w world, at int, env ...string) (signs []string, killed bool) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), env...), victimDir+"="+w.dir, victimShop+"="+w.shop, fmt.Sprintf("%s=%d", victimAt, at))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if state, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && state.Signaled() {
		killed = state.Signal() == syscall.SIGKILL
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), killed
}

// A run that was killed, wherever that was, and then run again ends equal to
// one that was not.
func TestKillAndResume(t *testing.T) {
	shop := fill(t, small)
	whole := world{dir: t.TempDir(), shop: shop}
	signs, _ := start(t, whole, 0)
	want := whole.result(t)
	if len(want.Warehouse.Forecasts) == 0 || len(want.Warehouse.Features) == 0 || len(want.Warehouse.Quarantine) == 0 {
		t.Fatal("the undisturbed run left too little to compare")
	}
	seen := map[string]int{}
	for at := 1; at <= len(signs); at++ {
		seen[strings.Fields(signs[at-1])[0]]++
		// The clock is looked at before a step's work too, and through the
		// backtest: nothing is written there.
		early := at > 1 && strings.HasSuffix(signs[at-2], "begins")
		inBacktest := at > 1 && at < len(signs) && signs[at-2] == signs[at-1] && signs[at] == signs[at-1]
		if early || inBacktest || testing.Short() && at%7 != 0 {
			continue
		}
		t.Run(fmt.Sprintf("%02d %s", at, signs[at-1]), func(t *testing.T) {
			t.Parallel()
			w := world{dir: t.TempDir(), shop: shop}
			if _, killed := start(t, w, at); !killed {
				t.Fatal("it was not killed")
			}
			w.run(t, "")
			if d := difference(want, w.result(t)); d != "" {
				t.Errorf("the resumed run differs (-undisturbed +resumed):\n%s", d)
			}
			unfinished, _ := filepath.Glob(filepath.Join(pipeline.Snapshots(w.dir), ".*"))
			if len(unfinished) > 0 {
				t.Errorf("left behind: %s", unfinished)
			}
		})
	}
	for _, step := range []string{
		pipeline.StepExtract, pipeline.StepClean, pipeline.StepSignals, pipeline.StepScore, pipeline.StepTrain,
		pipeline.StepForecast, pipeline.StepPublish,
	} {
		if seen[step] < 3 {
			t.Errorf("the run was killed %d times in step %s, want 3 or more", seen[step], step)
		}
	}
}

// A run that goes by blocks and was killed while it forecast or published ends
// equal to one that was not.
func TestKillAndResumeInBlocks(t *testing.T) {
	shop := fill(t, small)
	whole := world{dir: t.TempDir(), shop: shop, set: inBlocks}
	signs, _ := start(t, whole, 0, victimBlocks+"=1")
	want := whole.result(t)
	if len(want.Warehouse.Forecasts) == 0 || len(want.Panels) == 0 || !strings.Contains(want.Summary, "do not fit into memory") {
		t.Fatalf("the undisturbed run is not by blocks: %s", want.Summary)
	}
	tried := 0
	for at, sign := range signs {
		if !strings.HasPrefix(sign, pipeline.StepForecast) && !strings.HasPrefix(sign, pipeline.StepPublish) || strings.HasSuffix(sign, "begins") {
			continue
		}
		tried++
		t.Run(fmt.Sprintf("%02d %s", at+1, sign), func(t *testing.T) {
			t.Parallel()
			w := world{dir: t.TempDir(), shop: shop, set: inBlocks}
			if _, killed := start(t, w, at+1, victimBlocks+"=1"); !killed {
				t.Fatal("it was not killed")
			}
			w.run(t, "")
			if d := difference(want, w.result(t)); d != "" {
				t.Errorf("the resumed run differs (-undisturbed +resumed):\n%s", d)
			}
			if left, _ := filepath.Glob(filepath.Join(w.dir, "*.parts")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	if tried < 3 {
		t.Errorf("killed %d times while it forecast", tried)
	}
}
