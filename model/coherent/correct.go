package coherent

import (
	"context"
	"math"

	"daycast"
	"daycast/model/reconcile"
)

// A Method is how series are brought nearer to their groups, over the horizon as a
// whole: of their own days series know more than the models of groups here, which
// see no promotions and no holidays.
type Method string

const (
	// Align multiplies the series by a factor for each of their groups.
	Align Method = "align"
	// OLS moves series and groups as little as may be, all alike. As the next two
	// it is a reconcile.MinT.
	OLS Method = "ols"
	// WLS thinks a group's error as large as the number of its series.
	WLS Method = "wls"
	// MinT thinks that they err together as they did at past origins, shrunk.
	MinT Method = "mint"
)

// Check refuses levels, see Find, that a panel's series do not have or that are of
// more groups than the method takes, with code invalid.
func (m Method) Check(p *daycast.Panel, asked [][]string) error {
	levels, err := Find(p, asked)
	if err != nil || m == Align {
		return err
	}
	groups, most := 1, daycast.Level{}
	for _, l := range levels {
		groups += len(l.Names)
		if len(l.Names) > len(most.Names) {
			most = l
		}
	}
	if groups > reconcile.MaxGroups {
		return daycast.Errorf(daycast.Invalid, "%d groups: %s takes up to %d", groups, m, reconcile.MaxGroups).
			WithField(field).WithHint("leave out %s, which has %d, or take align", most.Name, len(most.Names))
	}
	return nil
}

// A Pull is a method with how far it goes.
type Pull struct {
	Method   Method
	Strength float64 // the share of the way, in [0, 1]; Align has one for all levels
	Pasts    []Past  // whose errors MinT goes by; with less than two it is WLS
}

// A Correction is what forecasts of series are multiplied by.
type Correction struct {
	groups []float64 // by upper node; nil: 1
	series []float64 // by series; nil: 1
}

// Correct brings series, which are forecast as mean says (series x horizon), nearer
// to what is forecast of their groups (by upper node) over the whole horizon. A
// node of which nothing is forecast keeps what its series add up to.
func (g *Groups) Correct(ctx context.Context, mean []float32, upper []float64, pull Pull, o reconcile.Options) (Correction, error) {
	if pull.Method != Align {
		return g.project(ctx, mean, upper, pull, o)
	}
	h := g.Hierarchy
	a := reconcile.Align{Strength: map[string]float64{}}
	for _, l := range h.Levels {
		a.Strength[l.Name] = pull.Strength
	}
	base, _ := g.base(mean, upper, o.Threads)
	factors, err := a.Factors(ctx, h, base, o)
	return Correction{groups: factors}, err
}

// base is what is forecast of all nodes over the horizon, and of which groups
// anything is: the others have what their series add up to.
func (g *Groups) base(mean []float32, upper []float64, threads int) (reconcile.Values, []bool) {
	out, told := g.sums(mean, threads), make([]bool, g.Hierarchy.Uppers())
	for u, v := range upper {
		if told[u] = finite(v); told[u] {
			out.Upper[u] = v
		}
	}
	return out, told
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// mostFactor is how far a series' own factor goes, as those of reconcile.Align do.
const mostFactor = 20

// project is Correct by a covariance of errors.
func (g *Groups) project(ctx context.Context, mean []float32, upper []float64, pull Pull, o reconcile.Options) (Correction, error) {
	h := g.Hierarchy
	base, told := g.base(mean, upper, o.Threads)
	w, err := g.covariance(pull, o)
	if err != nil {
		return Correction{}, err
	}
	found, err := reconcile.MinT{W: w, Use: told}.Reconcile(ctx, h, base, o)
	if err != nil {
		return Correction{}, err
	}
	out := Correction{series: make([]float64, len(h.Series))}
	for i := range out.series {
		out.series[i] = 1
		if ratio := float64(found.Bottom[i]) / float64(base.Bottom[i]); finite(ratio) {
			out.series[i] += pull.Strength * (min(max(ratio, 1./mostFactor), mostFactor) - 1)
		}
	}
	return out, nil
}

func (g *Groups) covariance(pull Pull, o reconcile.Options) (reconcile.Covariance, error) {
	switch {
	case pull.Method == OLS:
		return reconcile.OLS(g.Hierarchy), nil
	case pull.Method == WLS || len(pull.Pasts) < 2:
		return reconcile.Structural(g.Hierarchy), nil
	}
	var windows []reconcile.Window
	for _, p := range pull.Pasts {
		windows = append(windows, p.window(o.Threads))
	}
	errors, err := reconcile.ErrorsAt(g.Hierarchy, windows)
	if err != nil {
		return reconcile.Covariance{}, err
	}
	w, err := reconcile.Shrunk(g.Hierarchy, errors, o.Threads)
	if daycast.CodeOf(err) == daycast.Invalid {
		return reconcile.Structural(g.Hierarchy), nil // nothing erred, or of nothing is known what came
	}
	return w, err
}

// window is a past's forecasts and what came, over the horizon. A period of which
// it is not known what came counts as forecast; of a series without any that is
// known, nothing is.
func (p Past) window(threads int) reconcile.Window {
	h := p.Groups.Hierarchy
	base, _ := p.Groups.base(p.Mean, p.Upper, threads)
	came := make([]float32, len(p.Mean))
	known := make([]bool, len(h.Series))
	horizon := len(p.Mean) / max(1, len(h.Series))
	for c, y := range p.Came {
		if y == y {
			came[c], known[c/horizon] = y, true
		} else {
			came[c] = p.Mean[c]
		}
	}
	actual := p.Groups.sums(came, threads)
	for i, ok := range known {
		if !ok {
			actual.Bottom[i] = nan
		}
	}
	return reconcile.Window{Hierarchy: h, Base: base, Actual: actual}
}

// Scaled is mean, series x horizon, corrected.
func (g *Groups) Scaled(mean []float32, c Correction) []float32 {
	h := g.Hierarchy
	out := make([]float32, len(mean))
	horizon := len(mean) / max(1, len(h.Series))
	for i := range h.Series {
		by := g.of(c, i)
		for k := i * horizon; k < (i+1)*horizon; k++ {
			out[k] = float32(float64(mean[k]) * by)
		}
	}
	return out
}

// of is what series i is multiplied by.
func (g *Groups) of(c Correction, i int) float64 {
	by := 1.0
	if c.series != nil {
		by = c.series[i]
	}
	if c.groups == nil {
		return by
	}
	by *= c.groups[0]
	for k, l := range g.Levels {
		if own := l.Of[i]; own >= 0 {
			by *= c.groups[g.Hierarchy.Levels[k+1].First+int(own)]
		}
	}
	return by
}

// named are the factors by name, for a Fitted. Those of 1 need no name.
func (g *Groups) named(c Correction) []Factors {
	var out []Factors
	if c.groups != nil {
		for _, l := range g.Hierarchy.Levels {
			own := Factors{Columns: ParseLevel(l.Name), By: map[string]float64{}}
			for k, name := range l.Names {
				if by := c.groups[l.First+k]; by != 1 {
					own.By[name] = by
				}
			}
			out = append(out, own)
		}
	}
	if c.series != nil {
		each := Factors{Each: true, By: map[string]float64{}}
		for i, by := range c.series {
			if by != 1 {
				each.By[g.Hierarchy.Series[i].ID()] = by
			}
		}
		out = append(out, each)
	}
	return out
}
