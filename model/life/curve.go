package life

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"daycast"
)

// ages are the ends, in days since the first sale, of the curve's parts.
var ages = [parts]int{7, 14, 28, 56}

const parts = 4

// curvePrior is how many launches a group has to speak against before its own
// curve counts half.
const curvePrior = 30

// A Curve is what series sell after their first sale, by part of their age,
// relative to what their mature kin would.
type Curve [parts]float64

// at is the curve at an age in days: beyond the last part it is done.
func (c Curve) at(days int) float64 {
	if days >= ages[parts-1] {
		return 1
	}
	return c[part(days)]
}

func part(days int) int {
	k, _ := slices.BinarySearch(ages[:], days+1)
	return k
}

// Launches are what the launches of a group sold by age, without the first
// sale, which is there by definition, and what their mature kin would have.
type Launches struct {
	N              int
	Sold, Expected Curve
}

// Curves are the launches of the shop and of the groups of each level of Kin.
type Curves struct {
	Shop   Launches
	Groups []map[string]*Launches
}

// newCurves adds up the launches that p has seen; r knows the kin.
func newCurves(p *daycast.Panel, r *Prior) Curves {
	c := Curves{Groups: make([]map[string]*Launches, len(r.Kin.Levels))}
	for n := range c.Groups {
		c.Groups[n] = map[string]*Launches{}
	}
	at := r.Kin.reader(p)
	for i := range p.Series {
		if p.Len(i) < 2 || !seen(p, i, r.First) {
			continue
		}
		groups := at.groups(i)
		own := launchOf(p, i, &r.Sizes, r.Kin.size(groups))
		c.Shop.add(own)
		for n, g := range groups {
			if g == "" {
				continue
			}
			if c.Groups[n][g] == nil {
				c.Groups[n][g] = &Launches{}
			}
			c.Groups[n][g].add(own)
		}
	}
	for n := range c.Groups {
		maps.DeleteFunc(c.Groups[n], func(_ string, l *Launches) bool { return l.N < fewestKin })
	}
	return c
}

// launchOf is that of series i alone.
func launchOf(p *daycast.Panel, i int, s *Sizes, x float64) Launches {
	l, state, units := Launches{N: 1}, p.StateOf(i), p.SpreadOf(i)
	for t := 1; t < min(len(state), periods(p.Step, ages[parts-1])); t++ {
		if size := s.at(day(p, i, t)); state[t].Evidence() && size > 0 {
			k := part(t * int(p.Step))
			l.Sold[k] += float64(units[t])
			l.Expected[k] += x * size
		}
	}
	return l
}

func (l *Launches) add(other Launches) {
	l.N += other.N
	for k := range l.Sold {
		l.Sold[k] += other.Sold[k]
		l.Expected[k] += other.Expected[k]
	}
}

// of is the curve of a series whose groups by level are given: the shop's,
// drawn towards that of each of its groups in turn, the one with the most
// launches first; to the power of trust.
func (c *Curves) of(groups []string, trust float64) Curve {
	chain := []*Launches{&c.Shop}
	for n, g := range groups {
		if l, ok := c.Groups[n][g]; ok {
			chain = append(chain, l)
		}
	}
	slices.SortStableFunc(chain, func(a, b *Launches) int { return cmp.Compare(b.N, a.N) })
	curve := Curve{1, 1, 1, 1}
	for _, l := range chain {
		for k := range curve {
			if l.Expected[k] > 0 {
				prior := curvePrior * l.Expected[k] / float64(max(1, l.N))
				curve[k] = (prior*curve[k] + max(0, l.Sold[k])) / (prior + l.Expected[k])
			}
		}
	}
	for k := range curve {
		curve[k] = math.Pow(curve[k], trust)
	}
	return curve
}
