package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
	"daycast/simulate"
)

func dayOf(t testing.TB, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// replay plays days of a world; ctx ends it.
func (w world) replay(ctx context.Context, from, to daycast.Day) error {
	return w.do(ctx, func(r *pipeline.Run) error {
		return pipeline.Replay{Run: *r, From: from, To: to}.Do(ctx)
	})
}

// gated trains weekly and has a gate of a week.
func gated(r *pipeline.Run) {
	r.Settings.TrainEvery, r.Settings.Gate = 7, pipeline.Gate{Days: 7, Margin: .005}
}

// A replay of seven days of 200 items that is killed in the middle goes on and
// ends equal to one that was not.
func TestReplayResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("it plays seven days of 200 items twice")
	}
	shop := fill(t, simulate.Shop{Items: 200, Days: 150, Seed: 3})
	from, to := dayOf(t, "2023-05-17"), dayOf(t, "2023-05-23")
	play := victimReplay + "=" + from.String() + " " + to.String()
	whole := world{dir: t.TempDir(), shop: shop}
	signs, _ := start(t, whole, 0, play)
	if n := strings.Count(strings.Join(signs, "\n"), "train begins"); n != 1 {
		t.Errorf("%d trainings in a week, want one", n)
	}
	want := whole.result(t)
	if len(want.Warehouse.Scores) == 0 {
		t.Fatal("nothing was scored")
	}
	w := world{dir: t.TempDir(), shop: shop, set: gated}
	days := func() int { return strings.Count(strings.Join(signs, "\n"), "publish exported") }
	if signs, killed := start(t, w, len(signs)*3/4, play); !killed || len(signs) == 0 { // the first quarter is the training
		t.Fatal("it was not killed")
	}
	before, err := pipeline.History(w.dir)
	if err != nil || len(before) == 0 || len(before) >= days() {
		t.Fatalf("%d of %d days were played when it was killed, %v", len(before), days(), err)
	}
	for _, when := range []string{"resumed", "played once more"} {
		if err := w.replay(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
		if d := difference(want, w.result(t)); d != "" {
			t.Errorf("%s, it differs (-undisturbed +killed):\n%s", when, d)
		}
	}
}

// A day of a replay knows nothing of what comes after it: whatever the later
// orders and stock are, its forecasts and facts are the same.
func TestReplaySeesNoFuture(t *testing.T) {
	shop := fill(t, simulate.Shop{Items: 12, Days: 150, Seed: 5})
	poisoned := filepath.Join(t.TempDir(), "poisoned.sqlite")
	copyFile(t, shop, poisoned)
	change(t, poisoned,
		`UPDATE order_lines SET quantity = 999, unit_price = 0.01 WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at >= '2023-05-11')`,
		`UPDATE stock SET on_hand = 0 WHERE day >= '2023-05-11'`,
	)
	var results []result
	for _, path := range []string{shop, poisoned} {
		w := world{dir: t.TempDir(), shop: path, set: gated, now: time.Now}
		if err := w.replay(t.Context(), dayOf(t, "2023-05-09"), dayOf(t, "2023-05-10")); err != nil {
			t.Fatal(err)
		}
		results = append(results, w.result(t))
	}
	if d := difference(results[0], results[1]); d != "" {
		t.Errorf("what came later changed the replay:\n%s", d)
	}
	if n := len(results[0].Warehouse.Forecasts); n == 0 {
		t.Error("nothing was forecast")
	}
}

// After two weeks a second model has met the first, and the decision is kept
// with its reasons and on days that neither had seen.
func TestReplayPassesTheGate(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, simulate.Shop{Items: 12, Days: 150, Seed: 5}), set: gated, now: time.Now}
	from := dayOf(t, "2023-05-09")
	if err := w.replay(t.Context(), from, from+14); err != nil {
		t.Fatal(err)
	}
	err := w.do(t.Context(), func(r *pipeline.Run) error {
		all, err := r.Registry.Decisions()
		if err != nil {
			return err
		}
		if len(all) != 3 || !all[0].Promoted || all[0].Reasons[0] != "it is the first model" {
			t.Fatalf("%+v, want three decisions, the first of the first model", all)
		}
		if d := all[1]; d.Champion != all[0].Challenger || len(d.Reasons) == 0 || d.Figures["pairs"] == 0 ||
			!strings.Contains(d.Reasons[0], fmt.Sprintf("on %s to %s, which neither had seen", from+1, from+7)) {
			t.Errorf("%+v", d)
		}
		champion, err := r.Registry.Champion()
		want := all[0].Challenger
		for _, d := range all[1:] {
			if d.Promoted {
				want = d.Challenger
			}
		}
		if champion.ID != want {
			t.Errorf("champion %s, the decisions say %s", champion.ID, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	history, err := pipeline.History(w.dir)
	if err != nil || len(history) != 15 {
		t.Errorf("%d runs in the history, %v; want 15", len(history), err)
	}
}

// What is not a replay's is left alone.
func TestReplayRefuses(t *testing.T) {
	shop := fill(t, small)
	live := world{dir: t.TempDir(), shop: shop}
	live.run(t, pipeline.StepClean)
	from := dayOf(t, "2023-04-20")
	if err := live.replay(t.Context(), from, from+1); daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("over live runs: %v, want code conflict", err)
	}
	w := world{dir: t.TempDir(), shop: shop, now: time.Now}
	if err := w.replay(t.Context(), from, from-1); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("backwards: %v, want code invalid", err)
	}
	if err := w.replay(t.Context(), from, from); err != nil {
		t.Fatal(err)
	}
	if err := w.replay(t.Context(), from-1, from); daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("from another day: %v, want code conflict", err)
	}
	before, err := os.Readlink(filepath.Join(pipeline.Snapshots(w.dir), "current"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.replay(t.Context(), from, from+1); err != nil { // a day more
		t.Fatal(err)
	}
	after, _ := os.Readlink(filepath.Join(pipeline.Snapshots(w.dir), "current"))
	if after <= before {
		t.Errorf("snapshot %s, then %s", before, after)
	}
}
