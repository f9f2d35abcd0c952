// Package modeltest is the conformance suite that every model passes, and the
// panels that tests are made of.
package modeltest

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"daycast"
)

// NaN is a value that is not known.
var NaN = float32(math.NaN())

// A Series is one series of a test panel. Its last period is the origin's.
type Series struct {
	Item     string // empty: named by its position
	Place    string
	Category string // empty: it has none
	Units    []float32
	State    []daycast.DayState // nil: Sold where units are not 0, else Zero
	Price    []float32          // nil: never known
}

// Panel is a daily panel of the series, with their category as its level and
// the totals over them. It knows nothing of the days after origin.
func Panel(origin daycast.Day, series ...Series) *daycast.Panel {
	return newPanel(daycast.Daily, origin, series)
}

// WeeklyPanel is Panel with a step of a week.
func WeeklyPanel(origin daycast.Day, series ...Series) *daycast.Panel {
	return newPanel(daycast.Weekly, origin, series)
}

func newPanel(step daycast.Step, origin daycast.Day, series []Series) *daycast.Panel {
	p := &daycast.Panel{Step: step, Origin: origin, Offsets: []int{0}, NonNegative: true}
	for i, s := range series {
		n := len(s.Units)
		if s.Item == "" {
			s.Item = fmt.Sprintf("item-%03d", i)
		}
		p.Series = append(p.Series, daycast.Series{Item: s.Item, Place: s.Place})
		p.Start = append(p.Start, origin-daycast.Day(step)*daycast.Day(n-1))
		p.Offsets = append(p.Offsets, p.Offsets[i]+n)
		p.State = append(p.State, states(s)...)
		for t, u := range s.Units {
			if !p.State[p.Offsets[i]+t].Evidence() {
				u = 0
			}
			p.Units = append(p.Units, u)
			p.NonNegative = p.NonNegative && u >= 0
		}
		price := s.Price
		if price == nil {
			price = Constant(n, NaN)
		}
		p.Price = append(p.Price, price...)
	}
	p.Train = p.Units
	p.Levels = []daycast.Level{categories(series)}
	p.Totals = Totals(p)
	return p
}

func states(s Series) []daycast.DayState {
	if s.State != nil {
		return s.State
	}
	out := make([]daycast.DayState, len(s.Units))
	for t, u := range s.Units {
		out[t] = daycast.Zero
		if u != 0 {
			out[t] = daycast.Sold
		}
	}
	return out
}

func categories(series []Series) daycast.Level {
	level := daycast.Level{Name: "category", Of: make([]int32, len(series))}
	for _, s := range series {
		if s.Category != "" && !slices.Contains(level.Names, s.Category) {
			level.Names = append(level.Names, s.Category)
		}
	}
	slices.Sort(level.Names)
	for i, s := range series {
		level.Of[i] = int32(slices.Index(level.Names, s.Category))
	}
	return level
}

// Totals is the plain definition of daycast.Totals, over the panel's series.
func Totals(p *daycast.Panel) *daycast.Totals {
	out := &daycast.Totals{First: p.Origin, Step: p.Step, Levels: []string{"shop"}}
	for _, first := range p.Start {
		out.First = min(out.First, first)
	}
	periods := int(p.Origin-out.First)/int(p.Step) + 1
	shop := make([]int32, len(p.Series))
	add := func(of []int32, groups int) {
		means, counts, prices := groupMeans(p, of, groups, periods)
		out.Mean, out.Count, out.Price = append(out.Mean, means), append(out.Count, counts), append(out.Price, prices)
	}
	add(shop, 1)
	for _, l := range p.Levels {
		out.Levels = append(out.Levels, l.Name)
		add(l.Of, len(l.Names))
	}
	return out
}

func groupMeans(p *daycast.Panel, of []int32, groups, periods int) (means [][]float32, counts [][]int32, prices [][]float32) {
	means, counts, prices = make([][]float32, groups), make([][]int32, groups), make([][]float32, groups)
	for g := range means {
		sum, count := make([]float64, periods), make([]int32, periods)
		price, priced := make([]float64, periods), make([]float64, periods)
		for i := range p.Series {
			if int(of[i]) != g {
				continue
			}
			shift := periods - p.Len(i)
			for t, u := range p.TrainOf(i) {
				if p.StateOf(i)[t].Evidence() {
					sum[shift+t] += float64(u)
					count[shift+t]++
				}
				if v := p.PriceOf(i)[t]; v == v && p.StateOf(i)[t] != daycast.NotListed {
					price[shift+t] += float64(v)
					priced[shift+t]++
				}
			}
		}
		means[g], prices[g], counts[g] = make([]float32, periods), make([]float32, periods), count
		for t := range sum {
			means[g][t] = float32(sum[t] / float64(count[t])) // NaN where nobody was on sale
			prices[g][t] = float32(price[t] / priced[t])
		}
	}
	return means, counts, prices
}

// Join is the shop's panel of its blocks, as the pipeline has it; nil for none.
func Join(ctx context.Context, blocks daycast.Panels) (*daycast.Panel, error) {
	var p *daycast.Panel
	for block, err := range blocks.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if p == nil {
			p = block
			continue
		}
		p = join(p, block)
	}
	return p, nil
}

func join(p, block *daycast.Panel) *daycast.Panel {
	q := *p
	q.Series, q.Start = slices.Concat(p.Series, block.Series), slices.Concat(p.Start, block.Start)
	q.Units, q.Train = slices.Concat(p.Units, block.Units), slices.Concat(p.Train, block.Train)
	q.State, q.Price = slices.Concat(p.State, block.State), slices.Concat(p.Price, block.Price)
	q.Ahead.Closed, q.Ahead.Price = slices.Concat(p.Ahead.Closed, block.Ahead.Closed), slices.Concat(p.Ahead.Price, block.Ahead.Price)
	q.Offsets = slices.Clone(p.Offsets)
	for i := range block.Series {
		q.Offsets = append(q.Offsets, q.Offsets[len(q.Offsets)-1]+block.Len(i))
	}
	q.Levels = nil
	for k, l := range p.Levels {
		l.Of = slices.Concat(l.Of, block.Levels[k].Of)
		q.Levels = append(q.Levels, l)
	}
	if p.Spread != nil {
		q.Spread = slices.Concat(p.Spread, block.Spread)
	}
	return &q
}

// Split is p in blocks of at most size series. Each block has its own memory,
// so that reading past a series shows.
func Split(p *daycast.Panel, size int) daycast.Panels {
	var out blocks
	for from := 0; from < len(p.Series); from += size {
		out = append(out, slice(p, from, min(from+size, len(p.Series))))
	}
	return out
}

type blocks []*daycast.Panel

func (b blocks) Blocks(context.Context) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		for _, p := range b {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// slice is the series [from, to) of p.
func slice(p *daycast.Panel, from, to int) *daycast.Panel {
	lo, hi := p.Offsets[from], p.Offsets[to]
	out := *p
	out.Series, out.Start = p.Series[from:to], p.Start[from:to]
	out.Offsets = make([]int, to-from+1)
	for i := range out.Offsets {
		out.Offsets[i] = p.Offsets[from+i] - lo
	}
	out.Units, out.Train = slices.Clone(p.Units[lo:hi]), slices.Clone(p.Train[lo:hi])
	if p.Spread != nil {
		out.Spread = slices.Clone(p.Spread[lo:hi])
	}
	out.State, out.Price = slices.Clone(p.State[lo:hi]), slices.Clone(p.Price[lo:hi])
	out.Levels = slices.Clone(p.Levels)
	for l := range out.Levels {
		out.Levels[l].Of = p.Levels[l].Of[from:to]
	}
	out.Signals = slices.Clone(p.Signals)
	for s := range out.Signals {
		out.Signals[s].Vector = p.Signals[s].Vector[from:to]
	}
	if planned := p.Ahead.PricePlanned; planned != nil {
		out.Ahead.PricePlanned = planned[from:to]
	}
	if n := p.Ahead.Periods; n > 0 {
		out.Ahead.Price = p.Ahead.Price[from*n : to*n]
		out.Ahead.Closed = p.Ahead.Closed[from*n : to*n]
	}
	return &out
}
