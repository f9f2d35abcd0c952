package pipeline

import (
	"cmp"
	"context"
	"math"
	"slices"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/global"
	"daycast/warehouse"
)

// storeErrors writes how the choice did at the scored origins, by periods
// ahead and by category, for a report to read.
func (r *Run) storeErrors(ctx context.Context, learned *Learned) error {
	category := categories(learned.Panel)
	sums := map[warehouse.ErrorRow]*warehouse.ErrorRow{}
	for _, p := range learned.Proof {
		w := p.Window
		for i, s := range w.Series {
			if !w.OnSale[i] {
				continue
			}
			for h := range w.Horizon {
				key := warehouse.ErrorRow{Model: p.Choice.Name(), Origin: w.Origin, Horizon: int32(h + 1), Category: category[s]}
				if sums[key] == nil {
					sums[key] = &key
				}
				addError(sums[key], p, i*w.Horizon+h, len(r.Settings.Levels))
			}
		}
	}
	rows := make([]warehouse.ErrorRow, 0, len(sums))
	for _, row := range sums {
		if row.Pairs > 0 {
			rows = append(rows, *row)
		}
	}
	slices.SortFunc(rows, func(a, b warehouse.ErrorRow) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Horizon, b.Horizon), cmp.Compare(a.Category, b.Category))
	})
	_, err := r.Warehouse.Errors().Replace(ctx, r.ID, each(rows))
	return err
}

// categoryLevel is the level by which errors are told apart.
const categoryLevel = "category"

// categories are the series' groups of that level; none where there is none.
func categories(p *daycast.Panel) map[daycast.Series]string {
	of := map[daycast.Series]string{}
	for _, l := range p.Levels {
		if l.Name != categoryLevel {
			continue
		}
		for i, g := range l.Of {
			if g >= 0 {
				of[p.Series[i]] = l.Names[g]
			}
		}
	}
	return of
}

// addError adds pair c of a proof.
func addError(to *warehouse.ErrorRow, p Proof, c, levels int) {
	y := float64(p.Window.Actual[c])
	if y != y {
		return
	}
	off := float64(p.Mean[c]) - y
	to.Pairs++
	to.Absolute += math.Abs(off)
	to.Squared += off * off
	to.Signed += off
	to.Sold += math.Abs(y)
	if p.Window.Open[c] && levels >= 2 {
		to.Open++
		if low, high := float64(p.Quantiles[c*levels]), float64(p.Quantiles[c*levels+levels-1]); low <= y && y <= high {
			to.Inside++
		}
	}
}

// storeImportances writes what the best model of all series, learnt as of the
// newest origin of the backtest, owes to each feature on the days after it.
func (r *Run) storeImportances(ctx context.Context, l Learning, learned *Learned) error {
	rows, err := importances(ctx, l, learned)
	if err != nil {
		return err
	}
	_, err = r.Warehouse.Importances().Replace(ctx, r.ID, each(rows))
	return err
}

func importances(ctx context.Context, l Learning, learned *Learned) ([]warehouse.ImportanceRow, error) {
	best, ok := bestGlobal(l, learned.Ranked)
	if !ok || len(learned.Windows) == 0 {
		return nil, nil
	}
	w := learned.Windows[0]
	p, err := l.Panel(ctx, w.Origin)
	if err != nil {
		return nil, err
	}
	l.Progress(0, 0, "what "+best.Name()+" owes to each feature")
	fitted, err := best.Fit(ctx, model.Training{Panels: p, Horizon: w.Horizon, MaxRows: l.MaxRows, Seed: l.Seed, Threads: l.Threads})
	if err != nil {
		return nil, err
	}
	explained, ok := fitted.(*global.Fitted)
	if !ok {
		return nil, nil
	}
	actual := slices.Clone(w.Actual)
	for c := range actual {
		if !w.OnSale[c/w.Horizon] {
			actual[c] = float32(math.NaN())
		}
	}
	found, err := explained.Importances(ctx, p, actual, w.Horizon, l.Seed)
	var rows []warehouse.ImportanceRow
	for _, f := range found {
		rows = append(rows, warehouse.ImportanceRow{Model: best.Name(), Feature: f.Feature, Group: f.Group, Increase: f.Increase})
	}
	return rows, err
}

// bestGlobal is the best of the candidates that know features.
func bestGlobal(l Learning, ranked []evaluate.Choice) (global.Model, bool) {
	for _, c := range ranked {
		m, err := l.named(c.Members[0])
		if known, ok := m.(global.Model); ok && err == nil {
			return known, true
		}
	}
	return global.Model{}, false
}

// copyRun gives a run the rows of another.
func copyRun[T any](ctx context.Context, t warehouse.RunTable[T], from, to string) error {
	_, err := t.Replace(ctx, to, t.Read(ctx, from))
	return err
}

// keepLook makes what an earlier training stored of its models this run's.
func (r *Run) keepLook(ctx context.Context, from string) error {
	if err := copyRun(ctx, r.Warehouse.Accuracy(), from, r.ID); err != nil {
		return err
	}
	if err := copyRun(ctx, r.Warehouse.Importances(), from, r.ID); err != nil {
		return err
	}
	return copyRun(ctx, r.Warehouse.Errors(), from, r.ID)
}
