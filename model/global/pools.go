package global

import (
	"context"
	"iter"
	"maps"
	"slices"

	"daycast"
	"daycast/model"
)

// Pools fits the inner model to each group of one level, such as a place or a
// category, that has enough rows, and to the whole shop for the series of other
// groups. The level is chosen by the data, see level.
type Pools struct {
	Inner model.Model
	// LeastRows is how many series-periods a group has to have for a fit of its
	// own; 0: 10,000, of which a forest of 31 leaves has some hundred a leaf.
	LeastRows int
}

const (
	leastRows = 10_000
	// mostPools bounds the fits, each of which costs what one of the shop does.
	mostPools = 12
	// pooledShare of the rows has to be in pools for a level to be chosen.
	pooledShare = 0.8
)

// Name tells that it has pools.
func (m Pools) Name() string { return "pooled_" + m.Inner.Name() }

// Fit fits the whole shop and then the pools. Each may have Training.MaxRows.
func (m Pools) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if m.LeastRows < 0 {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: at least %d rows: want 0 or more", m.Name(), m.LeastRows).WithField("least_rows")
	}
	level, groups, err := m.level(ctx, t.Panels)
	if err != nil {
		return nil, err
	}
	whole, err := m.Inner.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	f := &Pooled{pooling: pooling{Label: m.Name(), Level: level, Groups: groups}, fits: []model.Fitted{whole}}
	all := t.Panels
	for _, g := range groups {
		t.Panels = pool{all, level, g}
		fit, err := m.Inner.Fit(ctx, t)
		if err != nil {
			return nil, err
		}
		f.fits = append(f.fits, fit)
	}
	return f, nil
}

// level is the level with the most pools, 2 to mostPools, of those whose pools
// have most of the rows, and its pools by name; the first of equals. "" without.
func (m Pools) level(ctx context.Context, panels daycast.Panels) (string, []string, error) {
	rows, names, total, err := rowsByGroup(ctx, panels)
	least := float64(m.LeastRows)
	if least == 0 {
		least = leastRows
	}
	level, pools := "", []string(nil)
	for _, name := range names {
		var own []string
		pooled := 0.0
		for _, g := range slices.Sorted(maps.Keys(rows[name])) {
			if n := rows[name][g]; n >= least {
				own = append(own, g)
				pooled += n
			}
		}
		if len(own) >= 2 && len(own) <= mostPools && pooled >= pooledShare*total && len(own) > len(pools) {
			level, pools = name, own
		}
	}
	return level, pools, err
}

// rowsByGroup are how many rows there are, by level and group and in all, and
// the levels in order.
func rowsByGroup(ctx context.Context, panels daycast.Panels) (rows map[string]map[string]float64, names []string, total float64, err error) {
	rows = map[string]map[string]float64{}
	for p, err := range panels.Blocks(ctx) {
		if err != nil {
			return nil, nil, 0, err
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, 0, err
		}
		for _, l := range p.Levels {
			if rows[l.Name] == nil {
				rows[l.Name] = map[string]float64{}
				names = append(names, l.Name)
			}
		}
		for i := range p.Series {
			n := origins(p, i)
			total += n
			for _, l := range p.Levels {
				if g := l.Of[i]; g >= 0 {
					rows[l.Name][l.Names[g]] += n
				}
			}
		}
	}
	return rows, names, total, nil
}

// pool is the series of a group.
type pool struct {
	all          daycast.Panels
	level, group string
}

// Blocks leaves out the blocks that have none of them.
func (o pool) Blocks(ctx context.Context) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		for p, err := range o.all.Blocks(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			own := slices.DeleteFunc(every(p), func(i int) bool { return groupOf(p, o.level, i) != o.group })
			if len(own) > 0 && !yield(p.Select(own), nil) {
				return
			}
		}
	}
}

func every(p *daycast.Panel) []int {
	out := make([]int, len(p.Series))
	for i := range out {
		out[i] = i
	}
	return out
}

// groupOf is the name of series i's group; "" without one.
func groupOf(p *daycast.Panel, level string, i int) string {
	for _, l := range p.Levels {
		if l.Name == level && l.Of[i] >= 0 {
			return l.Names[l.Of[i]]
		}
	}
	return ""
}

// pooling says which fit is whose.
type pooling struct {
	Label, Level string
	Groups       []string // ascending, those that have a fit of their own
}

// Pooled is fitted Pools.
type Pooled struct {
	pooling
	fits []model.Fitted // the shop's, then those of Groups
}

// Kind names the type for its loader.
func (f *Pooled) Kind() string { return "pooled" }

// Forecast asks each fit for its own series.
func (f *Pooled) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	theirs := make([][]int, len(f.fits))
	for i := range r.Panel.Series {
		out.Models[i] = f.Label
		k, ok := slices.BinarySearch(f.Groups, groupOf(r.Panel, f.Level, i))
		if !ok {
			k = -1
		}
		theirs[k+1] = append(theirs[k+1], i)
	}
	whole := r.Panel
	r.Levels = nil
	for k, indices := range theirs {
		if len(indices) == 0 {
			continue
		}
		r.Panel = whole.Select(indices)
		own, err := f.fits[k].Forecast(ctx, r)
		if err != nil {
			return nil, err
		}
		for n, i := range indices {
			copy(out.MeanOf(i), own.MeanOf(n))
		}
	}
	return out, nil
}
