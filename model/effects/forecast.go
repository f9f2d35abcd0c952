package effects

import (
	"context"
	"math"
	"slices"
	"sync"

	"daycast"
	"daycast/model"
)

// Forecast answers for each series from its own past and its groups' effects.
func (f *Fitted) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	n := len(r.Panel.Series)
	threads := max(1, min(r.Threads, n))
	var wg sync.WaitGroup
	for k := range threads {
		wg.Go(func() {
			b := f.bind(r.Panel, r.Horizon)
			for i := k * n / threads; i < (k+1)*n/threads && ctx.Err() == nil; i++ {
				b.series(i, out.MeanOf(i))
				out.Models[i] = Model{}.Name()
			}
		})
	}
	wg.Wait()
	return out, ctx.Err()
}

// bound is the effects bound to a panel, for one thread.
type bound struct {
	f       *Fitted
	p       *daycast.Panel
	horizon int
	past    int // periods before the origin that are looked at
	signals []*daycast.PanelSignal
	codes   [][]int // by signal: the panel's code -> the design's, -1
	groups  map[string]*groupDays
	days    [][]float64 // regressors by period of the window
	order   []int       // levels, fine ones first
}

// groupDays is a group's own numbers over the window.
type groupDays struct {
	effects Effects
	recent  float64   // half-life, periods
	calm    []float64 // effect of the days alone, by period of the window
	mean    []float32 // of the totals; nil without
}

// memory is how many half-lives back anything weighs.
const memory = 5

func (f *Fitted) bind(p *daycast.Panel, horizon int) *bound {
	b := &bound{f: f, p: p, horizon: horizon, groups: map[string]*groupDays{}}
	b.past = int(memory*f.HalfLife) + 1
	for k := range f.Levels {
		b.order = append(b.order, k)
	}
	slices.SortStableFunc(b.order, func(x, y int) int { return len(f.Levels[y].Groups) - len(f.Levels[x].Groups) })
	for _, s := range f.Design.Signals {
		signal := find(p, s.Name)
		if signal != nil && (signal.Codes != nil) != (s.Codes != nil) {
			signal = nil
		}
		var codes []int
		if signal != nil && s.Codes != nil {
			index := map[string]int{}
			for k, c := range s.Codes {
				index[c] = k
			}
			for _, c := range signal.Codes {
				k, ok := index[c]
				if !ok {
					k = -1
				}
				codes = append(codes, k)
			}
		}
		b.signals, b.codes = append(b.signals, signal), append(b.codes, codes)
	}
	for t := range b.past + horizon {
		row := make([]float64, f.Design.dayWidth())
		f.Design.day(b.day(t), row)
		b.days = append(b.days, row)
	}
	return b
}

// day is the first day of the window's t-th period: the origin is at past-1.
func (b *bound) day(t int) daycast.Day {
	return b.p.Origin + daycast.Day(t-b.past+1)*daycast.Day(b.p.Step)
}

// group finds the effects of a level's group, nil where it has none.
func (b *bound) group(level *Level, name string) *groupDays {
	e, ok := level.Groups[name]
	if !ok {
		return nil
	}
	key := level.Name + "\x00" + name
	g := b.groups[key]
	if g == nil {
		g = &groupDays{effects: e, recent: level.Recent, calm: make([]float64, len(b.days)), mean: totalsOf(b.p, level.Name, name)}
		for t, row := range b.days {
			g.calm[t] = dot(row, e.Beta[:len(row)])
		}
		b.groups[key] = g
	}
	return g
}

func totalsOf(p *daycast.Panel, level, name string) []float32 {
	if p.Totals == nil {
		return nil
	}
	for k, l := range p.Totals.Levels {
		if l != level {
			continue
		}
		if level == "shop" {
			return p.Totals.Mean[k][0]
		}
		for _, v := range p.Levels {
			for g, n := range v.Names {
				if v.Name == level && n == name && g < len(p.Totals.Mean[k]) {
					return p.Totals.Mean[k][g]
				}
			}
		}
	}
	return nil
}

// groupsOf are the finest groups of series i that have effects: none of them
// lies around another.
func (b *bound) groupsOf(i int) []*groupDays {
	var out []*groupDays
	around := map[string]bool{}
	levels := b.f.Levels
	for _, k := range b.order {
		if around[levels[k].Name] {
			continue
		}
		if g := b.group(&levels[k], b.nameOf(levels[k].Name, i)); g != nil {
			out = append(out, g)
			for _, name := range levels[k].Refines {
				around[name] = true
			}
		}
	}
	return out
}

// nameOf is the name of series i's group, "" for none.
func (b *bound) nameOf(level string, i int) string {
	if level == "shop" {
		return "shop"
	}
	for _, v := range b.p.Levels {
		if v.Name == level && v.Of[i] >= 0 {
			return v.Names[v.Of[i]]
		}
	}
	return ""
}

// series forecasts series i into out.
func (b *bound) series(i int, out []float32) {
	groups := b.groupsOf(i)
	effect := make([]float64, len(b.days)) // on the log scale, mean over the groups
	own := make([]float64, len(b.days))
	drift := 0.0
	for _, g := range groups {
		copy(own, g.calm)
		b.addSignals(i, g.effects.Beta, own)
		drift += b.drift(g, own) / float64(len(groups))
		for t, v := range own {
			effect[t] += v / float64(len(groups))
		}
	}
	units, state := b.p.TrainOf(i), b.p.StateOf(i)
	decay := math.Exp2(-1 / b.f.HalfLife)
	var sum, weight float64
	for t := max(0, len(units)-b.past); t < len(units); t++ {
		sum, weight = sum*decay, weight*decay
		if state[t].Evidence() {
			sum += float64(units[t])
			weight += math.Exp(effect[t-len(units)+b.past])
		}
	}
	if weight == 0 {
		return
	}
	for h := range out {
		out[h] = float32(sum / weight * math.Exp(effect[b.past+h]+drift))
	}
}

// addSignals adds the effects of series i's signals over the window.
func (b *bound) addSignals(i int, beta []float64, to []float64) {
	at := b.f.Design.dayWidth()
	for k, s := range b.f.Design.Signals {
		if b.signals[k] != nil {
			for t := range to {
				to[t] += b.effect(k, i, beta[at:at+s.width()], t)
			}
		}
		at += s.width()
	}
}

func (b *bound) effect(k, i int, beta []float64, t int) float64 {
	s := &b.f.Design.Signals[k]
	if s.Codes == nil {
		if v := float64(b.signals[k].At(i, b.day(t))); v == v {
			return beta[0] * max(-maxDeviations, min((v-s.Mean)/s.Scale, maxDeviations))
		}
		return 0
	}
	sum := 0.0
	for lag, off := range offsets {
		if v := b.signals[k].At(i, b.day(t+off)); v == v {
			if c := b.codes[k][int(v)]; c >= 0 {
				sum += beta[len(offsets)*c+lag]
			}
		}
	}
	return sum
}

// maxDeviations is how far outside the usual a signal's value is believed.
const maxDeviations = 6

// drift is how the group's recent level stands to its level over the weights
// of a series' own level, on the log scale.
func (b *bound) drift(g *groupDays, effect []float64) float64 {
	if g.mean == nil {
		return 0
	}
	at := int(b.p.Origin-b.p.Totals.First)/int(b.p.Step) - b.past + 1 // of the window's first period
	fast, slow := math.Exp2(-1/g.recent), math.Exp2(-1/b.f.HalfLife)
	var fu, fe, su, se float64
	for t := range b.past {
		fu, fe, su, se = fu*fast, fe*fast, su*slow, se*slow
		if k := at + t; k >= 0 && k < len(g.mean) && g.mean[k] == g.mean[k] {
			e := math.Exp(effect[t])
			fu, fe = fu+float64(g.mean[k]), fe+e
			su, se = su+float64(g.mean[k]), se+e
		}
	}
	if !(fu > 0 && su > 0) {
		return 0
	}
	return max(-maxDrift, min(math.Log(fu/fe*se/su), maxDrift))
}

// maxDrift bounds how far a group's drift moves its series: a factor of two.
const maxDrift = 0.7
