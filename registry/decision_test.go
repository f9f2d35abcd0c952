package registry

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

func TestDecisions(t *testing.T) {
	r, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	r.Now = func() time.Time { return now }
	if all, err := r.Decisions(); err != nil || len(all) != 0 {
		t.Fatalf("a new registry: %v, %v", all, err)
	}
	decide := func(d Decision) {
		t.Helper()
		if err := r.Decide(d); err != nil {
			t.Fatal(err)
		}
	}
	decide(Decision{Run: "1", Challenger: "a", Promoted: true, Reasons: []string{"the first"}})
	decide(Decision{Run: "2", Challenger: "b", Champion: "a", Reasons: []string{"worse"}, Figures: map[string]float64{"x": 1, "none": math.NaN()}})
	decide(Decision{Run: "2", Challenger: "b", Champion: "a", Promoted: true, Reasons: []string{"better"}}) // the run was resumed
	decide(Decision{Challenger: "a", Promoted: true, ByHand: true, Reasons: []string{"asked for"}})
	decide(Decision{Challenger: "a", Promoted: true, ByHand: true, Reasons: []string{"asked for"}}) // twice by hand is two decisions
	got, err := r.Decisions()
	if err != nil {
		t.Fatal(err)
	}
	by := Decision{Time: now, Challenger: "a", Promoted: true, ByHand: true, Reasons: []string{"asked for"}}
	want := []Decision{
		{Time: now, Run: "1", Challenger: "a", Promoted: true, Reasons: []string{"the first"}},
		{Time: now, Run: "2", Challenger: "b", Champion: "a", Promoted: true, Reasons: []string{"better"}},
		by, by,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decisions (-want +got):\n%s", d)
	}
	if err := os.WriteFile(filepath.Join(r.dir, decisionFile), []byte("{}\n{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Decide(by); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a broken file: %v, want code invalid", err)
	}
}

func FuzzDecisions(f *testing.F) {
	f.Add([]byte(`{"challenger":"a","reasons":["x"],"figures":{"y":1}}` + "\n"))
	f.Add([]byte("{}{}"))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := decodeDecisions(text)
		if err != nil {
			return
		}
		var again bytes.Buffer
		for _, d := range all {
			if err := json.NewEncoder(&again).Encode(d); err != nil {
				t.Skip("a year that is none")
			}
		}
		back, err := decodeDecisions(again.Bytes())
		if err != nil || len(back) != len(all) {
			t.Fatalf("%d decisions, then %d, %v", len(all), len(back), err)
		}
	})
}
