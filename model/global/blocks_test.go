package global_test

import (
	"bytes"
	"context"
	"testing"

	"daycast/feature"
	"daycast/model"
	"daycast/model/forest"
	"daycast/model/gbm"
	"daycast/model/global"
	"daycast/model/modeltest"
)

// framed hides that a regressor takes blocks.
type framed struct{ of model.Regressor }

func (f framed) Name() string { return f.of.Name() }

func (f framed) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	return f.of.Fit(ctx, x, y, w, o)
}

// TestBlocksTeachWhatAFrameTeaches fits from blocks, cut by two sizes of panels,
// and from a frame of all rows.
func TestBlocksTeachWhatAFrameTeaches(t *testing.T) {
	p := modeltest.Rich(5, 28, 700) // more rows than a block holds
	for _, r := range []model.BlockRegressor{gbm.Regressor{Trees: 3}, forest.Regressor{Trees: 3}} {
		fit := func(r model.Regressor, size, threads int) []byte {
			f, err := global.Model{Regressor: r, Power: 1}.Fit(t.Context(), model.Training{
				Panels: modeltest.Split(p, size), Horizon: 28, Seed: 3, Threads: threads,
			})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := f.Save(&out); err != nil {
				t.Fatal(err)
			}
			return out.Bytes()
		}
		want := fit(framed{r}, 28, 1)
		for _, size := range []int{28, 9} {
			if !bytes.Equal(want, fit(r, size, 2)) {
				t.Errorf("%s from blocks of %d series is another", r.Name(), size)
			}
		}
	}
}
