// Package global turns a regressor, which knows only rows, into a model, which
// knows series: one fit teaches all the series of a shop.
//
// Model is direct: a row is one series at an origin and a horizon, and the target
// is the units of that later day, so nothing is fed back and errors do not
// pile up. One fit serves all horizons, or each block of them has its own:
//
//	origin |--- 1 week ---|--- 2 weeks ---|------- to the horizon -------|
//	            fit 1           fit 2                  fit 3
//
// Recursive feeds forecasts back instead, Pools has a fit for each place or
// category, and Contest takes the regressor by the newest days.
//
// Units are divided by the series' scale at the origin and rows are weighed by
// it, which for a Poisson loss is the same as learning units with the scale as
// exposure.
package global

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// Model is a regressor over features of all series.
type Model struct {
	// Label is the name; "" takes the regressor's.
	Label     string
	Regressor model.Regressor
	// Signed takes the regressor's place where returns exceed sales, which a
	// regressor for counts refuses; nil: the same.
	Signed model.Regressor
	// Power is the power of the scale by which rows are weighed: 1 for
	// Poisson-like errors, whose variance grows with the mean.
	Power float64
	// PricePower is the power of the price at the origin, in shares of the mean
	// price, by which rows are weighed too: 1 for errors told in revenue.
	PricePower float64
	// HalfLife is in how many periods a row's weight halves, by its target's age;
	// 0: old and new periods weigh the same.
	HalfLife float64
	// Most is where the ratio of units to scale is cut in training, for
	// regressors that squared outliers would lead; 0: nowhere.
	Most float32
	// Blocks are the ends in weeks of blocks of horizons, each with a fit of
	// its own; the last reaches to the horizon. nil is one fit for all, which
	// has all the rows and knows the horizon as a feature.
	Blocks []int
	// Groups are the groups of features that it reads; nil: the default features.
	Groups []string
}

// defaultRows bounds the rows of a fit where the caller names no bound.
const defaultRows = 300_000

// minRows is what a fit needs to be better than the recent mean.
const minRows = 100

// Name is the label, or the regressor's.
func (m Model) Name() string { return cmp.Or(m.Label, m.Regressor.Name()) }

// Fit learns from a seeded sample of rows of all series.
func (m Model) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if t.Horizon < 1 {
		return nil, daycast.Errorf(daycast.Invalid, "horizon %d: want at least 1", t.Horizon).WithField("horizon")
	}
	if err := feature.CheckGroups(m.Groups); err != nil {
		return nil, err
	}
	census, err := m.count(ctx, t)
	if err != nil {
		return nil, err
	}
	f := &Fitted{Label: m.Name(), Set: census.set}
	regressor := m.Regressor
	if census.signed && m.Signed != nil {
		regressor = m.Signed
	}
	most := t.MaxRows
	if most == 0 {
		most = defaultRows
	}
	ends := m.blocks(t.Horizon, census.set.Step)
	from := 1
	for k, to := range ends {
		r := rows{training: t, set: census.set, sampler: sampler{
			seed: t.Seed + uint64(k), from: from, to: to, each: horizonsEach(census.rows, to-from+1, most/len(ends)),
			weigh: m.weighing(census), most: m.Most,
			share: newShare(census.rows, census.sizes, float64(most)/float64(len(ends)), m.Power),
		}}
		block := Block{Last: to}
		if block.predictor, err = r.fit(ctx, regressor); err != nil {
			return nil, err
		}
		f.Blocks = append(f.Blocks, block)
		from = to + 1
	}
	f.fill()
	return f, ctx.Err()
}

// fit teaches the regressor the rows, nil where they are too few. One that takes
// blocks is given them on two walks; the others want all of them in a frame.
func (r rows) fit(ctx context.Context, regressor model.Regressor) (model.Predictor, error) {
	y, w, err := r.targets(ctx)
	if err != nil || len(y) < minRows {
		return nil, err
	}
	o := model.FitOptions{Seed: r.seed, Threads: r.training.Threads, Alike: r.each}
	if b, ok := regressor.(model.BlockRegressor); ok {
		return b.FitBlocks(ctx, func(sink feature.Sink) error { return r.walk(ctx, sink) }, y, w, o)
	}
	whole := &collector{frame: feature.NewFrame(r.set.Columns(), len(y))}
	if err := r.walk(ctx, whole); err != nil {
		return nil, err
	}
	return regressor.Fit(ctx, whole.frame, y, w, o)
}

// collector is a sink that keeps the rows.
type collector struct {
	frame   *feature.Frame
	written int
}

func (c *collector) Write(block *feature.Frame) error {
	for k, column := range block.Data {
		copy(c.frame.Data[k][c.written:], column)
	}
	c.written += block.Rows
	return nil
}

// blocks are the last horizons of each block.
func (m Model) blocks(horizon int, step daycast.Step) []int {
	week := 7 / int(step)
	var ends []int
	for _, w := range m.Blocks {
		if w*week < horizon {
			ends = append(ends, w*week)
		}
	}
	return append(ends, horizon)
}

// fill lets a block that had too few rows answer with its neighbour's fit.
func (f *Fitted) fill() {
	for range f.Blocks {
		for k := range f.Blocks {
			if f.Blocks[k].predictor != nil {
				continue
			}
			if k > 0 {
				f.Blocks[k].predictor = f.Blocks[k-1].predictor
			}
			if f.Blocks[k].predictor == nil && k+1 < len(f.Blocks) {
				f.Blocks[k].predictor = f.Blocks[k+1].predictor
			}
		}
	}
}

// census is what one walk over the panels tells.
type census struct {
	set    *feature.Set
	signed bool
	origin daycast.Day
	rows   []float64 // by series: expected rows at rate 1
	sizes  []float64
	prices prices
}

func (m Model) count(ctx context.Context, t model.Training) (census, error) {
	var c census
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return c, err
		}
		if err := ctx.Err(); err != nil {
			return c, err
		}
		if c.set == nil {
			c.set = feature.NewSet(p, m.Groups...)
		} else {
			c.set.Merge(p)
		}
		c.signed, c.origin = c.signed || !p.NonNegative, p.Origin
		for i := range p.Series {
			c.rows, c.sizes = append(c.rows, origins(p, i)), append(c.sizes, sizeOf(p, i))
			c.prices.add(p, i)
		}
	}
	if c.set == nil {
		return c, daycast.Errorf(daycast.Invalid, "no series to learn from")
	}
	return c, nil
}

// asleep is the share of origins that are taken of a series that has not sold
// for eight weeks: they are many and say little.
const asleep = 0.2

// awake reports by period whether the series sold in the last eight weeks.
func awake(p *daycast.Panel, i int) []bool {
	window := 56 / int(p.Step)
	state := p.StateOf(i)
	out := make([]bool, len(state))
	last := -window
	for k, s := range state {
		if s == daycast.Sold {
			last = k
		}
		out[k] = k-last < window
	}
	return out
}

// origins is how many of series i's periods are drawn as origins at rate 1.
func origins(p *daycast.Panel, i int) float64 {
	var sum float64
	for k, a := range awake(p, i) {
		switch {
		case p.State[p.Offsets[i]+k] == daycast.NotListed:
		case a:
			sum++
		default:
			sum += asleep
		}
	}
	return sum
}

// Fitted is a fitted global model.
type Fitted struct {
	Label  string
	Set    *feature.Set
	Blocks []Block
}

// Block is the fit for the horizons up to Last.
type Block struct {
	Last      int
	predictor model.Predictor // nil: the shop was too small; the scale is forecast
}

// Kind names the type for its loader.
func (f *Fitted) Kind() string { return "global" }

// atOnce is how many series' rows are in memory at once.
const atOnce = 1024

// Forecast answers for each series from its own past and its levels'.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	bound := f.Set.Bind(r.Panel)
	for i := range out.Models {
		out.Models[i] = f.Label
	}
	from := 1
	for k, b := range f.Blocks {
		to := min(b.Last, r.Horizon)
		if k == len(f.Blocks)-1 {
			to = r.Horizon
		}
		for lo := 0; lo < len(r.Panel.Series) && from <= to; lo += atOnce {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f.answer(bound, r, b, out, span{lo, min(lo+atOnce, len(r.Panel.Series)), from, to})
		}
		from = max(from, to+1)
	}
	return out, nil
}

// span is a range of series and one of horizons.
type span struct{ lo, hi, from, to int }

func (f *Fitted) answer(bound *feature.Bound, r model.Request, b Block, out *daycast.Forecasts, s span) {
	hs := s.to - s.from + 1
	x := feature.NewFrame(f.Set.Columns(), (s.hi-s.lo)*hs)
	scales := make([]float64, s.hi-s.lo)
	parallel(r.Threads, s.hi-s.lo, func(lo, hi int) {
		reader := bound.Live()
		want := make([]feature.Want, hs)
		for n := lo; n < hi; n++ {
			i := s.lo + n
			if r.Panel.Len(i) == 0 {
				continue
			}
			for k := range want {
				want[k] = feature.Want{T: r.Panel.Len(i) - 1, H: s.from + k}
			}
			reader.Open(i, want)
			scales[n] = reader.Scale(0)
			reader.Fill(x, n*hs)
		}
	})
	y := make([]float32, x.Rows)
	for k := range y {
		y[k] = 1
	}
	if b.predictor != nil {
		parallel(r.Threads, x.Rows, func(lo, hi int) {
			b.predictor.Predict(x.Slice(lo, hi), y[lo:hi])
		})
	}
	for n := range scales {
		means := out.MeanOf(s.lo + n)
		for h := s.from; h <= s.to; h++ {
			means[h-1] = float32(float64(y[n*hs+h-s.from]) * scales[n])
		}
	}
}

// parallel runs work on equal ranges of [0, n), and returns when all are done.
func parallel(threads, n int, work func(lo, hi int)) {
	threads = max(1, min(threads, n))
	if threads == 1 {
		work(0, n)
		return
	}
	var wg sync.WaitGroup
	for k := range threads {
		wg.Go(func() { work(k*n/threads, (k+1)*n/threads) })
	}
	wg.Wait()
}

// Importance is the share of the total gain by feature, over the blocks whose
// predictor can tell; nil where none can.
func (f *Fitted) Importance() map[string]float64 {
	sum := map[string]float64{}
	var total float64
	for _, b := range f.Blocks {
		teller, ok := b.predictor.(interface{ Importance() []float64 })
		if !ok {
			continue
		}
		for k, v := range teller.Importance() {
			sum[f.Set.Columns()[k].Name] += v
			total += v
		}
	}
	if total == 0 {
		return nil
	}
	for k := range sum {
		sum[k] /= total
	}
	return sum
}

func (f *Fitted) ends() []int {
	var ends []int
	for _, b := range f.Blocks {
		ends = append(ends, b.Last)
	}
	return slices.Clip(ends)
}
