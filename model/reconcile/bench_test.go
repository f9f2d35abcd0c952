package reconcile

import (
	"fmt"
	"runtime"
	"testing"

	"daycast"
)

// large is a shop of n series with 154 nodes above them, as M5 has by state,
// store, category, department and their pairs, and forecasts of 28 days.
func large(b *testing.B, n int) (*Hierarchy, Values) {
	b.Helper()
	series := make([]daycast.Series, n)
	levels := []daycast.Level{}
	level := func(name string, groups int, of func(i int) int) {
		l := daycast.Level{Name: name, Of: make([]int32, n)}
		for g := range groups {
			l.Names = append(l.Names, fmt.Sprint(g))
		}
		for i := range l.Of {
			l.Of[i] = int32(of(i))
		}
		levels = append(levels, l)
	}
	store := func(i int) int { return i % 10 }
	department := func(i int) int { return i / 10 % 7 }
	state := func(i int) int { return store(i) / 4 }
	category := func(i int) int { return department(i) / 3 }
	level("state", 3, state)
	level("store", 10, store)
	level("category", 3, category)
	level("department", 7, department)
	level("category@state", 9, func(i int) int { return 3*state(i) + category(i) })
	level("department@state", 21, func(i int) int { return 7*state(i) + department(i) })
	level("category@store", 30, func(i int) int { return 3*store(i) + category(i) })
	level("department@store", 70, func(i int) int { return 7*store(i) + department(i) })
	h, err := New(series, levels)
	if err != nil {
		b.Fatal(err)
	}
	return h, disagreeing(h, 1, 28, 2)
}

// BenchmarkReconcile says how long 28 days of n series take, and what is in
// memory besides the base forecasts and errors when it is done.
func BenchmarkReconcile(b *testing.B) {
	for _, n := range []int{30_490, 1_000_000} {
		if testing.Short() && n > 100_000 {
			continue
		}
		h, base := large(b, n)
		errors := errorsLike(h, 2, 84)
		methods := map[string]func() (Method, error){
			"structural": func() (Method, error) { return MinT{W: Structural(h)}, nil },
			"shrunk": func() (Method, error) {
				w, err := Shrunk(h, errors, 2)
				return MinT{W: w}, err
			},
			"align": func() (Method, error) {
				return Align{Strength: map[string]float64{"shop": .5, "store": .5, "department@store": .5}}, nil
			},
			"spread": func() (Method, error) { return Spread{Path: []string{"shop", "department"}}, nil },
		}
		for _, name := range []string{"structural", "shrunk", "align", "spread"} {
			for _, nonNegative := range []bool{false, true} {
				b.Run(fmt.Sprintf("%d/%s/nonnegative=%t", n, name, nonNegative), func(b *testing.B) {
					for b.Loop() {
						m, err := methods[name]()
						if err != nil {
							b.Fatal(err)
						}
						if _, err := m.Reconcile(b.Context(), h, base, Options{Threads: 2, NonNegative: nonNegative}); err != nil {
							b.Fatal(err)
						}
					}
					var mem runtime.MemStats
					runtime.ReadMemStats(&mem)
					b.ReportMetric(float64(mem.Sys>>20), "MiB-sys")
				})
			}
		}
	}
}
