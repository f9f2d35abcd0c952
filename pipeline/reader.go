// Package pipeline is the way from a shop's tables to a published snapshot, in
// named steps that a killed run resumes.
package pipeline

import (
	"context"
	"iter"

	"daycast"
	"daycast/clean"
	"daycast/warehouse"
)

// reader gives the panel builder what the warehouse holds. A backtest reads
// the facts once an origin, so they are kept in memory where the budget allows.
type reader struct {
	w      warehouse.Warehouse
	facts  func(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] // of w, or of a part of the shop
	memory int64
	limit  int // facts
	cache  []factRun
	full   bool

	signals *signalCache // nil before the first call
}

// factRun is the facts of one series.
type factRun struct {
	series daycast.Series
	facts  []smallFact
}

// smallFact is a fact without its series: 28 bytes.
type smallFact struct {
	day, known                               daycast.Day
	units, price, promotion, inStock, buyers float32
}

var _ clean.Reader = (*reader)(nil)

// factBytes is what a cached fact takes, its share of the slices' slack
// included.
const factBytes = 40

// newReader keeps facts up to a quarter of the memory that may be used.
func newReader(w warehouse.Warehouse, memory int64) *reader {
	return &reader{w: w, facts: w.Facts().Read, memory: memory, limit: int(memory / 4 / factBytes)}
}

// forget gives the facts' memory back, and keeps none from now on.
func (r *reader) forget() { r.cache, r.limit, r.full = nil, 0, true }

// Facts yields the facts known by a day; the first call that asks for all
// days fills the cache.
func (r *reader) Facts(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		if !r.full {
			if err := r.fill(ctx); err != nil {
				yield(daycast.Fact{}, err)
				return
			}
		}
		if r.limit == 0 {
			for f, err := range r.facts(ctx, known) {
				if !yield(f, err) {
					return
				}
			}
			return
		}
		for _, run := range r.cache {
			for _, f := range run.facts {
				if f.known <= known && !yield(f.of(run.series), nil) {
					return
				}
			}
		}
	}
}

// fill reads every fact once. More than fit are not kept: limit is then zero
// and each call reads the warehouse.
func (r *reader) fill(ctx context.Context) error {
	r.full = true
	n := 0
	for f, err := range r.facts(ctx, forever) {
		if err != nil {
			r.full = false
			return err
		}
		if n++; n > r.limit {
			r.limit, r.cache = 0, nil
			return nil
		}
		if k := len(r.cache) - 1; k < 0 || r.cache[k].series != f.Series {
			r.cache = append(r.cache, factRun{series: f.Series})
		}
		last := &r.cache[len(r.cache)-1]
		last.facts = append(last.facts, smallFact{f.Day, f.KnownAt, f.Units, f.Price, f.Promotion, f.InStock, f.Buyers})
	}
	return nil
}

// forever is a day by whose end everything is known.
const forever = daycast.Day(1 << 20)

func (f smallFact) of(s daycast.Series) daycast.Fact {
	return daycast.Fact{
		Series: s, Day: f.day, KnownAt: f.known, Units: f.units,
		Price: f.price, Promotion: f.promotion, InStock: f.inStock, Buyers: f.buyers,
	}
}

// Signals yields the signals known by a day; the first call fills their cache.
func (r *reader) Signals(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		if r.signals == nil {
			c := &signalCache{codes: []string{""}}
			if err := c.fill(r.w.Signals().Read(ctx, forever), r.memory/8/signalBytes); err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			r.signals = c
		}
		if !r.signals.full {
			r.signals.read(known, yield)
			return
		}
		for s, err := range r.w.Signals().Read(ctx, known) {
			if !yield(s, err) {
				return
			}
		}
	}
}

// Plans are few beside the facts: they are read anew for each origin.
func (r *reader) Plans(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Plan, error] {
	return r.w.Plans().Read(ctx, known)
}

func (r *reader) Items(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Item, error] {
	return r.w.Items().Read(ctx, known)
}

func (r *reader) Places(ctx context.Context) iter.Seq2[daycast.Place, error] {
	return r.w.Places().Read(ctx, forever)
}
