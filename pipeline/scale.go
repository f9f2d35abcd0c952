package pipeline

import (
	"context"
	"iter"
	"math"

	"daycast"
	"daycast/clean"
	"daycast/warehouse"
)

// dailyFacts brings the facts of a daily table into the warehouse, without prices
// of another scale. They are found on the way where the rows come in order.
func dailyFacts(ctx context.Context, run string, w warehouse.Warehouse, table *clean.DailyTable, report *clean.Report) error {
	facts := table.Facts(ctx, report)
	if table.HasPrices() && table.Ordered() {
		facts = clean.Scales{}.Facts(ctx, facts, report)
	}
	if _, err := w.Facts().Replace(ctx, run, facts); err != nil || !table.HasPrices() || table.Ordered() {
		return err
	}
	return forgetSlips(ctx, run, w, table, report)
}

// forgetSlips looks for prices of another scale in the facts of a daily table,
// which the warehouse has in the order of series that its rows need not have,
// and writes them again without those.
func forgetSlips(ctx context.Context, run string, w warehouse.Warehouse, table *clean.DailyTable, report *clean.Report) error {
	type cell struct {
		series daycast.Series
		day    daycast.Day
	}
	slips := map[cell]bool{}
	scales := clean.Scales{Forgotten: func(s daycast.Series, d daycast.Day) { slips[cell{s, d}] = true }}
	for facts, err := range sortedFacts(ctx, w, table.Last) {
		if err != nil {
			return err
		}
		for _, err := range scales.Facts(ctx, facts, report) {
			if err != nil {
				return err
			}
		}
	}
	if len(slips) == 0 {
		return nil
	}
	var counted clean.Report // a second time
	without := iter.Seq2[daycast.Fact, error](func(yield func(daycast.Fact, error) bool) {
		for f, err := range table.Facts(ctx, &counted) {
			if slips[cell{f.Series, f.Day}] {
				f.Price = float32(math.NaN())
			}
			if !yield(f, err) {
				return
			}
		}
	})
	_, err := w.Facts().Replace(ctx, run, without)
	return err
}

// sortedAtOnce is how many facts are brought into the order of series at once: more
// would be sorted on disk, which takes several times the table's room there.
const sortedAtOnce = 20_000_000

// sortedFacts yields the facts of the shop, or, of a large one, of one part after
// the other, each by item, place and day.
func sortedFacts(ctx context.Context, w warehouse.Warehouse, last daycast.Day) iter.Seq2[iter.Seq2[daycast.Fact, error], error] {
	return func(yield func(iter.Seq2[daycast.Fact, error], error) bool) {
		size, err := w.Facts().Size(ctx, last)
		if err != nil {
			yield(nil, err)
			return
		}
		n := int(size.Days/sortedAtOnce) + 1
		if n == 1 {
			yield(w.Facts().Read(ctx, forever), nil)
			return
		}
		parts, err := w.Facts().Split(ctx, n)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = parts.Close() }()
		for k := range n {
			if !yield(parts.Read(ctx, k, forever), nil) {
				return
			}
		}
	}
}
