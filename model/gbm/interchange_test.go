package gbm

import (
	"bytes"
	"io"
	"math"
	"testing"

	"daycast"
)

func TestOtherLibrariesFormats(t *testing.T) {
	x, y, _ := demand(3000)
	names := []string{"wave", "level", "gap", "noise"}
	type format struct {
		write func(p *Predictor, w io.Writer) error
		read  func(r io.Reader) (*Predictor, error)
	}
	formats := map[string]format{
		"xgboost json":   {func(p *Predictor, w io.Writer) error { return p.WriteXGBoostJSON(w, names) }, ReadXGBoost},
		"xgboost ubjson": {func(p *Predictor, w io.Writer) error { return p.WriteXGBoostUBJSON(w, nil) }, ReadXGBoost},
		"lightgbm":       {func(p *Predictor, w io.Writer) error { return p.WriteLightGBM(w, names) }, ReadLightGBM},
	}
	for objective, o := range objectives {
		y := fitting(o, y)
		p := fit(t, Regressor{Objective: o, Trees: 20}, x, y, nil, one)
		want := predict(p, x)
		for name, f := range formats {
			var b bytes.Buffer
			if err := f.write(p, &b); err != nil {
				t.Fatalf("%s as %s: %v", objective, name, err)
			}
			read, err := f.read(&b)
			if err != nil {
				t.Fatalf("%s as %s: %v", objective, name, err)
			}
			// What was read is saved and loaded as any of ours.
			again, err := Load(bytes.NewReader(save(t, read)))
			if err != nil {
				t.Fatalf("%s as %s: %v", objective, name, err)
			}
			if read.Columns() != p.Columns() {
				t.Errorf("%s as %s: %d columns, want %d", objective, name, read.Columns(), p.Columns())
			}
			for i, v := range predict(again, x) {
				if math.Abs(float64(v-want[i])) > 1e-5*math.Abs(float64(want[i])) {
					t.Fatalf("%s as %s: row %d is %g, want %g", objective, name, i, v, want[i])
				}
			}
		}
	}
	if _, err := ReadXGBoost(bytes.NewReader(nil)); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := ReadLightGBM(bytes.NewReader(nil)); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("an empty file: %v", err)
	}
}
