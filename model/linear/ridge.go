// Package linear holds linear regressions with penalties: ridge, lasso, the
// elastic net, and a generalised one for counts.
package linear

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// Ridge is linear least squares with a penalty on the coefficients:
//
//	minimise  sum(w[r] * (y[r] - a - x[r]'b)^2)  +  Lambda * mean(w) * |b|^2
//
// The intercept a is free. Columns are normalised and one-hot encoded first,
// see encoder. The normal equations are summed in float64 over fixed ranges of
// rows and solved by Cholesky.
//
// Hoerl, Kennard (1970), "Ridge regression: biased estimation for
// nonorthogonal problems", Technometrics 12(1). A line that is extended far
// beyond its data is no forecast: predictions are kept within three times the
// range of the training targets on either side of it.
type Ridge struct {
	// Lambda is the penalty in rows: as if each coefficient had been seen to be
	// 0 on so many rows, none of them alike. >= 0; 0 is DefaultLambda.
	Lambda float64
}

// DefaultLambda keeps lags, which say much the same, from pulling against each
// other, and a category of twenty rows from being believed by more than half.
const DefaultLambda = 20

// Name is "ridge".
func (Ridge) Name() string { return "ridge" }

// Fit learns y from x. It refuses values of y and w that are not finite,
// negative weights, and no rows with code invalid.
func (m Ridge) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	lambda, err := penalty(m.Name(), m.Lambda)
	if err != nil {
		return nil, err
	}
	return fit(ctx, m.Name(), x, y, w, o, func(g *normal) (float64, []float64, error) {
		return g.solve(lambda * g.weight / independent(float64(x.Rows), o))
	})
}

// penalty is a lambda, DefaultLambda for 0.
func penalty(name string, lambda float64) (float64, error) {
	if !(lambda >= 0) || math.IsInf(lambda, 0) {
		return 0, daycast.Errorf(daycast.Invalid, "model %s: lambda %g: want 0 or more", name, lambda).WithField("lambda")
	}
	if lambda == 0 {
		return DefaultLambda, nil
	}
	return lambda, nil
}

// independent is how many of so many rows do not say the same.
func independent(rows float64, o model.FitOptions) float64 { return rows / float64(max(1, o.Alike)) }

// fit encodes the rows, sums their normal equations and has them solved.
func fit(ctx context.Context, name string, x *feature.Frame, y, w []float32, o model.FitOptions, solve func(*normal) (intercept float64, coefficients []float64, err error)) (*Predictor, error) {
	if err := check(name, x, y, w); err != nil {
		return nil, err
	}
	e := newEncoder(x, w)
	g, err := accumulate(ctx, e, x, y, w, max(1, o.Threads))
	if err != nil {
		return nil, err
	}
	if !(g.weight > 0) {
		return nil, weightless(name)
	}
	g.rows = independent(g.rows, o)
	out := &Predictor{Encoder: e}
	if name != (Ridge{}).Name() {
		out.Model = name
	}
	if out.Intercept, out.Coefficients, err = solve(g); err != nil {
		return nil, err
	}
	least, most := float64(slices.Min(y)), float64(slices.Max(y))
	out.Least = max(least-rangesBeyond*(most-least), -math.MaxFloat32)
	out.Most = min(most+rangesBeyond*(most-least), math.MaxFloat32)
	return out, nil
}

func weightless(name string) error {
	return daycast.Errorf(daycast.Invalid, "model %s: all rows weigh nothing", name)
}

// rangesBeyond is how far predictions may leave the training targets.
const rangesBeyond = 3

func check(name string, x *feature.Frame, y, w []float32) error {
	switch {
	case x.Rows == 0:
		return daycast.Errorf(daycast.Invalid, "model %s: no rows to learn from", name)
	case len(y) != x.Rows || w != nil && len(w) != x.Rows:
		return daycast.Errorf(daycast.Invalid, "model %s: %d targets and %d weights for %d rows", name, len(y), len(w), x.Rows)
	case slices.ContainsFunc(y, notFinite):
		return daycast.Errorf(daycast.Invalid, "model %s: a target is not finite", name)
	case slices.ContainsFunc(w, func(v float32) bool { return notFinite(v) || v < 0 }):
		return daycast.Errorf(daycast.Invalid, "model %s: a weight is negative or not finite", name)
	}
	return nil
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// Predictor is a fitted regression.
type Predictor struct {
	Model        string `json:",omitempty"` // its name; "" is ridge
	Encoder      *encoder
	Intercept    float64
	Coefficients []float64 // by design column
	Least, Most  float64   // bounds of a prediction
}

// Predict fills out with one number for each row of x.
func (p *Predictor) Predict(x *feature.Frame, out []float32) {
	var row sparse
	for r := range out {
		v := p.line(x, r, &row)
		if p.Model == (GLM{}).Name() {
			v = math.Exp(v)
		}
		out[r] = float32(min(max(v, p.Least), p.Most))
	}
}

// line is the intercept and what the coefficients make of row r of x.
func (p *Predictor) line(x *feature.Frame, r int, row *sparse) float64 {
	p.Encoder.encode(x, r, row)
	sum := p.Intercept
	for k, c := range row.columns {
		sum += p.Coefficients[c] * row.values[k]
	}
	return sum
}

// normal are the sums of the normal equations, over rows or a range of them.
type normal struct {
	weight float64   // sum of w
	rows   float64   // number of them that weigh something
	y      float64   // sum of w*y
	yy     float64   // sum of w*y*y
	x      []float64 // design columns: sum of w*x
	xy     []float64 // design columns: sum of w*x*y
	xx     []float64 // design columns squared, upper triangle: sum of w*x*x'
}

func newNormal(columns int) *normal {
	return &normal{x: make([]float64, columns), xy: make([]float64, columns), xx: make([]float64, columns*columns)}
}

func (g *normal) add(row *sparse, y, w float64) {
	n := len(g.x)
	g.weight += w
	if w > 0 {
		g.rows++
	}
	g.y += w * y
	g.yy += w * y * y
	for a, i := range row.columns {
		wx := w * row.values[a]
		g.x[i] += wx
		g.xy[i] += wx * y
		line := g.xx[i*n : (i+1)*n]
		for b := a; b < len(row.columns); b++ {
			line[row.columns[b]] += wx * row.values[b]
		}
	}
}

func (g *normal) merge(o *normal) {
	g.weight += o.weight
	g.rows += o.rows
	g.y += o.y
	g.yy += o.yy
	for i := range g.x {
		g.x[i] += o.x[i]
		g.xy[i] += o.xy[i]
	}
	for i := range g.xx {
		g.xx[i] += o.xx[i]
	}
}

// solve centres the sums, so that the intercept is free of the penalty, and
// solves for the coefficients.
func (g *normal) solve(penalty float64) (intercept float64, coefficients []float64, err error) {
	n := len(g.x)
	meanY := g.y / g.weight
	if n == 0 {
		return meanY, nil, nil
	}
	a := mat.NewSymDense(n, nil)
	b := mat.NewVecDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a.SetSym(i, j, g.xx[i*n+j]-g.x[i]*g.x[j]/g.weight)
		}
		a.SetSym(i, i, a.At(i, i)+penalty)
		b.SetVec(i, g.xy[i]-g.x[i]*meanY)
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return 0, nil, daycast.Errorf(daycast.Invalid, "model ridge: the columns are too alike to be told apart").
			WithHint("raise lambda")
	}
	var beta mat.VecDense
	if err := c.SolveVecTo(&beta, b); err != nil && beta.IsEmpty() {
		return 0, nil, daycast.Errorf(daycast.Internal, "model ridge: %w", err)
	}
	coefficients = make([]float64, n)
	intercept = meanY
	for i := range n {
		coefficients[i] = beta.AtVec(i)
		intercept -= coefficients[i] * g.x[i] / g.weight
	}
	return intercept, coefficients, nil
}
