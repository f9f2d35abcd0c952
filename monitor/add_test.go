package monitor_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/monitor"
	"daycast/warehouse"
)

// Scores of parts of a shop add up by origin, day and category, in order.
func TestAdd(t *testing.T) {
	row := func(category string, pairs int64) warehouse.ScoreRow {
		return warehouse.ScoreRow{Origin: 1, Day: 2, Category: category, Pairs: pairs, Sold: float64(pairs)}
	}
	got := monitor.Add(monitor.Add(nil, []warehouse.ScoreRow{row("b", 1)}), []warehouse.ScoreRow{row("a", 2), row("b", 3)})
	if diff := cmp.Diff([]warehouse.ScoreRow{row("a", 2), row("b", 4)}, got); diff != "" {
		t.Error(diff)
	}
}
