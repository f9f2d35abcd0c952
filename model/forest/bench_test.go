package forest

import (
	"math"
	"math/rand/v2"
	"syscall"
	"testing"

	"daycast/feature"
	"daycast/model"
	"daycast/model/tree"
)

// cpu is the processor time that the program has used so far, in ms.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

// normal is dense normal columns, of which a dozen matter.
func normal(rows, columns int) (*feature.Frame, []float32) {
	rng := rand.New(rand.NewPCG(1, 7))
	x, y := feature.NewFrame(make([]feature.Column, columns), rows), make([]float32, rows)
	for r := range rows {
		for c := range columns {
			x.Data[c][r] = float32(rng.NormFloat64())
		}
		at := func(c int) float64 { return float64(x.Data[c][r]) }
		v := 2*math.Sin(2*at(0)) + at(1)*at(2) + math.Abs(at(3)) + max(at(4), at(5)) + .5*at(6)*at(6) + at(7)*at(8)*at(9) + .5*at(10)
		y[r] = float32(v + rng.NormFloat64())
	}
	return x, y
}

// BenchmarkFit grows eight trees on binned rows.
func BenchmarkFit(b *testing.B) {
	x, y := normal(100_000, 30)
	rows, err := tree.Rows(x, y, nil)
	if err != nil {
		b.Fatal(err)
	}
	m := tree.NewBins(x, rows, 1, 2).Matrix(x, 2)
	for name, r := range map[string]Regressor{
		"whole":       {Leaves: x.Rows},
		"default":     {},
		"random cuts": {Leaves: x.Rows, RandomCuts: true},
		"bootstrap":   {Leaves: x.Rows, Bootstrap: true},
		"all columns": {Leaves: x.Rows, FeatureFraction: 1},
	} {
		b.Run(name, func(b *testing.B) {
			r.Trees = 8
			began := cpu()
			for b.Loop() {
				if _, err := r.Train(ctx, Data{X: m, Y: y}, TrainOptions{FitOptions: model.FitOptions{Seed: 1, Threads: 2}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpu()-began)/float64(b.N)/8, "cpu-ms/tree")
		})
	}
}
