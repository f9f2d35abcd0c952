package classic

import "daycast"

// A profile is what the positions of a season sold over the last year: of one
// series, or summed over a group.
type profile struct {
	units    []float64 // sold
	expected []float64 // that would have sold were all positions alike
	noise    float64   // sum of squared deviations that the position does not explain
	scale    float64   // periods of evidence times their mean units: noise/scale is the dispersion
}

// seasonal reports whether series i is long enough to show a season: two
// weeks, or two years of weeks.
func seasonal(p *daycast.Panel, i int) bool { return p.Len(i) >= 2*p.Step.Season() }

// newProfile reads the last year of series i, the last five of a weekly panel.
func newProfile(p *daycast.Panel, i int) profile {
	season := p.Step.Season()
	window := p.Step.Year()
	if p.Step == daycast.Weekly {
		window *= 5
	}
	units, state := p.SpreadOf(i), p.StateOf(i)
	from := max(0, len(units)-window)
	first := position(p.Step, p.Start[i])
	out := profile{units: make([]float64, season), expected: make([]float64, season)}
	var counts [maxSeason]float64
	sum, squares, n := 0.0, 0.0, 0.0
	for t := from; t < len(units); t++ {
		if !state[t].Evidence() {
			continue
		}
		k, y := (first+t)%season, float64(units[t])
		out.units[k] += y
		counts[k]++
		sum += y
		squares += y * y
		n++
	}
	if sum <= 0 {
		return profile{units: make([]float64, season), expected: make([]float64, season)}
	}
	within, used := squares, 0.0
	for k := range season {
		out.expected[k] = sum / n * counts[k]
		if counts[k] > 0 {
			within -= out.units[k] * out.units[k] / counts[k]
			used++
		}
	}
	// The variance within positions has few degrees of freedom on short
	// series, so a season's worth of the total variance steadies it.
	total := (squares - sum*sum/n) / n
	variance := (max(0, within) + max(0, total)*used) / n
	out.noise, out.scale = variance*n, sum
	return out
}

// add sums o into the profile of a group.
func (f *profile) add(o profile) {
	if f.units == nil {
		f.units, f.expected = make([]float64, len(o.units)), make([]float64, len(o.units))
	}
	for k := range f.units {
		f.units[k] += o.units[k]
		f.expected[k] += o.expected[k]
	}
	f.noise += o.noise
	f.scale += o.scale
}

// shrink is the profile's shape, drawn to prior where units are few; 1 on
// average. It may use prior's memory.
func (f *profile) shrink(prior []float64) []float64 {
	if f.scale <= 0 {
		return prior
	}
	strength := f.noise / f.scale / (spread * spread)
	sum := 0.0
	for k, g := range prior {
		if weight := f.expected[k] + strength; weight > 0 {
			g = max(0, f.units[k]+strength*g) / weight
		}
		prior[k] = g
		sum += g
	}
	if sum > 0 {
		for k := range prior {
			prior[k] *= float64(len(prior)) / sum
		}
	}
	return prior
}

// A pool gathers the profiles of the shop and its groups.
type pool struct {
	shop   profile
	groups map[string]map[string]*profile
}

func newPool() *pool { return &pool{groups: map[string]map[string]*profile{}} }

func (o *pool) add(p *daycast.Panel, i int) {
	if !seasonal(p, i) {
		return
	}
	f := newProfile(p, i)
	o.shop.add(f)
	for _, level := range p.Levels {
		if level.Of[i] < 0 {
			continue
		}
		groups := o.groups[level.Name]
		if groups == nil {
			groups = map[string]*profile{}
			o.groups[level.Name] = groups
		}
		name := level.Names[level.Of[i]]
		if groups[name] == nil {
			groups[name] = &profile{}
		}
		groups[name].add(f)
	}
}

// shapes shrinks the groups' shapes to the shop's, and that to flat.
func (o *pool) shapes() shapes {
	out := shapes{Groups: map[string]map[string][]float64{}}
	if o.shop.scale <= 0 {
		return out
	}
	flat := make([]float64, len(o.shop.units))
	for k := range flat {
		flat[k] = 1
	}
	out.Shop = o.shop.shrink(flat)
	for level, groups := range o.groups {
		out.Groups[level] = map[string][]float64{}
		for name, f := range groups {
			out.Groups[level][name] = f.shrink(append([]float64(nil), out.Shop...))
		}
	}
	return out
}
