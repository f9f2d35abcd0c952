package life

import (
	"cmp"
	"math"
	"slices"

	"daycast"
)

const (
	// fewestKin is how many mature series make kin.
	fewestKin = 3
	// kinPrior is how many series a group has to speak against before its
	// effect counts half.
	kinPrior = 3
	// someSold keeps a group that sells nothing above zero: as if a quarter of a
	// series more sold as expected.
	someSold = 0.25
	// sweeps over the levels: the effects of crossed levels settle within a
	// few.
	sweeps = 8
	// priceBands is into how many bands of equally many series prices go.
	priceBands = 8
	// priceLevel is the name of the level that these bands are.
	priceLevel = "price band"
)

// Kin is what a series sells of which nothing is known but its groups and its
// price, relative to the mean mature series of the shop:
//
//	x = Base * product over its levels of Effect
//
// An effect is what a group's series sell relative to what their other levels
// say (the method of marginal totals of Bailey and Simon), to the power n /
// (n + kinPrior) with n series: drawn to 1 in the logarithm, as groups differ
// by factors (Buhlmann's credibility).
type Kin struct {
	Base   float64
	Levels []KinLevel // the one with the fewest groups first
	Bands  []float32  // upper ends of the bands of prices but the last, ascending
}

// KinLevel is the effects of one level's groups.
type KinLevel struct {
	Name    string
	Effects map[string]float64
}

// newKin learns from x, the relative sizes of the mature series.
func newKin(p *daycast.Panel, mature []int, x []float64) Kin {
	k := Kin{Base: mean(x), Bands: bands(p, mature)}
	for _, l := range p.Levels {
		k.Levels = append(k.Levels, KinLevel{Name: l.Name})
	}
	slices.SortStableFunc(k.Levels, func(a, b KinLevel) int {
		return cmp.Or(cmp.Compare(groupsOf(p, a.Name), groupsOf(p, b.Name)), cmp.Compare(a.Name, b.Name))
	})
	if len(k.Bands) > 0 {
		k.Levels = append(k.Levels, KinLevel{Name: priceLevel})
	}
	for n := range k.Levels {
		k.Levels[n].Effects = map[string]float64{}
	}
	group, at := make([][]string, len(mature)), k.reader(p)
	for m, i := range mature {
		group[m] = at.groups(i)
	}
	for range sweeps {
		for n := range k.Levels {
			k.sweep(n, group, x)
		}
	}
	return k
}

func groupsOf(p *daycast.Panel, level string) int {
	for _, l := range p.Levels {
		if l.Name == level {
			return len(l.Names)
		}
	}
	return 0
}

// sweep sets the effects of level n, given the others; group has the mature
// series' groups by level.
func (k *Kin) sweep(n int, group [][]string, x []float64) {
	type account struct{ series, sold, expected float64 }
	accounts := map[string]*account{}
	for m, groups := range group {
		g := groups[n]
		if g == "" {
			continue
		}
		a := accounts[g]
		if a == nil {
			a = &account{}
			accounts[g] = a
		}
		a.series++
		a.sold += x[m]
		a.expected += k.size(groups) / k.Levels[n].effect(g)
	}
	for g, a := range accounts {
		some := someSold * a.expected / a.series
		if a.expected > 0 {
			k.Levels[n].Effects[g] = math.Pow((some+a.sold)/(some+a.expected), a.series/(a.series+kinPrior))
		}
	}
}

func (l KinLevel) effect(group string) float64 {
	if e, ok := l.Effects[group]; ok && group != "" {
		return e
	}
	return 1
}

// size is that of a series whose groups by level are given.
func (k *Kin) size(groups []string) float64 {
	x := k.Base
	for n, l := range k.Levels {
		x *= l.effect(groups[n])
	}
	return x
}

// A reader tells the groups of a panel's series at the levels of a Kin.
type reader struct {
	kin   *Kin
	panel *daycast.Panel
	at    []int // by level of kin, where it is in the panel, -1 for nowhere
}

func (k *Kin) reader(p *daycast.Panel) reader {
	r := reader{kin: k, panel: p, at: make([]int, len(k.Levels))}
	for n, l := range k.Levels {
		r.at[n] = slices.IndexFunc(p.Levels, func(own daycast.Level) bool { return own.Name == l.Name })
	}
	return r
}

// groups are the names of series i's groups by level, "" where it has none.
func (r reader) groups(i int) []string {
	out := make([]string, len(r.at))
	for n, at := range r.at {
		switch {
		case r.kin.Levels[n].Name == priceLevel:
			out[n] = r.kin.band(priceOf(r.panel, i))
		case at >= 0 && r.panel.Levels[at].Of[i] >= 0:
			out[n] = r.panel.Levels[at].Names[r.panel.Levels[at].Of[i]]
		}
	}
	return out
}

// bands are the ends of the mature series' bands of prices; none where few
// have one.
func bands(p *daycast.Panel, mature []int) []float32 {
	var prices []float32
	for _, i := range mature {
		if v := priceOf(p, i); v == v {
			prices = append(prices, v)
		}
	}
	if len(prices) < priceBands*fewestKin {
		return nil
	}
	slices.Sort(prices)
	var ends []float32
	for b := 1; b < priceBands; b++ {
		ends = append(ends, prices[b*len(prices)/priceBands])
	}
	return slices.Compact(ends)
}

var bandNames = [priceBands]string{"1", "2", "3", "4", "5", "6", "7", "8"}

// band is the name of a price's, "" where it is not known.
func (k *Kin) band(price float32) string {
	if price != price {
		return ""
	}
	b, _ := slices.BinarySearch(k.Bands, price)
	return bandNames[b]
}

// priceOf is the newest known price of series i, or the one that is planned
// for it.
func priceOf(p *daycast.Panel, i int) float32 {
	if prices := p.PriceOf(i); len(prices) > 0 && prices[len(prices)-1] == prices[len(prices)-1] {
		return prices[len(prices)-1]
	}
	for h := range p.Ahead.Periods {
		if at := i*p.Ahead.Periods + h; at < len(p.Ahead.Price) && p.Ahead.Price[at] == p.Ahead.Price[at] {
			return p.Ahead.Price[at]
		}
	}
	return float32(math.NaN())
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / max(1, float64(len(x)))
}
