package global_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/global"
	"daycast/model/modeltest"
)

// A model saved before sets named their features forecasts what it did then:
// eight trees of seven leaves on Shop(21, 6, 420), 800 rows, 14 days ahead.
func TestModelsSavedBeforeSetsNamedTheirFeatures(t *testing.T) {
	file, err := os.ReadFile("testdata/before_sets_named_features.model")
	if err != nil {
		t.Fatal(err)
	}
	m, err := global.Loader(predictors)(bytes.NewReader(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/before_sets_named_features.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	p := modeltest.Shop(21, 6, 420)
	got, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 14, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range got.Mean {
		// Units are read in millionths since.
		if math.Abs(float64(v)-want[k]) > 1e-4*(1+want[k]) {
			t.Fatalf("forecast %d is %g, was %g", k, v, want[k])
		}
	}
}

// A feature that this program does not know refuses the file.
func TestUnknownFeaturesAreRefused(t *testing.T) {
	m, err := boosting().Fit(t.Context(), model.Training{Panels: modeltest.Shop(2, 6, 120), Horizon: 7, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := m.Save(&out); err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(out.Bytes())
	head := strings.Replace(string(out.Bytes()[8:8+n]), `"mean_1w"`, `"mean_9x"`, 1)
	file := slices.Concat(out.Bytes()[:8], []byte(head), out.Bytes()[8+n:])
	if _, err := global.Loader(predictors)(bytes.NewReader(file), nil); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a model with an unknown feature: %v", err)
	}
}
