package pipeline

import (
	"context"
	"iter"

	"daycast"
	"daycast/clean"
	"daycast/source"
	"daycast/warehouse"
)

// plans reports whether the shop tells of what it has planned.
func (r *Run) plans() bool { return r.Source.Has(source.Promotions) || r.Source.Has(source.Prices) }

// planTable is the shop's table of a kind of plans.
func planTable(kind daycast.PlanKind) source.Table {
	if kind == daycast.PlannedPrice {
		return source.Prices
	}
	return source.Promotions
}

// readPlans yields the promotions and prices of a shop whose only place has no
// name in series ids, or of one with several. Rows that cannot be used are set
// aside.
func readPlans(ctx context.Context, src source.Source, onePlace bool, aside func(daycast.Quarantined)) iter.Seq2[daycast.Plan, error] {
	return func(yield func(daycast.Plan, error) bool) {
		for _, kind := range []daycast.PlanKind{daycast.PlannedPromotion, daycast.PlannedPrice} {
			var row int64
			for record, err := range records(ctx, src, planTable(kind)) {
				if err != nil {
					yield(daycast.Plan{}, err)
					return
				}
				row++
				p, bad := clean.ReadPlan(kind, row, record)
				if bad.Reason != "" {
					aside(unusable(p, bad, record[bad.Column]))
					continue
				}
				if onePlace {
					p.Place = daycast.OnlyPlace
				}
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

func unusable(p daycast.Plan, bad clean.Misfit, value string) daycast.Quarantined {
	return daycast.Quarantined{Table: string(planTable(p.Kind)), Row: p.Row, Column: bad.Column, Value: value, Reason: bad.Reason}
}

// noting tells a range of each item and place that facts are of.
func noting(facts iter.Seq2[daycast.Fact, error], has clean.Range) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		var last daycast.Series
		for f, err := range facts {
			if err == nil && f.Series != last {
				last = f.Series
				has.Items[last.Item], has.Places[last.Place] = true, true
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// strangePlans are the plans for what the shop neither sells, as has says, nor
// has in its tables of items and places. They change nothing, and are set aside
// so that somebody looks.
func (r *Run) strangePlans(ctx context.Context, has clean.Range) ([]daycast.Quarantined, error) {
	if !r.plans() {
		return nil, nil
	}
	for it, err := range r.Warehouse.Items().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		has.AddItem(it)
	}
	for p, err := range r.Warehouse.Places().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		has.Places[p.ID] = true
	}
	return strangers(ctx, r.Warehouse, has)
}

func strangers(ctx context.Context, w warehouse.Warehouse, has clean.Range) ([]daycast.Quarantined, error) {
	var strange []daycast.Quarantined
	for p, err := range w.Plans().Read(ctx, forever) {
		if err != nil {
			return nil, err
		}
		if bad := has.Misfit(p); bad.Reason != "" {
			value := map[string]string{"item_id": p.Item, "category": p.Category, "place_id": p.Place}[bad.Column]
			strange = append(strange, unusable(p, bad, value))
		}
	}
	return strange, nil
}

// loadPlans brings the plans of a shop with a daily table into the warehouse,
// and sets those aside that cannot be used.
func loadPlans(
	ctx context.Context, run string, src source.Source, w warehouse.Warehouse, items []daycast.Item, places []daycast.Place,
	aside func(daycast.Quarantined),
) error {
	has := clean.NewRange()
	for _, it := range items {
		has.AddItem(it)
	}
	for _, p := range places {
		has.Places[p.ID] = true
	}
	onePlace := len(places) == 1 && places[0].ID == daycast.OnlyPlace
	if _, err := w.Plans().Replace(ctx, run, readPlans(ctx, src, onePlace, aside)); err != nil {
		return err
	}
	strange, err := strangers(ctx, w, has)
	for _, q := range strange {
		aside(q)
	}
	return err
}
