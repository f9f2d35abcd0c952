package tree

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

func TestImportances(t *testing.T) {
	e, x := someEnsemble(2000)
	y := make([]float32, x.Rows)
	e.Predict(x, y)
	rmse := func(y, prediction, _ []float32) (sum float64) {
		for i := range y {
			sum += math.Pow(float64(y[i]-prediction[i]), 2)
		}
		return math.Sqrt(sum / float64(len(y)))
	}
	p := Permutation{Metric: rmse, Rows: allRows(500), Seed: 3, Threads: 1}
	got, err := p.Importance(e.Predict, x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Threads = 3
	again, err := p.Importance(e.Predict, x, y, nil)
	if diff := cmp.Diff(got, again); err != nil || diff != "" {
		t.Error("three threads give another importance", err)
	}
	counts := e.SplitCounts()
	splits := 0
	for c, count := range counts {
		splits += count
		if count == 0 && got[c] != 0 {
			t.Errorf("column %d: no split, but %g worse where it is shuffled", c, got[c])
		}
	}
	if want := 3 * (loose.Leaves - 1); splits != want {
		t.Errorf("%d splits, want %d", splits, want)
	}
	if got[0] < 10*got[1] || got[8] < 10*got[1] {
		t.Errorf("importance %.3g: want most for columns 0 and 8, which the targets are made of", got)
	}
	beyond := Permutation{Metric: rmse, Rows: []uint32{2000}, Threads: 1}
	if _, err := beyond.Importance(e.Predict, x, y, nil); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("a row that there is not: %v, want code invalid", err)
	}
	if _, err := p.Importance(e.Predict, x, y[1:], nil); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("a short target: %v, want code invalid", err)
	}
}
