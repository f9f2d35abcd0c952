package pipeline_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/pipeline"
	"daycast/source"
)

// Cents among prices are found, and taken away, whether the rows of a daily
// table come day by day or series by series.
func TestSlipsOfDailyRows(t *testing.T) {
	slip := daycast.Day(19630)
	var mugs, plates []string
	for d := range daycast.Day(60) {
		mug := 2.5
		if 19600+d == slip {
			mug = 250
		}
		mugs = append(mugs, fmt.Sprintf("mug,%s,5,%g\n", 19600+d, mug))
		plates = append(plates, fmt.Sprintf("plate,%s,3,4\n", 19600+d))
	}
	var days []string
	for d := range mugs {
		days = append(days, mugs[d], plates[d])
	}
	for name, rows := range map[string][]string{"by day": days, "by series": slices.Concat(mugs, plates)} {
		t.Run(name, func(t *testing.T) { slipsOf(t, slip, "item,day,units,price\n"+strings.Join(rows, "")) })
	}
}

func slipsOf(t *testing.T, slip daycast.Day, csv string) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "daily.csv")
	if err := os.WriteFile(path, []byte(csv), 0o644); err != nil {
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
