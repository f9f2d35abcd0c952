package linear

import (
	"context"
	"math"
	"slices"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// GLM is Poisson regression with a logarithmic link and a penalty on the
// coefficients, for targets that are never below zero:
//
//	minimise  2*sum(w[r] * (m[r] - y[r]*log m[r]))  +  Lambda * mean(w) * |b|^2        log m[r] = a + x[r]'b
//
// Nelder, Wedderburn (1972), "Generalized linear models", JRSS A 135(3), by
// iteratively reweighted least squares, each step of which is Ridge's, halved
// while it does not lower the sum. The intercept a is free, columns are encoded
// and predictions bounded as Ridge's are.
type GLM struct {
	// Lambda is the penalty as Ridge has it; 0 is DefaultLambda.
	Lambda float64
}

// Name is "glm".
func (GLM) Name() string { return "glm" }

// Fit learns y from x. It refuses what Ridge.Fit does, and targets below zero.
func (m GLM) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	lambda, err := penalty(m.Name(), m.Lambda)
	if err != nil {
		return nil, err
	}
	if err := check(m.Name(), x, y, w); err != nil {
		return nil, err
	}
	if slices.Min(y) < 0 {
		return nil, daycast.Errorf(daycast.Invalid, "model glm: a target of %g: want none below 0", slices.Min(y)).WithHint("ridge takes any")
	}
	if w == nil {
		w = slices.Repeat([]float32{1}, x.Rows)
	}
	weight, mean := 0.0, 0.0
	for r, v := range w {
		weight += float64(v)
		mean += float64(v) * float64(y[r])
	}
	if !(weight > 0) {
		return nil, weightless(m.Name())
	}
	out := &Predictor{Model: m.Name(), Encoder: newEncoder(x, w)}
	out.Coefficients = make([]float64, out.Encoder.width())
	out.Most = min((1+rangesBeyond)*float64(slices.Max(y)), math.MaxFloat32)
	if mean == 0 {
		return out, nil // nothing was ever sold: out.Most is 0
	}
	out.Intercept = math.Log(mean / weight)
	s := &scoring{p: out, x: x, y: y, w: w, penalty: lambda * weight / independent(float64(x.Rows), o), threads: max(1, o.Threads)}
	return out, s.run(ctx)
}

// scoring is the work of one fit.
type scoring struct {
	p       *Predictor
	x       *feature.Frame
	y, w    []float32
	penalty float64
	threads int
}

const (
	steps    = 25   // five to eight are usual
	still    = 1e-6 // of the sum: a step that lowers it by less is the last
	halvings = 10
	// steepest keeps exp finite where a first step goes too far.
	steepest = 50
)

func (s *scoring) run(ctx context.Context) error {
	loss := s.loss()
	working, weights := make([]float32, s.x.Rows), make([]float32, s.x.Rows)
	for range steps {
		s.each(func(r int, log float64) {
			mean := math.Exp(log)
			working[r] = float32(log + (float64(s.y[r])-mean)/mean)
			weights[r] = float32(float64(s.w[r]) * mean)
		})
		g, err := accumulate(ctx, s.p.Encoder, s.x, working, weights, s.threads)
		if err != nil {
			return err
		}
		intercept, coefficients, err := g.solve(s.penalty)
		if err != nil {
			return err
		}
		before := loss
		if loss = s.step(intercept, coefficients, loss); !(before-loss > still*math.Abs(before)) {
			return nil
		}
	}
	return nil
}

// step goes to new coefficients, or as far towards them as lowers the loss.
func (s *scoring) step(intercept float64, coefficients []float64, loss float64) float64 {
	from, at := slices.Clone(s.p.Coefficients), s.p.Intercept
	for share := 1.0; share > 1./(1<<halvings); share /= 2 {
		s.p.Intercept = at + share*(intercept-at)
		for k, b := range coefficients {
			s.p.Coefficients[k] = from[k] + share*(b-from[k])
		}
		if own := s.loss(); own < loss {
			return own
		}
	}
	s.p.Intercept, s.p.Coefficients = at, from
	return loss
}

// loss is what Fit minimises, but for what y alone says.
func (s *scoring) loss() float64 {
	sum := 0.0
	s.each(func(r int, log float64) { sum += 2 * float64(s.w[r]) * (math.Exp(log) - float64(s.y[r])*log) })
	for _, b := range s.p.Coefficients {
		sum += s.penalty * b * b
	}
	return sum
}

// each tells row by row the logarithm of its mean.
func (s *scoring) each(tell func(r int, log float64)) {
	var row sparse
	for r := range s.x.Rows {
		tell(r, min(max(s.p.line(s.x, r, &row), -steepest), steepest))
	}
}
