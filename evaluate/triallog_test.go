package evaluate_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
)

// trialLog opens the log at a path, of the trials of one shop.
func trialLog(t testing.TB, path, of string) (*evaluate.TrialLog, error) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return evaluate.OpenTrialLog(f, of)
}

// byTPE lets the search draw 14 levels.
func byTPE(s evaluate.Search) evaluate.Search {
	s.Points, s.Trials = nil, 14
	s.Next = evaluate.TPE{Space: evaluate.Space{"units": evaluate.LogUniform{1, 100}}, Seed: 3, Startup: 4}.Next
	return s
}

var sameTrials = cmp.Options{cmpopts.IgnoreUnexported(evaluate.Trial{}), cmpopts.EquateNaNs()}

func TestSearchOneByOne(t *testing.T) {
	shop := newShop()
	trials := run(t, byTPE(shop.search()))
	if len(trials) != 15 {
		t.Errorf("%d trials, want 14 and the default", len(trials))
	}
	for _, trial := range trials {
		if trial.Err != nil || trial.Origins != 3 {
			t.Errorf("%s: %d origins, error %v", trial.Point, trial.Origins, trial.Err)
		}
	}
	if units := trials[0].Point["units"]; units < 9 || units > 11 {
		t.Errorf("the best is %s, the shop sells 10", trials[0].Point)
	}
	for o, n := range shop.built {
		if n != 1 {
			t.Errorf("the panel at %s was built %d times", o, n)
		}
	}
	s := byTPE(shop.search())
	s.Trials = 0
	if _, err := s.Run(t.Context()); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("without end: %v, want code invalid", err)
	}
}

// A trial that fails or cannot be built does not end the search.
func TestSearchOneByOneGoesOnAfterFailures(t *testing.T) {
	points := []evaluate.Point{{"units": -1}, {"units": 2000}, {"units": 9}}
	s := newShop().search()
	s.Points, s.Trials = nil, 10
	s.Next = func(past []evaluate.Point, loss []float64) (evaluate.Point, bool) {
		if len(past) != len(loss) {
			t.Errorf("%d points with %d losses", len(past), len(loss))
		}
		if len(past) == len(points) {
			return nil, false
		}
		return points[len(past)], true
	}
	if diff := cmp.Diff([]string{"units=9 on 3", "default on 3", "units=-1 on 0", "units=2000 on 0"}, names(run(t, s))); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
}

// No trial begins that the time is too short for, and the rest are counted.
func TestSearchOneByOneEndsInTime(t *testing.T) {
	for _, seconds := range []int{1, 20, 60, 10_000} {
		s := byTPE(newShop().search())
		s.Backtest.Now, s.Backtest.Budget = ticking(), time.Duration(seconds)*time.Second
		found, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if done := found.Untried == 0; done != (seconds == 10_000) || len(found.Trials)+found.Untried != 15 {
			t.Errorf("budget %d: %d trials, %d were not begun", seconds, len(found.Trials), found.Untried)
		}
		if took := int(s.Backtest.Now().Unix()); seconds >= 60 && took > seconds {
			t.Errorf("budget %d: took %d", seconds, took)
		}
	}
}

// A search that is killed at any fit goes on with its log, and comes to what it
// would have come to; what the log has is not fitted again.
func TestSearchGoesOn(t *testing.T) {
	for name, of := range map[string]func(evaluate.Search) evaluate.Search{
		"random":  func(s evaluate.Search) evaluate.Search { return s },
		"halving": func(s evaluate.Search) evaluate.Search { s.Keep = .5; return s },
		"tpe":     byTPE,
	} {
		t.Run(name, func(t *testing.T) {
			search := func() evaluate.Search { return of(newShop().search(1, 2, 5, 8, 9, 10, 12)) }
			whole, err := search().Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "trials.jsonl")
			fits := 0
			for killAt := 5; ; killAt += 5 {
				s := search()
				if s.Log, err = trialLog(t, path, "shop"); err != nil {
					t.Fatal(err)
				}
				ctx, kill := context.WithCancel(t.Context())
				build := s.Build
				mine := 0
				s.Build = func(p evaluate.Point) (model.Model, error) {
					m, err := build(p)
					return mortal{m, func() {
						if mine++; mine > 5 {
							kill()
						}
					}}, err
				}
				found, err := s.Run(ctx)
				kill()
				fits += mine
				if err == nil {
					if diff := cmp.Diff(whole, found, sameTrials, cmpopts.IgnoreFields(evaluate.Trial{}, "Seconds")); diff != "" {
						t.Errorf("in one go, and in parts (-one +parts):\n%s", diff)
					}
					break
				}
				if !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				fits-- // the killed one
				tear(t, path)
			}
			want := 0
			for _, trial := range whole.Trials {
				want += trial.Origins
				if trial.Holdout.N > 0 {
					want++
				}
			}
			if fits != want {
				t.Errorf("%d fits, want each of %d once", fits, want)
			}
		})
	}
}

// mortal tells of each fit.
type mortal struct {
	model.Model
	fits func()
}

func (m mortal) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	m.fits()
	return m.Model.Fit(ctx, t)
}

// tear adds half a line, as a process that dies while it writes leaves it.
func tear(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(`{"point":{"units":3},"ori`)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTrialLogOfOtherDataBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trials.jsonl")
	for _, c := range []struct {
		of   string
		want int
	}{{"one", 0}, {"one", 8}, {"two", 0}, {"one", 0}} {
		l, err := trialLog(t, path, c.of)
		if err != nil {
			t.Fatal(err)
		}
		if l.Known() != c.want {
			t.Errorf("of %s: %d outcomes, want %d", c.of, l.Known(), c.want)
		}
		s := newShop().search(9)
		s.Log = l
		run(t, s)
	}
}

func TestTrialLogRefusesBrokenLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trials.jsonl")
	for _, text := range []string{
		"no head\n", `{"format":1,"of":"shop"}` + "\n{}\n", `{"format":1,"of":"shop"}` + "\n" + `{"origin":"2011-12-01","pairs":-1}` + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := trialLog(t, path, "shop"); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%q: %v, want code invalid", text, err)
		}
	}
}

// Whatever is in the file, a log opens and goes on, or refuses with code
// invalid; what it opened it opens again, with the same outcomes.
func FuzzTrialLog(f *testing.F) {
	head := `{"format":1,"of":"shop"}` + "\n"
	f.Add([]byte(head + `{"point":{"units":3},"origin":"2011-12-01","seconds":1,"pairs":3,"absolute":1,"sold":4}` + "\n" + `{"poi`))
	f.Add([]byte(head + `{"point":null,"origin":"2011-12-01"}` + "\n"))
	f.Add([]byte(`{"format":2,"of":"shop"}` + "\nx\n"))
	f.Add([]byte("\n\n"))
	path := filepath.Join(f.TempDir(), "trials.jsonl")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := trialLog(t, path, "shop")
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("%v, want code invalid", err)
			}
			return
		}
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, kept) && !bytes.Equal(kept, []byte(head)) {
			t.Errorf("%q became %q", text, kept)
		}
		again, err := trialLog(t, path, "shop")
		if err != nil || again.Known() != l.Known() {
			t.Errorf("opened again: %v, %d outcomes of %d", err, again.Known(), l.Known())
		}
	})
}
