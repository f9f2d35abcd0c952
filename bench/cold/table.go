package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"sort"
	"strings"

	"daycast"
)

// sides are what is compared.
var sides = []string{"before", "now", "group"}

// noise is how much worse than before a figure may be: four origins of a few
// hundred series tell no smaller differences apart.
const noise = "<=1.02"

type key struct {
	name   string
	origin daycast.Day
	side   int
}

// score adds up.
type score struct{ n, off, square, signed, sold, inside, pinball float64 }

type table struct{ scores map[key]*score }

func newTable() *table { return &table{map[key]*score{}} }

func (t *table) add(name string, origin daycast.Day, actual []float32, i int, forecasts ...*daycast.Forecasts) {
	for side, f := range forecasts {
		k := key{name, origin, side}
		s := t.scores[k]
		if s == nil {
			s = &score{}
			t.scores[k] = s
		}
		for h, y := range actual {
			if y != y {
				continue
			}
			e := float64(f.MeanOf(i)[h]) - float64(y)
			s.n++
			s.off += math.Abs(e)
			s.square += e * e
			s.signed += e
			s.sold += math.Abs(float64(y))
			q := f.QuantilesAt(i, h)
			if len(q) == 0 {
				continue
			}
			if q[0] <= y && y <= q[len(q)-1] {
				s.inside++
			}
			for n, level := range f.Levels {
				d := float64(y - q[n])
				s.pinball += math.Max(level*d, (level-1)*d) / float64(len(q))
			}
		}
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

func (t *table) names() []string {
	var out []string
	for k := range t.scores {
		if !slices.Contains(out, k.name) {
			out = append(out, k.name)
		}
	}
	slices.Sort(out)
	return out
}

// of is the median over the origins of a figure.
func (t *table) of(name string, figure func(origin daycast.Day) float64) float64 {
	var x []float64
	for k := range t.scores {
		if k.name == name && k.side == 0 {
			x = append(x, figure(k.origin))
		}
	}
	return median(x)
}

var figures = []struct {
	name string
	of   func(s *score) float64
}{
	{"wape", func(s *score) float64 { return s.off / s.sold }},
	{"rmse", func(s *score) float64 { return math.Sqrt(s.square / s.n) }},
	{"bias", func(s *score) float64 { return s.signed / s.sold }},
	{"pinball", func(s *score) float64 { return s.pinball / s.n }},
	{"coverage", func(s *score) float64 { return s.inside / s.n }},
}

func (t *table) print(shop string) {
	for _, name := range t.names() {
		for side, label := range sides {
			var b strings.Builder
			for _, f := range figures {
				fmt.Fprintf(&b, "  %s %7.3f", f.name, t.of(name, func(o daycast.Day) float64 { return f.of(t.scores[key{name, o, side}]) }))
			}
			fmt.Fprintf(os.Stdout, "%-8s %-12s %-7s%s\n", shop, name, label, b.String())
		}
	}
	for _, name := range t.names() {
		for _, f := range figures[:2] {
			ratio := t.of(name, func(o daycast.Day) float64 {
				return f.of(t.scores[key{name, o, 1}]) / f.of(t.scores[key{name, o, 0}])
			})
			target := "\t" + noise
			if !strings.HasPrefix(name, "k") {
				target = "" // few series, other ones at each origin
			}
			fmt.Fprintf(os.Stdout, "%s_%s_%s_to_before\t%.3f%s\n", shop, strings.ReplaceAll(name, " ", "_"), f.name, ratio, target)
		}
	}
}

func find(p *daycast.Panel, s daycast.Series) int {
	return sort.Search(len(p.Series), func(i int) bool { return !p.Series[i].Less(s) })
}

func split(names string) []string { return strings.Split(names, ",") }

// groupMean is the mean of the last weeks of the smallest group's series.
func groupMean(p *daycast.Panel, like *daycast.Forecasts) *daycast.Forecasts {
	levels := slices.Clone(p.Levels)
	slices.SortFunc(levels, func(a, b daycast.Level) int { return cmp.Compare(len(a.Names), len(b.Names)) })
	f := daycast.NewForecasts(p, like.Horizon, nil)
	sum, n := map[string]float64{}, map[string]float64{}
	group := func(i int) []string {
		out := []string{"shop"}
		for _, l := range levels {
			if g := l.Of[i]; g >= 0 {
				out = append(out, l.Name+"="+l.Names[g])
			}
		}
		return out
	}
	for i := range p.Series {
		if p.Len(i) < 56 {
			continue
		}
		state, units := p.StateOf(i), p.TrainOf(i)
		var s, days float64
		sold := false
		for t := len(state) - 56; t < len(state); t++ {
			sold = sold || state[t] == daycast.Sold
			if t >= len(state)-28 && state[t].Evidence() {
				s += float64(units[t])
				days++
			}
		}
		if sold && days > 0 {
			for _, g := range group(i) {
				sum[g] += s / days
				n[g]++
			}
		}
	}
	for i := range p.Series {
		mean := 0.0
		for _, g := range group(i) {
			if n[g] >= 3 {
				mean = sum[g] / n[g]
			}
		}
		for h := range f.Horizon {
			f.MeanOf(i)[h] = float32(mean)
		}
	}
	return f
}
