package effects

import (
	"math"

	"daycast"
	"daycast/model/nesting"
)

// ledger sums the shop up by group and period: units, and what each signal was.
type ledger struct {
	step    daycast.Step
	first   daycast.Day // period 0
	periods int
	signals []Signal
	levels  []*levelSums
	moments []moment        // by signal
	kept    []int           // the signals of the design
	nesting *nesting.Levels // of the levels
}

type levelSums struct {
	name   string
	names  []string
	groups []*sums
}

// sums is one group: by period, with one period of signals beyond the origin.
type sums struct {
	units   []float64
	count   []float64 // series with evidence
	listed  []float64 // series that have begun, periods+1
	signals [][]float64
}

type moment struct {
	n, sum, squares float64
	vectors, series int
}

// variance is that of the signal's values, 1 where they do not vary.
func (m moment) variance() float64 {
	mean := m.sum / m.n
	if v := m.squares/m.n - mean*mean; v > 1e-12*(1+mean*mean) {
		return v
	}
	return 1
}

// newLedger takes the shop's first period from the totals, or, without any,
// from ten years back: a block does not know when the others begin.
func newLedger(p *daycast.Panel) *ledger {
	l := &ledger{step: p.Step, first: p.Origin - 3640*daycast.Day(p.Step)}
	if p.Totals != nil {
		l.first = p.Totals.First
	}
	l.periods = int(p.Origin-l.first)/int(p.Step) + 1
	for k := range p.Signals {
		s := &p.Signals[k]
		if s.Future && len(l.signals) < maxSignals && len(s.Codes) <= maxCodes {
			l.signals = append(l.signals, Signal{Name: s.Name, Codes: s.Codes})
		}
	}
	l.moments = make([]moment, len(l.signals))
	l.levels = []*levelSums{l.level("shop", []string{"shop"})}
	for _, v := range p.Levels {
		if len(v.Names) <= maxGroups {
			l.levels = append(l.levels, l.level(v.Name, v.Names))
		}
	}
	var sizes []int
	for _, v := range l.levels {
		sizes = append(sizes, len(v.names))
	}
	l.nesting = nesting.New(sizes)
	return l
}

func (l *ledger) level(name string, names []string) *levelSums {
	out := &levelSums{name: name, names: names}
	for range names {
		s := &sums{units: make([]float64, l.periods), count: make([]float64, l.periods), listed: make([]float64, l.periods+1)}
		for k := range l.signals {
			s.signals = append(s.signals, make([]float64, max(1, len(l.signals[k].Codes))*(l.periods+1)))
		}
		out.groups = append(out.groups, s)
	}
	return out
}

// add counts series i of p in all its groups.
func (l *ledger) add(p *daycast.Panel, i int) {
	at := int(p.Start[i]-l.first) / int(l.step)
	if p.Start[i] < l.first {
		return
	}
	of := l.groupsOf(p, i)
	l.nesting.Add(of)
	var groups []*sums
	for k, g := range of {
		if g >= 0 {
			groups = append(groups, l.levels[k].groups[g])
		}
	}
	train, state := p.TrainOf(i), p.StateOf(i)
	for _, g := range groups {
		for t, s := range state {
			if s.Evidence() {
				g.units[at+t] += float64(train[t])
				g.count[at+t]++
			}
			g.listed[at+t]++
		}
		g.listed[at+len(state)]++
	}
	for k := range l.signals {
		if s := find(p, l.signals[k].Name); s != nil {
			l.signal(k, s, i, at, len(state)+1, groups)
		}
	}
}

// groupsOf are the groups of series i by level, -1 for none.
func (l *ledger) groupsOf(p *daycast.Panel, i int) []int32 {
	of := make([]int32, len(l.levels)) // all are in the shop
	for n, own := range l.levels[1:] {
		of[n+1] = -1
		for k := range p.Levels {
			if v := &p.Levels[k]; v.Name == own.name {
				of[n+1] = v.Of[i]
			}
		}
	}
	return of
}

func (l *ledger) signal(k int, s *daycast.PanelSignal, i, at, n int, groups []*sums) {
	m := &l.moments[k]
	m.series++
	m.vectors = max(m.vectors, len(s.Vectors))
	codes := l.signals[k].Codes != nil
	for t := range n {
		v := float64(s.At(i, l.first+daycast.Day(at+t)*daycast.Day(l.step)))
		if v != v {
			continue
		}
		row := 0
		if codes {
			row, v = int(v), 1
		} else {
			m.n++
			m.sum += v
			m.squares += v * v
		}
		for _, g := range groups {
			g.signals[k][row*(l.periods+1)+at+t] += v
		}
	}
}

func find(p *daycast.Panel, name string) *daycast.PanelSignal {
	for k := range p.Signals {
		if p.Signals[k].Name == name && p.Signals[k].Future {
			return &p.Signals[k]
		}
	}
	return nil
}

// design is what the regressors of the shop are.
func (l *ledger) design() Design {
	d := Design{Step: l.step}
	begin := 0
	shop := l.levels[0].groups[0]
	for begin < l.periods && shop.listed[begin] == 0 {
		begin++
	}
	if float64(l.periods-begin) >= minYears*float64(l.step.Year()) {
		d.Yearly = yearHarmonics
	}
	if l.step == daycast.Daily {
		d.Monthly = monthHarmonics
	}
	for k, s := range l.signals {
		m := l.moments[k]
		s.Scale = 1
		if s.Codes == nil && m.n > 0 {
			s.Mean = m.sum / m.n
			s.Scale = math.Sqrt(m.variance())
		}
		if 2*m.vectors <= m.series || l.common(k, m) {
			d.Signals = append(d.Signals, s)
			l.kept = append(l.kept, k)
		}
	}
	return d
}

// common reports whether a signal that each series has its own values of moves
// the shop as one, as a chain's promotions do: at least half of its variance is
// between days. An effect seen on the group's mean says nothing about others.
func (l *ledger) common(k int, m moment) bool {
	if l.signals[k].Codes != nil || m.n == 0 {
		return false
	}
	shop := l.levels[0].groups[0]
	mean, between, n := m.sum/m.n, 0.0, 0.0
	for t, listed := range shop.listed {
		if listed > 0 {
			d := shop.signals[k][t]/listed - mean
			between += listed * d * d
			n += listed
		}
	}
	return n > 0 && between/n >= m.variance()/2
}

// row writes the regressors of a group at period t.
func (g *sums) row(d *Design, kept []int, first daycast.Day, t int, out []float64) {
	d.day(first+daycast.Day(t)*daycast.Day(d.Step), out)
	at := d.dayWidth()
	width := len(g.listed)
	for n, s := range d.Signals {
		k := kept[n]
		if s.Codes == nil {
			out[at] = 0
			if g.listed[t] > 0 {
				// A series without a value is at the mean.
				out[at] = (g.signals[k][t]/g.listed[t] - s.Mean) / s.Scale
			}
			at++
			continue
		}
		for c := range s.Codes {
			share := g.signals[k][c*width : (c+1)*width]
			for n, off := range offsets {
				out[at+n] = portion(share, g.listed, t+off)
			}
			at += len(offsets)
		}
	}
}

func portion(share, listed []float64, t int) float64 {
	if t < 0 || t >= len(share) || listed[t] == 0 {
		return 0
	}
	return share[t] / listed[t]
}
