package life

import "daycast"

// A Correction is what a Prior says about the series of one panel: which of
// them it forecasts, and from what. It is all that is needed of the panel to
// set forecasts from its origin right, so that those of a backtest can be,
// whatever mean of models they are, without a model that is fitted.
type Correction struct {
	prior Prior // without its groups
	ahead *ahead
	young []youth
	ended []int
}

// A youth is a series whose own history says little.
type youth struct {
	i      int     // its index
	age    int     // periods since it began
	level  float64 // what it sells, relative to the mean mature series
	weight float64 // of the model's forecast
	curve  Curve
}

// At is the correction of forecasts of p's series that is known at p's origin,
// nil where there is none: no series is new or over, or the shop has too little
// to learn from.
func At(p *daycast.Panel) *Correction {
	prior, ok := newPrior(p)
	if !ok || !prior.valid() {
		return nil
	}
	c := prior.correction(p)
	if len(c.young)+len(c.ended) == 0 {
		return nil
	}
	c.ahead = prior.ahead(p)
	return c
}

// correction is that of p's series, which need not be those that the prior was
// learnt from.
func (r *Prior) correction(p *daycast.Panel) *Correction {
	c := &Correction{prior: *r}
	c.prior.Kin, c.prior.Curves = Kin{}, Curves{}
	at := r.Kin.reader(p)
	for i := range p.Series {
		switch {
		case r.young(p, i):
			c.young = append(c.young, r.youth(p, i, at.groups(i)))
		case r.Ends && ended(p.StateOf(i), p.Step):
			c.ended = append(c.ended, i)
		}
	}
	return c
}

func (r *Prior) young(p *daycast.Panel, i int) bool {
	return p.Len(i) < periods(p.Step, matureDays) && (seen(p, i, r.First) || p.Len(i) == 0 && waited(p, i) == 0)
}

func (r *Prior) youth(p *daycast.Panel, i int, groups []string) youth {
	y := youth{i: i, age: p.Len(i), curve: r.Curves.of(groups, r.Trust)}
	x := r.Kin.size(groups)
	e := r.evidenceOf(p, i, p.Len(i), x, y.curve)
	y.level = x * e.factor(r.Strength)
	n := float64(e.periods * int(p.Step))
	y.weight = n * n / (n*n + handOver*handOver)
	return y
}

// Apply sets the means of a model right. What mature series will sell is taken
// from them, unless the prior has been told.
func (c *Correction) Apply(f *daycast.Forecasts) {
	r := c.prior
	if c.ahead != nil {
		r.Sizes = c.ahead.sizes(r.Sizes, f)
	}
	for _, y := range c.young {
		y.begin(&r, f)
	}
	for _, i := range c.ended {
		end(f, i)
	}
}

// begin mixes the prior's forecast into the series'.
func (y youth) begin(r *Prior, f *daycast.Forecasts) {
	w, mean := y.weight, f.MeanOf(y.i)
	for h := range mean {
		own := y.level * r.Sizes.at(f.Day(h)) * y.curve.at((y.age+h)*int(f.Step))
		mean[h] = float32(w*float64(mean[h]) + (1-w)*own)
	}
	if w < 0.5 && f.Models != nil {
		f.Models[y.i] = Launch
	}
}
