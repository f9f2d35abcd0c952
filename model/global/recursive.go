package global

import (
	"context"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// Recursive learns to forecast the next few periods, and feeds its forecasts
// back as if they had been sold, so that the periods after are forecast from
// later origins, whose features they are part of:
//
//	origin |-- stride --|-- stride --|-- stride --|
//	        forecast      the same     the same
//	                      model, with  ...
//	                      these fed
//	                      back
//
// Fed back are means, one path without noise; or draws of what could be sold,
// Paths of them, of whose means the mean is forecast. A path of means never has
// the zeros and peaks that the model has learnt from, one of draws has.
// Ben Taieb et al. (2012), "A review and comparison of strategies for multi-step
// ahead time series forecasting", Expert Systems with Applications 39(8).
type Recursive struct {
	Model
	// Stride is how many periods are forecast from one origin; 0: a week, and no
	// more than half of the horizon. 1 is the classic recursion, which takes seven
	// times as long by day.
	Stride int
	Paths  int // of draws; 0: means are fed back
}

// Name tells which of the two it is.
func (m Recursive) Name() string {
	if m.Paths > 0 {
		return "sampled_" + m.Model.Name()
	}
	return "recursive_" + m.Model.Name()
}

// Fit learns the first stride of the horizon, and, for draws, how far sales are
// from their means.
func (m Recursive) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if m.Stride < 0 || m.Stride > model.MaxHorizon || m.Paths < 0 || m.Paths > mostPaths {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: a stride of %d and %d paths: want 0 to %d and 0 to %d",
			m.Name(), m.Stride, m.Paths, model.MaxHorizon, mostPaths).WithField("stride")
	}
	if t.Horizon < 1 {
		return nil, daycast.Errorf(daycast.Invalid, "horizon %d: want at least 1", t.Horizon).WithField("horizon")
	}
	c, err := m.count(ctx, t)
	if err != nil {
		return nil, err
	}
	stride := m.Stride
	if stride == 0 {
		stride = min(7/int(c.set.Step), (t.Horizon+1)/2)
	}
	t.Horizon = min(t.Horizon, stride)
	near, err := m.Model.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	f := &Recursion{path: path{Label: m.Name(), Stride: t.Horizon, Paths: m.Paths, Seed: t.Seed}, near: near.(*Fitted)}
	if m.Paths > 0 {
		f.Noise, err = m.noise(ctx, t, c, f.near)
	}
	return f, err
}

// path is how a recursion goes on.
type path struct {
	Label         string
	Stride, Paths int
	Seed          uint64
	Noise         noise
}

// Recursion is a fitted Recursive.
type Recursion struct {
	path
	near *Fitted // of the first stride
}

// Kind names the type for its loader.
func (f *Recursion) Kind() string { return "recursive" }

// Forecast goes ahead with some series at a time. A series' draws are seeded by
// its name, so that they depend on no other's.
func (f *Recursion) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	for i := range out.Models {
		out.Models[i] = f.Label
	}
	totals := outlook(r.Panel.Totals, r.Horizon)
	copies := max(1, f.Paths)
	for lo := 0; lo < len(r.Panel.Series); lo += max(1, atOnce/copies) {
		hi := min(lo+max(1, atOnce/copies), len(r.Panel.Series))
		w := f.walk(r, grow(r.Panel, totals, lo, hi, copies, r.Horizon))
		for from := 0; from < r.Horizon; from += f.Stride {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			w.step(from, min(f.Stride, r.Horizon-from), out)
		}
	}
	return out, ctx.Err()
}

// walk is a recursion under way.
type walk struct {
	*Recursion
	*growth
	bound   *feature.Bound
	threads int
	copies  int
	draws   []draws // by copy
}

func (f *Recursion) walk(r model.Request, g *growth) *walk {
	w := &walk{Recursion: f, growth: g, bound: f.near.Set.Bind(g.panel), threads: r.Threads, copies: max(1, f.Paths)}
	if f.Paths > 0 {
		for k, s := range g.panel.Series {
			w.draws = append(w.draws, f.Noise.draws(hashString(f.Seed, s.ID()), uint64(k%f.Paths)))
		}
	}
	return w
}

// step forecasts n periods from the one after from on, adds to out and feeds
// back.
func (w *walk) step(from, n int, out *daycast.Forecasts) {
	shared := 1 // how many copies are still alike: all of a series, before the first draws
	if from == 0 {
		shared = w.copies
	}
	many := len(w.of) / shared
	x := feature.NewFrame(w.near.Set.Columns(), many*n)
	scales := make([]float64, many)
	parallel(w.threads, many, func(lo, hi int) {
		reader, want := w.bound.Live(), make([]feature.Want, n)
		for k := lo; k < hi; k++ {
			for h := range want {
				want[h] = feature.Want{T: w.known[k*shared] + from - 1, H: h + 1}
			}
			reader.Open(k*shared, want)
			scales[k] = reader.Scale(0)
			reader.Fill(x, k*n)
		}
	})
	y := w.near.ratios(x, func(row int) int { return w.near.block(row%n + 1) }, w.threads)
	for k, i := range w.of {
		means := out.MeanOf(i)
		for h := range n {
			scale := scales[k/shared]
			mean := float64(y[k/shared*n+h]) * scale
			means[from+h] += float32(mean / float64(w.copies))
			if w.draws != nil {
				mean = w.draws[k].draw(mean, scale, w.panel.NonNegative)
			}
			w.feed(k, from+h, float32(mean))
		}
	}
}

// ratios are the predictions for rows whose horizons are of the blocks that blockOf
// says, each by its block's fit; 1 where that had too few rows.
func (f *Fitted) ratios(x *feature.Frame, blockOf func(row int) int, threads int) []float32 {
	y := make([]float32, x.Rows)
	for k := range y {
		y[k] = 1
	}
	own := make([]float32, x.Rows)
	for b, block := range f.Blocks {
		if block.predictor == nil {
			continue
		}
		parallel(threads, x.Rows, func(lo, hi int) { block.predictor.Predict(x.Slice(lo, hi), own[lo:hi]) })
		for k := range y {
			if blockOf(k) == b {
				y[k] = own[k]
			}
		}
	}
	return y
}
