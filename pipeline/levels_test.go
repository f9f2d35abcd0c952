package pipeline

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/classic"
	"daycast/model/coherent"
	"daycast/model/modeltest"
)

// falling are series that are too noisy for anybody to see that all of them sell
// less and less; what they sell together tells.
func falling(n int) [][]float32 {
	r := rand.New(rand.NewPCG(3, 9))
	var units [][]float32
	for range 30 {
		u := make([]float32, n)
		for k := range u {
			u[k] = float32(max(0, math.Round(10*math.Exp(-float64(k)/90)*math.Exp(r.NormFloat64()/3))))
		}
		units = append(units, u)
	}
	return units
}

func aligning(units [][]float32, groups ...model.Model) Learning {
	l := learningOf(units, classic.WindowMean{})
	l.Reconcile = Reconciling{Method: coherent.Align, Models: groups}
	return l
}

// TestAlign has means of four weeks for series, which lag behind, and a trend for
// the shop.
func TestAlign(t *testing.T) {
	// WLS thinks the shop's error as large as those of its 30 series together, and
	// so goes half the way at most.
	for method, left := range map[coherent.Method]float64{coherent.Align: .7, coherent.WLS: .8, coherent.MinT: .7} {
		t.Run(string(method), func(t *testing.T) { alignFalling(t, method, left) })
	}
}

// alignFalling wants at most so much of the bias to be left.
func alignFalling(t *testing.T, method coherent.Method, left float64) {
	units := falling(160)
	plain, err := aligning(units).Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	l := aligning(units, classic.AutoETS{})
	l.Reconcile.Method = method
	got, err := l.Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Strength != 0 || got.Strength < .3 {
		t.Fatalf("strengths %g and %g, want none and a good part", plain.Strength, got.Strength)
	}
	for k, p := range got.Proof {
		if before := plain.Proof[k].Score; p.Score.WAPE > before.WAPE || math.Abs(p.Score.Bias) > left*math.Abs(before.Bias) {
			t.Errorf("from %s WAPE %.3f with a bias of %.3f, before %.3f and %.3f", p.Window.Origin, p.Score.WAPE, p.Score.Bias, before.WAPE, before.Bias)
		}
	}
	if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, "of the way to their groups") {
		t.Errorf("the notes do not say what was done: %s", notes)
	}

	// What is served is less too, the same once it is saved and loaded, and for
	// each series alone.
	f, err := l.Forecast(t.Context(), got.Fitted, got.Panel)
	if err != nil {
		t.Fatal(err)
	}
	before, err := l.Forecast(t.Context(), plain.Fitted, got.Panel)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := sum(f.Mean), sum(before.Mean); a > .95*b {
		t.Errorf("the shop is forecast to sell %g, and %g without its own forecast", a, b)
	}
	var file bytes.Buffer
	if err := model.Save(&file, got.Fitted); err != nil {
		t.Fatal(err)
	}
	loaded, err := model.Load(&file, all.Loaders())
	if err != nil {
		t.Fatal(err)
	}
	alone, err := l.Forecast(t.Context(), loaded, got.Panel.Select([]int{5}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(alone.MeanOf(0), f.MeanOf(5)) || !slices.Equal(alone.QuantilesAt(0, 3), f.QuantilesAt(5, 3)) {
		t.Error("a series has another forecast alone, by the model that was saved")
	}
}

func sum(values []float32) (s float64) {
	for _, v := range values {
		s += float64(v)
	}
	return s
}

// TestAlignedProofKnowsOnlyOlderWindows changes what came in the newest window.
func TestAlignedProofKnowsOnlyOlderWindows(t *testing.T) {
	for _, method := range []coherent.Method{coherent.Align, coherent.MinT} {
		t.Run(string(method), func(t *testing.T) { alignedProofKnowsOnlyOlderWindows(t, method) })
	}
}

func alignedProofKnowsOnlyOlderWindows(t *testing.T, method coherent.Method) {
	units, poisoned := falling(160), falling(160)
	for _, u := range poisoned {
		for k := len(u) - 14; k < len(u); k++ {
			u[k] *= 100
		}
	}
	prove := func(units [][]float32) Proof {
		l := aligning(units, classic.AutoETS{})
		l.Reconcile.Method = method
		learned, err := l.Learn(t.Context(), modeltest.Origin)
		if err != nil {
			t.Fatal(err)
		}
		return learned.Proof[0]
	}
	a, b := prove(units), prove(poisoned)
	if fmt.Sprint(a.Mean) != fmt.Sprint(b.Mean) || fmt.Sprint(a.Quantiles) != fmt.Sprint(b.Quantiles) {
		t.Error("the proof of the newest origin knows what came after it")
	}
}

// A trend that all series show has nothing to gain, a column that there is not is
// told at once, and a sample of a shop is not aligned.
func TestAlignRefrains(t *testing.T) {
	units := falling(160)
	l := aligning(units, classic.WindowMean{})
	learned, err := l.Learn(t.Context(), modeltest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	if learned.Strength != 0 || !strings.Contains(strings.Join(learned.Notes, "\n"), "would not have helped") {
		t.Errorf("strength %g, notes %v", learned.Strength, learned.Notes)
	}
	l.Reconcile.Levels = [][]string{{"brand"}}
	if _, err := l.Learn(t.Context(), modeltest.Origin); daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), `no column "brand"`) {
		t.Errorf("an unknown column: %v", err)
	}
	l = aligning(units, classic.AutoETS{})
	l.Sampled = true
	if learned, err = l.Learn(t.Context(), modeltest.Origin); err != nil || learned.Strength != 0 {
		t.Errorf("a sample has strength %g, %v", learned.Strength, err)
	}
}

func TestRelativeWithoutLoss(t *testing.T) {
	if got := relative(evaluate.Score{}, evaluate.Score{}, "wape"); got != 1 {
		t.Errorf("no losses at all: %g, want 1", got)
	}
}
