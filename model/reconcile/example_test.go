package reconcile_test

import (
	"context"
	"fmt"

	"daycast"
	"daycast/model/reconcile"
)

// Two items at two places: the forecasts of the series add up to 20, that of the
// shop is 24, and what is forecast of the north is a plan.
func Example() {
	ctx := context.Background()
	series := []daycast.Series{{Item: "milk", Place: "north"}, {Item: "milk", Place: "south"}, {Item: "rye", Place: "north"}, {Item: "rye", Place: "south"}}
	h, err := reconcile.New(series, []daycast.Level{
		{Name: "item", Names: []string{"milk", "rye"}, Of: []int32{0, 0, 1, 1}},
		{Name: "place", Names: []string{"north", "south"}, Of: []int32{0, 1, 0, 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	base := reconcile.NewValues(h, 1) // one day
	copy(base.Bottom, []float32{8, 6, 4, 2})
	copy(base.UpperOf(0), []float64{24})
	copy(base.UpperOf(h.Upper("item", "milk")), []float64{16})
	copy(base.UpperOf(h.Upper("item", "rye")), []float64{6})
	copy(base.UpperOf(h.Upper("place", "north")), []float64{15})
	copy(base.UpperOf(h.Upper("place", "south")), []float64{9})

	o := reconcile.Options{NonNegative: true, Threads: 1, Locks: reconcile.Locks{Upper: make([]bool, len(base.Upper))}}
	o.Locks.Upper[h.Upper("place", "north")] = true
	for _, m := range []reconcile.Method{
		reconcile.MinT{W: reconcile.Structural(h)},
		reconcile.Align{Strength: map[string]float64{"item": .5}},
	} {
		got, err := m.Reconcile(ctx, h, base, o)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("shop %.2f, north %.2f, series %.2f\n", got.Upper[0], got.UpperOf(h.Upper("place", "north"))[0], got.Bottom)
	}
	// Output:
	// shop 23.33, north 15.00, series [9.75 6.42 5.25 1.92]
	// shop 22.76, north 15.00, series [10.26 5.93 4.74 1.83]
}
