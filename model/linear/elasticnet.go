package linear

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// ElasticNet is linear least squares that shrinks coefficients, as ridge does,
// and drops columns, as the lasso does; of columns that say the same it keeps
// all with a share each:
//
//	minimise  sum(w[r] * (y[r] - a - x[r]'b)^2) / (2*sum(w))
//	          + Alpha * (L1*|b|_1 + (1-L1)/2*|b|^2)
//
// Zou, Hastie (2005), "Regularization and variable selection via the elastic
// net", JRSS B 67(2); the objective is scikit-learn's. The intercept a is free.
// Columns are encoded first, predictions bounded, as Ridge's are: the penalty
// is on normalised columns. Normal equations are summed once, so that a search
// for Alpha costs no more rows.
type ElasticNet struct {
	// Alpha is the penalty, in units of the target, >= 0. 0 takes that with the
	// least BIC on a path of 60 values from the one that drops all columns down
	// to a thousandth of it, with the degrees of freedom of Zou, Hastie,
	// Tibshirani (2007), "On the degrees of freedom of the lasso", Annals of
	// Statistics 35(5).
	Alpha float64
	// L1 is the lasso's share, in [0, 1]; 0 is DefaultL1.
	L1 float64
}

// DefaultL1 is scikit-learn's.
const DefaultL1 = .5

// Name is "elastic_net".
func (ElasticNet) Name() string { return "elastic_net" }

// Fit learns y from x. It refuses values of y and w that are not finite,
// negative weights, and no rows with code invalid.
func (m ElasticNet) Fit(ctx context.Context, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	return penalised(ctx, m.Name(), m, x, y, w, o)
}

func penalised(ctx context.Context, name string, m ElasticNet, x *feature.Frame, y, w []float32, o model.FitOptions) (model.Predictor, error) {
	switch {
	case !(m.Alpha >= 0) || math.IsInf(m.Alpha, 0):
		return nil, daycast.Errorf(daycast.Invalid, "model %s: alpha %g: want 0 or more", name, m.Alpha).WithField("alpha")
	case !(m.L1 >= 0 && m.L1 <= 1):
		return nil, daycast.Errorf(daycast.Invalid, "model %s: l1 %g: want 0 to 1", name, m.L1).WithField("l1")
	}
	if m.L1 == 0 {
		m.L1 = DefaultL1
	}
	p, err := fit(ctx, name, x, y, w, o, func(g *normal) (float64, []float64, error) {
		d := newDescent(g, m.L1)
		if err := d.path(ctx, m.Alpha); err != nil {
			return 0, nil, err
		}
		return g.intercept(d.best), d.best, nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// intercept is that of coefficients: the line goes through the means.
func (g *normal) intercept(coefficients []float64) float64 {
	a := g.y / g.weight
	for i, b := range coefficients {
		a -= b * g.x[i] / g.weight
	}
	return a
}

const (
	pathSteps = 60
	pathEnd   = 1e-3 // of the first penalty; less hardly differs from none
)

// path goes down the penalties to alpha, each from the coefficients of the one
// before; with alpha 0 it leaves those of the least BIC in best.
func (d *descent) path(ctx context.Context, alpha float64) error {
	first := d.first()
	if !(first > 0) {
		return nil // nothing to learn
	}
	last, least := alpha, math.Inf(1)
	if alpha == 0 {
		last = first * pathEnd
	}
	for k := range pathSteps {
		if err := ctx.Err(); err != nil {
			return err
		}
		penalty := first * math.Pow(last/first, float64(k+1)/pathSteps)
		if alpha > first {
			penalty = alpha
		}
		d.descend(penalty)
		if alpha > 0 {
			continue
		}
		if bic := d.bic(penalty); bic < least {
			least = bic
			copy(d.best, d.b)
		}
	}
	if alpha > 0 {
		copy(d.best, d.b)
	}
	return nil
}

// bic is n*log(RSS/n) + df*log(n).
func (d *descent) bic(penalty float64) float64 {
	// The rest of squares, relative to those of y; below rounding it is none.
	const rounding = 1e-12
	rest := max(d.rest(), rounding)
	return d.rows*math.Log(rest) + d.freedom(penalty)*math.Log(d.rows)
}

// freedom is the trace of the matrix that makes predictions of targets, and
// the intercept.
func (d *descent) freedom(penalty float64) float64 {
	var active []int
	for j, b := range d.b {
		if b != 0 {
			active = append(active, j)
		}
	}
	ridge := penalty * (1 - d.l1)
	if ridge == 0 || len(active) == 0 {
		return float64(len(active) + 1)
	}
	n := len(active)
	a := mat.NewSymDense(n, nil)
	for i, p := range active {
		for j := i; j < n; j++ {
			a.SetSym(i, j, d.gram[p*len(d.b)+active[j]])
		}
		a.SetSym(i, i, a.At(i, i)+ridge)
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return float64(n + 1)
	}
	var inverse mat.SymDense
	if err := c.InverseTo(&inverse); err != nil {
		return float64(n + 1)
	}
	return float64(n+1) - ridge*mat.Trace(&inverse)
}
