package clean

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"testing"

	"daycast"
)

// crowd is a shop of many series over 450 days, made up as it is read: each
// sells on some of its days, in ten places and twenty categories.
type crowd int

func (c crowd) Facts(context.Context, daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		rng, nan := rand.New(rand.NewPCG(1, 2)), float32(math.NaN())
		for i := range int(c) {
			s := daycast.Series{Item: fmt.Sprintf("i%06d", i/10), Place: fmt.Sprint("p", i%10)}
			mean := 0.2 + 3*rng.Float64()
			for d := range daycast.Day(450) {
				units := poisson(rng, mean)
				f := daycast.Fact{Series: s, Day: d, KnownAt: d, Units: float32(units), Price: 5, Promotion: float32(int(d) % 50 / 48), InStock: nan, Buyers: nan}
				if units > 0 && !yield(f, nil) {
					return
				}
			}
		}
	}
}

func (crowd) Signals(context.Context, daycast.Day) iter.Seq2[daycast.Signal, error] {
	return func(func(daycast.Signal, error) bool) {}
}

func (c crowd) Items(context.Context, daycast.Day) iter.Seq2[daycast.Item, error] {
	return func(yield func(daycast.Item, error) bool) {
		for i := range int(c) / 10 {
			category := map[string]string{"category": fmt.Sprint("c", i%20)}
			if !yield(daycast.Item{ID: fmt.Sprintf("i%06d", i), Attributes: category}, nil) {
				return
			}
		}
	}
}

func (crowd) Places(context.Context) iter.Seq2[daycast.Place, error] {
	return func(func(daycast.Place, error) bool) {}
}

func BenchmarkPanel(b *testing.B) {
	for _, series := range []int{3_000, 30_000} {
		b.Run(fmt.Sprint(series), func(b *testing.B) {
			builder := PanelBuilder{Reader: crowd(series), Step: daycast.Daily, Horizon: 28, Absent: AbsentZero}
			for b.Loop() {
				if _, _, err := builder.Build(b.Context(), 449); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPanelReading(b *testing.B) {
	for b.Loop() {
		for _, err := range crowd(30_000).Facts(b.Context(), 449) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func (crowd) Plans(context.Context, daycast.Day) iter.Seq2[daycast.Plan, error] {
	return func(func(daycast.Plan, error) bool) {}
}
