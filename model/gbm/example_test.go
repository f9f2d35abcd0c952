package gbm_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
	"daycast/model/tree"
)

// Units double on promotion days, whatever the weekday.
func Example() {
	x := feature.NewFrame([]feature.Column{{Name: "weekday", Levels: 7}, {Name: "promotion"}}, 700)
	units := make([]float32, x.Rows)
	for day := range units {
		x.Data[0][day] = float32(day % 7)
		x.Data[1][day] = float32(day % 3 / 2)
		units[day] = 5 * (1 + x.Data[1][day])
	}
	p, err := gbm.Regressor{Objective: gbm.Poisson{}}.Fit(context.Background(), x, units, nil, model.FitOptions{Threads: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	fmt.Printf("plain %.1f, promotion %.1f\n", out[0], out[2])
	// Output: plain 5.0, promotion 10.0
}

// shop is a year of sales of a product: twice as many on promotion days.
func shop() (x *feature.Frame, units []float32) {
	x = feature.NewFrame([]feature.Column{{Name: "weekday", Levels: 7}, {Name: "promotion"}}, 364)
	units = make([]float32, x.Rows)
	for day := range units {
		x.Data[0][day], x.Data[1][day] = float32(day%7), float32(day%3/2)
		units[day] = 5 * (1 + x.Data[1][day])
	}
	return x, units
}

// The last weeks decide when training is over; the best round is kept.
func ExampleRegressor_Train() {
	x, units := shop()
	bins := tree.NewBins(x, []uint32{0, 1, 2, 3, 4, 5, 6}, 1, 1)
	train := gbm.Data{X: bins.Matrix(x.Slice(0, 300), 1), Y: units[:300]}
	valid := gbm.Data{X: bins.Matrix(x.Slice(300, 364), 1), Y: units[300:]}
	rounds := 0
	p, err := gbm.Regressor{Trees: 5000, LearningRate: .5}.Train(context.Background(), train, gbm.TrainOptions{
		FitOptions: model.FitOptions{Threads: 1}, Valid: &valid, Patience: 10,
		Progress: func(round int, loss float64) { rounds = round },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rounds < 200, p.Trees() == rounds-10)
	// Output: true true
}

// Ten more trees go on from the first ten.
func ExampleTrainOptions_continued() {
	x, units := shop()
	ctx, o := context.Background(), model.FitOptions{Threads: 1}
	first, err := gbm.Regressor{Trees: 10}.Fit(ctx, x, units, nil, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	from := first.(*gbm.Predictor)
	d := gbm.Data{X: from.Bins().Matrix(x, 1), Y: units}
	more, err := gbm.Regressor{Trees: 10}.Train(ctx, d, gbm.TrainOptions{FitOptions: o, From: from})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(from.Trees(), more.Trees())
	// Output: 10 20
}

// Sales have grown by a half: the leaves take it in, the splits stay.
func ExampleRegressor_Refit() {
	x, units := shop()
	ctx, o := context.Background(), model.FitOptions{Threads: 1}
	r := gbm.Regressor{Trees: 200}
	old, err := r.Fit(ctx, x, units, nil, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	for day := range units {
		units[day] *= 1.5
	}
	p := old.(*gbm.Predictor)
	refitted, err := r.Refit(ctx, p, gbm.Data{X: p.Bins().Matrix(x, 1), Y: units}, 0, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	before, after := make([]float32, x.Rows), make([]float32, x.Rows)
	p.Predict(x, before)
	refitted.Predict(x, after)
	fmt.Printf("before %.1f, after %.1f\n", before[2], after[2])
	// Output: before 10.0, after 15.0
}

// A third of the days are promotion days, so that 6.7 are expected.
func ExamplePredictor_Explain() {
	x, units := shop()
	fitted, err := gbm.Regressor{Trees: 200}.Fit(context.Background(), x, units, nil, model.FitOptions{Threads: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := fitted.(*gbm.Predictor).Explain(x.Slice(2, 3), 1)
	fmt.Printf("%.1f = %.1f expected", e.Score(0), e.Base)
	for c, column := range x.Columns {
		fmt.Printf(" %+.1f by %s", e.Columns[c][0], column.Name)
	}
	// Output: 10.0 = 6.7 expected +0.0 by weekday +3.3 by promotion
}

// A year of thousands of products is read block by block, twice: to find bins,
// and to write binned rows to a file. Training reads the file block by block
// and keeps 10 bytes of each row.
func ExampleRegressor_TrainStore() {
	x, units := shop()
	blocks := [][2]int{{0, 100}, {100, 300}, {300, 364}}
	sketch := tree.NewSketch(1)
	for _, b := range blocks {
		if err := sketch.Write(x.Slice(b[0], b[1])); err != nil {
			fmt.Println(err)
			return
		}
	}
	bins, err := sketch.Bins(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "daycast")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "rows")
	if err := writeRows(bins, path, x, units, blocks); err != nil {
		fmt.Println(err)
		return
	}
	rows, err := tree.OpenStore(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rows.Close()
	o := gbm.TrainOptions{FitOptions: model.FitOptions{Threads: 1}}
	p, err := gbm.Regressor{Trees: 200}.TrainStore(context.Background(), rows, o, 64<<20)
	if err != nil {
		fmt.Println(err)
		return
	}
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	fmt.Printf("plain %.1f, promotion %.1f\n", out[0], out[2])
	// Output: plain 5.0, promotion 10.0
}

// writeRows writes blocks to a file that is there in whole or not at all.
func writeRows(bins *tree.Bins, path string, x *feature.Frame, units []float32, blocks [][2]int) error {
	w, err := bins.NewStoreWriter(path, 1)
	if err != nil {
		return err
	}
	defer w.Abort()
	for _, b := range blocks {
		if err := w.Write(x.Slice(b[0], b[1]), tree.Targets{Y: units[b[0]:b[1]]}); err != nil {
			return err
		}
	}
	return w.Commit()
}
