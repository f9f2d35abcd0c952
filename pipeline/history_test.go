package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"daycast"
	"daycast/pipeline"
)

// The history tells of runs that published, found nothing new, failed, and
// could not even begin; a line that a crash cut off does not hide the others.
func TestHistory(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	if all, err := pipeline.History(w.dir); err != nil || len(all) != 0 {
		t.Fatalf("an empty folder: %v, %v", all, err)
	}
	w.run(t, "")
	w.run(t, "")
	change(t, w.shop, `ALTER TABLE order_lines RENAME TO gone`)
	if err := w.do(t.Context(), func(r *pipeline.Run) error { return r.Do(t.Context(), "") }); daycast.CodeOf(err) != daycast.Invalid {
		t.Fatalf("a table that is gone: %v, want code invalid", err)
	}
	refused := daycast.Errorf(daycast.Unavailable, "the database refuses")
	if err := pipeline.NoteFailure(w.dir, time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), refused); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(w.dir, "runs", "history.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(`{"run": "2024`)
	}
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	all, err := pipeline.History(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, e := range all {
		states = append(states, e.State)
		if (e.State == "failed") != (e.Error != "") || e.Ended.Before(e.Began) || e.Run == "" {
			t.Errorf("%+v", e)
		}
	}
	if want := []string{"done", "unchanged", "failed", "failed"}; !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
	if all[3].Code != daycast.Unavailable || len(all[0].Seconds) < 6 || len(all[1].Seconds) != 1 {
		t.Errorf("%+v", all)
	}
}
