package main

import "daycast"

const (
	// sellingPeriods is how recently a series must have sold to be an example.
	sellingPeriods = 56
	// enoughLikes is how many examples a group needs before a wider one is
	// taken.
	enoughLikes = 3
)

// fillLikes forecasts the series that nothing is known of but what they belong
// to: each gets the mean forecast of those on sale in its smallest group with
// at least three, or of the shop. It gives the number of such series.
func fillLikes(p *daycast.Panel, f *daycast.Forecasts) int {
	groups := newGroups(p)
	n := 0
	for i := range p.Series {
		if p.Len(i) > 0 || closedAhead(p, i, f.Horizon) {
			continue
		}
		if p.Waited[i] > 0 { // on offer and not sold: 0 was forecast
			clear(f.MeanOf(i))
			for h := range f.Horizon {
				clear(f.QuantilesAt(i, h))
			}
			continue
		}
		if likes, name := groups.of(i); len(likes) > 0 {
			fillMean(p, f, i, likes)
			f.Models[i] = "like_" + name
			n++
		}
	}
	return n
}

func closedAhead(p *daycast.Panel, i, horizon int) bool {
	for h := range min(horizon, p.Ahead.Periods) {
		if !p.Ahead.Closed[i*p.Ahead.Periods+h] {
			return false
		}
	}
	return true
}

// groups are the series on sale by group of each level.
type groups struct {
	levels  []daycast.Level
	members [][][]int // by level and group
	shop    []int
}

func newGroups(p *daycast.Panel) groups {
	g := groups{levels: p.Levels, members: make([][][]int, len(p.Levels))}
	for l := range p.Levels {
		g.members[l] = make([][]int, len(p.Levels[l].Names))
	}
	for i := range p.Series {
		if !selling(p, i) {
			continue
		}
		g.shop = append(g.shop, i)
		for l := range p.Levels {
			if k := p.Levels[l].Of[i]; k >= 0 {
				g.members[l][k] = append(g.members[l][k], i)
			}
		}
	}
	return g
}

func selling(p *daycast.Panel, i int) bool {
	state := p.StateOf(i)
	for t := max(0, len(state)-sellingPeriods/int(p.Step)); t < len(state); t++ {
		if state[t] == daycast.Sold {
			return true
		}
	}
	return false
}

// of is the smallest group of series i with enough examples, and its level.
func (g groups) of(i int) ([]int, string) {
	best, name := g.shop, "shop"
	for l := range g.levels {
		k := g.levels[l].Of[i]
		if k < 0 {
			continue
		}
		if m := g.members[l][k]; len(m) >= enoughLikes && len(m) < len(best) {
			best, name = m, g.levels[l].Name
		}
	}
	return best, name
}

// fillMean gives series i the likes' mean and mean quantiles, of the days on
// which it is open.
func fillMean(p *daycast.Panel, f *daycast.Forecasts, i int, likes []int) {
	n := float64(len(likes))
	for h := range f.Horizon {
		if h < p.Ahead.Periods && p.Ahead.Closed[i*p.Ahead.Periods+h] {
			continue
		}
		var mean float64
		quantiles := make([]float64, len(f.Levels))
		for _, j := range likes {
			mean += float64(f.MeanOf(j)[h])
			for k, q := range f.QuantilesAt(j, h) {
				quantiles[k] += float64(q)
			}
		}
		f.MeanOf(i)[h] = float32(mean / n)
		for k := range quantiles {
			f.QuantilesAt(i, h)[k] = float32(quantiles[k] / n)
		}
	}
}
