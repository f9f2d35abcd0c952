package forest_test

import (
	"context"
	"fmt"

	"daycast/feature"
	"daycast/model"
	"daycast/model/forest"
	"daycast/model/tree"
)

// shop is two years of sales of a product: 5 pieces a day and, on promotion
// days, 7, 10 or 13.
func shop() (x *feature.Frame, units []float32) {
	x = feature.NewFrame([]feature.Column{{Name: "weekday", Levels: 7}, {Name: "promotion"}}, 728)
	units = make([]float32, x.Rows)
	for day := range units {
		x.Data[0][day], x.Data[1][day] = float32(day%7), float32(day%3/2)
		units[day] = 5 + x.Data[1][day]*float32(day%9)
	}
	return x, units
}

func Example() {
	x, units := shop()
	p, err := forest.Regressor{FeatureFraction: 1}.Fit(context.Background(), x, units, nil, model.FitOptions{Threads: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	out := make([]float32, x.Rows)
	p.Predict(x, out)
	fmt.Printf("plain %.0f, promotion %.0f\n", out[0], out[2])
	// Output: plain 5, promotion 10
}

// How far off the forest will be, without a day held back.
func ExampleOutOfBag() {
	x, units := shop()
	bins := tree.NewBins(x, []uint32{0, 1, 2, 3, 4, 5, 6}, 1, 1)
	off := forest.OutOfBag{Metric: func(y, prediction, _ []float32) (mean float64) {
		for i, v := range y {
			mean += float64(max(v-prediction[i], prediction[i]-v)) / float64(len(y))
		}
		return mean
	}}
	_, err := forest.Regressor{FeatureFraction: 1, MinRows: 20, Bootstrap: true}.Train(context.Background(),
		forest.Data{X: bins.Matrix(x, 1), Y: units},
		forest.TrainOptions{FitOptions: model.FitOptions{Threads: 1}, OutOfBag: &off})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f piece a day\n", off.Error)
	// Output: 1 piece a day
}

// What a promotion day sells at least, mostly, and at most.
func ExampleQuantiles() {
	x, units := shop()
	q := forest.Quantiles{Regressor: forest.Regressor{FeatureFraction: 1, MinRows: 100}, Levels: []float64{.05, .5, .95}}
	p, err := q.Fit(context.Background(), x, units, nil, model.FitOptions{Threads: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	day := x.Slice(2, 3)
	out := [][]float32{make([]float32, 1), make([]float32, 1), make([]float32, 1)}
	p.Predict(day, out)
	fmt.Println(out[0][0], out[1][0], out[2][0])
	// Output: 7 10 13
}
