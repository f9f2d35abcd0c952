package app_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/app"
)

// TestReconcile asks for the groups of two columns together: totals have them,
// notes say what came of it, and a column that there is not is told by its flag.
func TestReconcile(t *testing.T) {
	shop := restless(8, 120)
	lines := strings.Split(strings.TrimSpace(shop), "\n")
	for k, line := range lines {
		place := "place"
		if k > 0 {
			place = "north"
			if line[:3] <= "i02" {
				place = "south"
			}
		}
		lines[k] = line + "," + place
	}
	o := options(t, strings.Join(lines, "\n"))
	o.Horizon, o.Models, o.Totals = 14, []string{"weekday_mean", "window_mean"}, filepath.Join(t.TempDir(), "totals.csv")
	o.Reconcile, o.Groups = "align", []string{"category", "category*place"}
	r, err := app.ForecastCSV(t.Context(), o, world())
	if err != nil {
		t.Fatal(err)
	}
	if s := r.String(); !strings.Contains(s, "their groups' own forecasts") && !strings.Contains(s, "what their series add up to") {
		t.Errorf("no note tells of the groups:\n%s", s)
	}
	groups := map[string]bool{}
	for _, row := range table(t, o.Totals)[1:] {
		if row[0] == "category*place" {
			groups[row[1]] = true
		}
	}
	if len(groups) != 4 || !groups["a*north"] || !groups["b*south"] {
		t.Errorf("the totals have the groups %v", groups)
	}
	o.Groups = []string{"brand"}
	var wrong *daycast.Error
	if _, err = app.ForecastCSV(t.Context(), o, world()); !errors.As(err, &wrong) || wrong.Field != "reconcile-levels" || !strings.Contains(err.Error(), `the level "brand": series have no column "brand" (they have category`) {
		t.Errorf("an unknown column: %v", err)
	}
}
