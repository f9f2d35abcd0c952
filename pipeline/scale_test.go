package pipeline_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/pipeline"
	"daycast/source"
)

// Rows of a daily table come day by day, not series by series; cents among
// prices are found all the same, and taken away.
func TestSlipsOfDailyRows(t *testing.T) {
	t.Parallel()
	var csv strings.Builder
	csv.WriteString("item,day,units,price\n")
	slip := daycast.Day(19630)
	for d := range daycast.Day(60) {
		mug := 2.5
		if 19600+d == slip {
			mug = 250
		}
		fmt.Fprintf(&csv, "mug,%s,5,%g\nplate,%s,3,4\n", 19600+d, mug, 19600+d)
	}
	path := filepath.Join(t.TempDir(), "daily.csv")
	if err := os.WriteFile(path, []byte(csv.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := source.OpenCSV(t.Context(), map[source.Table]string{source.Daily: path})
	if err != nil {
		t.Fatal(err)
	}
	w := world{dir: t.TempDir(), shop: fill(t, small), set: func(r *pipeline.Run) { r.Source = src }}
	w.run(t, pipeline.StepExtract)
	facts := w.content(t).Facts
	for _, f := range facts {
		if slipped := f.Series.Item == "mug" && f.Day == slip; slipped != math.IsNaN(float64(f.Price)) {
			t.Errorf("%+v", f)
		}
	}
	if text := w.quality(t); len(facts) != 120 || !strings.Contains(text, "price_scale  value lost  1") {
		t.Errorf("%d facts\n%s", len(facts), text)
	}
}
