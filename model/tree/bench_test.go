package tree

import (
	"math"
	"math/rand/v2"
	"syscall"
	"testing"

	"daycast/feature"
)

// benchFrame is dense normal numbers, whose gradients depend on a dozen.
func benchFrame(rows, columns int) (*feature.Frame, []float32) {
	x := feature.NewFrame(make([]feature.Column, columns), rows)
	grad := make([]float32, rows)
	team := NewTeam(2)
	defer team.Stop()
	team.Each(columns, func(c int) {
		rng := rand.New(rand.NewPCG(1, uint64(c)))
		for r := range x.Data[c] {
			x.Data[c][r] = float32(rng.NormFloat64())
		}
	})
	rng := rand.New(rand.NewPCG(2, 2))
	for r := range grad {
		at := func(c int) float64 { return float64(x.Data[c][r]) }
		y := at(0) + 2*math.Sin(2*at(1)) + at(2)*at(3) + math.Abs(at(4)) + max(at(5), at(6)) + at(7)*at(8)*at(9) + .5*at(10) - at(11)*at(11)
		grad[r] = float32(-y + rng.NormFloat64())
	}
	return x, grad
}

// cpu is the processor time that the program has used so far, in ms.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

func BenchmarkGrow(b *testing.B) {
	const rows = 1_000_000
	x, grad := benchFrame(rows, 40)
	bins := NewBins(x, allRows(rows), 1, 2)
	m := bins.Matrix(x, 2)
	hess := make([]float32, rows)
	for i := range hess {
		hess[i] = 1
	}
	for name, constant := range map[string]bool{"constant": true, "varying": false} {
		b.Run(name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(3, 2))
			for i := range hess {
				if !constant {
					hess[i] = float32(.5 + rng.ExpFloat64())
				}
			}
			g := NewGrower(m, Options{Leaves: 255, MinRows: 20, MinHessian: 1e-3, TreeColumns: 1, SplitColumns: 1, Team: NewTeam(2)})
			all := allRows(rows)
			began := cpu()
			defer func() { b.ReportMetric((cpu()-began)/float64(b.N), "cpu-ms/op") }()
			for b.Loop() {
				growOn(g, all, grad, hess, 1)
			}
		})
	}
}

func BenchmarkBins(b *testing.B) {
	x, _ := benchFrame(1_000_000, 40)
	all := allRows(x.Rows)
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			NewBins(x, all, 1, 2)
		}
	})
	bins := NewBins(x, all, 1, 2)
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
			bins.Matrix(x, 2)
		}
	})
}
