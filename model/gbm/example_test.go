package gbm_test

import (
	"context"
	"fmt"

	"daycast/feature"
	"daycast/model"
	"daycast/model/gbm"
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
