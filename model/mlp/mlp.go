// Package mlp holds a small neural network: a perceptron of two hidden layers
// over rows of features.
package mlp

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"golang.org/x/sync/errgroup"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// Regressor is the mean of a few networks of two hidden layers each, which
// differ by their first weights and the order of rows:
//
//	x -> 64 units, one of them linear -> 32 units -> + -> link -> y
//	              |____ the linear one _____________|
//
// Columns are made comparable first, see encoder. The linear unit goes on to
// the end, as in TiDE (Das and others 2023, "Long-term forecasting with TiDE"),
// so that a network is a regression and what that misses. Weights are learnt
// by Adam (Kingma and Ba 2015) with decay apart from the gradient (Loshchilov
// and Hutter 2019), its rate falling to nothing as a half cosine; there is no
// early stop, since rows know no day, and rows held out at random would not
// tell when to. Predictions are kept within the range of the training targets.
type Regressor struct {
	// Counts minimises the Poisson deviance of exp(output) in the place of the
	// squared error of the output; it refuses negative targets.
	Counts bool
	// Networks, Epochs, Rate and Decay are those of the defaults where 0.
	Networks int     // whose mean is predicted, >= 0
	Epochs   int     // times that all rows are seen, >= 0; by default fewer of many rows
	Rate     float64 // of learning, 0 to 1
	Decay    float64 // of weights, in shares of them at a rate of 1, 0 to 1
}

// The defaults.
const (
	DefaultNetworks = 3
	DefaultRate     = 0.002
	DefaultDecay    = 0.5
)

// The default epochs are as many as show so many rows in all, within bounds.
const (
	rowsShown               = 400_000
	leastEpochs, mostEpochs = 4, 8
)

const (
	units  = 64 // of the first layer
	second = 32 // of the second
	batch  = 256
)

// Name is "mlp".
func (Regressor) Name() string { return "mlp" }

// Fit learns y from x. It refuses values of y and w that are not finite,
// negative weights, and no rows with code invalid.
func (m Regressor) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	if len(y) != x.Rows {
		return nil, daycast.Errorf(daycast.Invalid, "model mlp: %d targets for %d rows", len(y), x.Rows)
	}
	return m.FitBlocks(ctx, func(s feature.Sink) error { return s.Write(x) }, y, w, o)
}

// FitBlocks is Fit on the rows that walk gives in blocks; what is in memory is
// the encoded rows.
func (m Regressor) FitBlocks(ctx context.Context, walk func(feature.Sink) error, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	if err := m.check(y, w); err != nil {
		return nil, err
	}
	m = m.withDefaults(len(y))
	seen := newSurvey(len(y))
	if err := walk(seen); err != nil {
		return nil, err
	}
	p := &Predictor{Counts: m.Counts, Least: slices.Min(y), Most: slices.Max(y), Encoder: seen.encoder()}
	fill := &filler{encoder: p.Encoder, rows: p.Encoder.newRows(len(y))}
	if err := walk(fill); err != nil {
		return nil, err
	}
	l, err := newLesson(fill.rows, p.shape(), y, w, m.Counts)
	if err != nil {
		return nil, err
	}
	p.Mean, p.Deviation = l.mean, l.deviation
	p.Networks = make([]network, m.Networks)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Threads))
	for k := range p.Networks {
		g.Go(func() error {
			n, err := l.learn(ctx, m, rand.New(rand.NewPCG(o.Seed, uint64(k))))
			p.Networks[k] = n
			return err
		})
	}
	return p, g.Wait()
}

func (m Regressor) withDefaults(rows int) Regressor {
	if m.Networks == 0 {
		m.Networks = DefaultNetworks
	}
	if m.Epochs == 0 {
		m.Epochs = min(max(rowsShown/rows, leastEpochs), mostEpochs)
	}
	if m.Rate == 0 {
		m.Rate = DefaultRate
	}
	if m.Decay == 0 {
		m.Decay = DefaultDecay
	}
	return m
}

func (m Regressor) check(y, w []float32) error {
	switch {
	case m.Networks < 0 || m.Epochs < 0:
		return daycast.Errorf(daycast.Invalid, "model mlp: %d networks, %d epochs: want 0 or more", m.Networks, m.Epochs)
	case !(m.Rate >= 0 && m.Rate <= 1 && m.Decay >= 0 && m.Decay <= 1):
		return daycast.Errorf(daycast.Invalid, "model mlp: rate %g, decay %g: want 0 to 1", m.Rate, m.Decay)
	case len(y) == 0:
		return daycast.Errorf(daycast.Invalid, "model mlp: no rows to learn from")
	case w != nil && len(w) != len(y):
		return daycast.Errorf(daycast.Invalid, "model mlp: %d weights for %d rows", len(w), len(y))
	case slices.ContainsFunc(y, notFinite):
		return daycast.Errorf(daycast.Invalid, "model mlp: a target is not finite")
	case m.Counts && slices.Min(y) < 0:
		return daycast.Errorf(daycast.Invalid, "model mlp: a target is below zero, which a count is not")
	case slices.ContainsFunc(w, func(v float32) bool { return notFinite(v) || v < 0 }):
		return daycast.Errorf(daycast.Invalid, "model mlp: a weight is negative or not finite")
	}
	return nil
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }
