package pipeline

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/source"
)

// extractBuyers makes the signals of who bought. It is part of reading the
// shop, since what the table of customers says is needed and is stored nowhere.
// The other signals stay for the step that makes them.
func (r *Run) extractBuyers(ctx context.Context, e *extracted) error {
	clocks, err := r.clocks(ctx, e.OnePlace)
	if err != nil {
		return err
	}
	zones, err := r.zones(ctx)
	if err != nil {
		return err
	}
	_, earliest := zones.today(r.Now(), r.Shop.Opens)
	group, err := r.groups(ctx)
	if err != nil {
		return err
	}
	b := clean.Buyers{
		NonProduct: r.Shop.NonProduct, Day: clocks.Day, Through: earliest - 1, Group: group, Dir: filepath.Join(r.Dir, "runs"),
	}
	if err := r.customers(ctx, &b, e.aside); err != nil {
		return err
	}
	rows := chained(r.storedSignals(ctx, notOfBuyers), b.Signals(ctx, r.cleanLines(ctx, e.OnePlace)))
	_, err = r.Warehouse.Signals().Replace(ctx, r.ID, rows)
	return err
}

func ofBuyers(s daycast.Signal) bool    { return strings.HasPrefix(s.Name, clean.BuyersPrefix) }
func notOfBuyers(s daycast.Signal) bool { return !ofBuyers(s) }

// storedSignals are those that the warehouse has.
func (r *Run) storedSignals(ctx context.Context, of func(daycast.Signal) bool) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		for s, err := range r.Warehouse.Signals().Read(ctx, forever) {
			if (err != nil || of(s)) && !yield(s, err) {
				return
			}
		}
	}
}

// groups tells an item's category on a day.
func (r *Run) groups(ctx context.Context) (func(item string, day daycast.Day) string, error) {
	versions := map[string][]daycast.Item{}
	for it, err := range r.Warehouse.Items().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		versions[it.ID] = append(versions[it.ID], it)
	}
	return func(item string, day daycast.Day) string {
		var category string
		for _, it := range versions[item] {
			if it.KnownAt > day {
				break
			}
			category = it.Attributes[categoryLevel]
		}
		return category
	}, nil
}

const (
	// mostSegments is how many of a shop's have a signal: the largest.
	mostSegments = 4
	// manySegments are so many that the column is something else.
	manySegments = 50
)

// customers reads what the shop tells of its customers into memory.
func (r *Run) customers(ctx context.Context, b *clean.Buyers, aside func(daycast.Quarantined)) error {
	b.Customers = map[uint64]clean.Customer{}
	reader := clean.LineReader{Key: r.Shop.Key}
	segments, counts := map[string]int32{}, []int(nil)
	var names []string
	var row int64
	for record, err := range records(ctx, r.Source, source.Customers) {
		if err != nil {
			return err
		}
		row++
		c := clean.Customer{Segment: -1}
		if text := strings.TrimSpace(record["first_order"]); text != "" {
			var ok bool
			if c.FirstOrder, ok = clean.ReadDay(text); !ok {
				aside(daycast.Quarantined{Table: string(source.Customers), Row: row, Column: "first_order", Reason: "not a day: want YYYY-MM-DD"})
			}
		}
		if name := strings.TrimSpace(record["segment"]); name != "" && len(names) <= manySegments {
			k, known := segments[name]
			if !known {
				k = int32(len(names))
				segments[name], names, counts = k, append(names, name), append(counts, 0)
			}
			c.Segment = k
			counts[k]++
		}
		if id := reader.Pseudonym(record["customer_id"]); id != 0 {
			b.Customers[id] = c
		}
	}
	b.Segments = largest(names, counts)
	for id, c := range b.Customers {
		if c.Segment >= 0 {
			c.Segment = int32(slices.Index(b.Segments, names[c.Segment]))
			b.Customers[id] = c
		}
	}
	return nil
}

// largest are the segments that are told of, by name.
func largest(names []string, counts []int) []string {
	if len(names) > manySegments {
		return nil
	}
	of := make(map[string]int, len(names))
	for k, name := range names {
		if counts[k] >= clean.MinBuyers {
			of[name] = counts[k]
		}
	}
	sorted := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(of[b]-of[a], cmp.Compare(a, b)) })
	sorted = sorted[:min(len(sorted), mostSegments)]
	slices.Sort(sorted)
	return sorted
}
