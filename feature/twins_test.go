package feature_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model/modeltest"
)

// wants are all rows of a panel's series i from all origins, or some of them.
func wants(p *daycast.Panel, i int, r *rand.Rand, every int) []feature.Want {
	var out []feature.Want
	for t := range p.Len(i) {
		for _, h := range []int{1, 5, 7, 8, 28, 61} {
			if r.IntN(every) == 0 {
				out = append(out, feature.Want{T: t, H: h})
			}
		}
	}
	return out
}

// batch is the rows of series i by a reader of batches.
func batch(r *feature.Reader, columns []feature.Column, i int, want []feature.Want) *feature.Frame {
	r.Open(i, want)
	f := feature.NewFrame(columns, len(want))
	r.Fill(f, 0)
	return f
}

// sameBits tells where two frames differ.
func sameBits(t *testing.T, what string, want []feature.Want, got, other *feature.Frame) {
	t.Helper()
	for c := range got.Columns {
		for k := range want {
			if a, b := got.Data[c][k], other.Data[c][k]; math.Float32bits(a) != math.Float32bits(b) {
				t.Errorf("%s: %s at %v is %g and %g", what, got.Columns[c].Name, want[k], a, b)
				break
			}
		}
	}
}

// panels are random ones with all that may be in one: days of every state,
// units that are whole, fractions, negative, and too large to add up exactly.
func panels(t *testing.T, test func(t *testing.T, p *daycast.Panel)) {
	t.Helper()
	for name, change := range map[string]func(r *rand.Rand, p *daycast.Panel){
		"whole":     func(*rand.Rand, *daycast.Panel) {},
		"fractions": func(r *rand.Rand, p *daycast.Panel) { each(p, func(v float32) float32 { return v * 0.3 }) },
		"negative": func(r *rand.Rand, p *daycast.Panel) {
			each(p, func(v float32) float32 { return v - float32(r.IntN(3)) })
			p.NonNegative = false
		},
		"huge":        func(r *rand.Rand, p *daycast.Panel) { each(p, func(v float32) float32 { return v * 1.7e10 }) },
		"many groups": func(_ *rand.Rand, p *daycast.Panel) { p.Levels = append(p.Levels, items(len(p.Series))) },
		"weekly":      func(_ *rand.Rand, p *daycast.Panel) { weekly(p) },
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 1))
			p := modeltest.Rich(3, 8, 560)
			change(r, p)
			p.Totals = modeltest.Totals(p)
			test(t, p)
		})
	}
}

// items is a level of more groups than are kept or told apart by a category.
func items(series int) daycast.Level {
	l := daycast.Level{Name: "item", Names: make([]string, 300), Of: make([]int32, series)}
	for g := range l.Names {
		l.Names[g] = fmt.Sprintf("item-%03d", g)
	}
	for i := range l.Of {
		l.Of[i] = int32(i / 2 * 30)
	}
	return l
}

func each(p *daycast.Panel, change func(float32) float32) {
	for k, v := range p.Train {
		if p.State[k].Evidence() {
			p.Train[k] = change(v)
		}
	}
}

// weekly makes each day a week.
func weekly(p *daycast.Panel) {
	p.Step = daycast.Weekly
	back := func(d daycast.Day) daycast.Day { return p.Origin - 7*(p.Origin-d) }
	for i := range p.Start {
		p.Start[i] = back(p.Start[i])
		p.Ahead.PricePlanned[i] = p.Start[i]
	}
	for k := range p.Signals {
		s := &p.Signals[k]
		s.Step, s.First = daycast.Weekly, slices.Clone(s.First)
		for g := range s.First {
			s.First[g] = back(s.First[g])
		}
	}
}

// TestBatchAndLiveAreEqual compares each row that batch makes with that of a
// live series which is alone in its panel, to the bit; and batches of few rows
// and of many.
func TestBatchAndLiveAreEqual(t *testing.T) {
	panels(t, func(t *testing.T, p *daycast.Panel) {
		set := feature.NewSet(p, feature.Groups()...)
		columns, r := set.Columns(), rand.New(rand.NewPCG(1, 2))
		many := set.Bind(p).Batch()
		for i := range p.Series {
			want := wants(p, i, r, 3)
			got := batch(many, columns, i, want)
			alone := p.Select([]int{i})
			live, one := set.Bind(alone).Live(), feature.NewFrame(columns, len(want))
			for k := 0; k < len(want); k++ {
				live.Open(0, want[k:k+1])
				live.Fill(one, k)
			}
			sameBits(t, p.Series[i].ID()+" in batch and live", want, got, one)
			few := want[:0:0]
			for k := range want {
				if k%17 == 0 {
					few = append(few, want[k])
				}
			}
			sparse, dense := batch(set.Bind(p).Batch(), columns, i, few), feature.NewFrame(columns, len(few))
			for c := range columns {
				for k := range few {
					dense.Data[c][k] = got.Data[c][17*k]
				}
			}
			sameBits(t, p.Series[i].ID()+" few and many", few, sparse, dense)
		}
	})
}

// TestTheFutureChangesNothing puts absurd values after an origin inside the
// panel and asks for the same rows of every feature.
func TestTheFutureChangesNothing(t *testing.T) {
	panels(t, func(t *testing.T, p *daycast.Panel) {
		p.Ahead.PricePlanned = nil
		set := feature.NewSet(p, feature.Groups()...)
		const back = 40
		poison := poisoned(p, back)
		for i := range p.Series {
			want := []feature.Want{}
			for _, before := range []int{back + 30, back + 1, back} {
				if at := p.Len(i) - 1 - before; at >= 0 {
					want = append(want, feature.Want{T: at, H: 1}, feature.Want{T: at, H: 9}, feature.Want{T: at, H: 28})
				}
			}
			for _, live := range []bool{true, false} {
				reader := func(p *daycast.Panel) *feature.Reader {
					if live {
						return set.Bind(p).Live()
					}
					return set.Bind(p).Batch()
				}
				sameBits(t, p.Series[i].ID()+" knows the future", want,
					batch(reader(p), set.Columns(), i, want), batch(reader(poison), set.Columns(), i, want))
			}
		}
	})
}

// poisoned is p with all that nobody knows at its origin less back periods made
// absurd.
func poisoned(p *daycast.Panel, back int) *daycast.Panel {
	all := make([]int, len(p.Series))
	for i := range all {
		all[i] = i
	}
	out := p.Select(all)
	out.Units, out.Train, out.Price, out.State = slices.Clone(p.Units), slices.Clone(p.Train), slices.Clone(p.Price), slices.Clone(p.State)
	states := []daycast.DayState{daycast.Sold, daycast.StockOut, daycast.Closed, daycast.Missing, daycast.NotListed}
	for i := range out.Series {
		lo, hi := out.Offsets[i], out.Offsets[i+1]
		for k := max(lo, hi-back); k < hi; k++ {
			out.Units[k], out.Train[k], out.Price[k], out.State[k] = 1e9, 1e9, 1e9, states[k%len(states)]
		}
	}
	out.Totals = poisonedTotals(p.Totals, back)
	out.Signals = slices.Clone(p.Signals)
	for k := range out.Signals {
		s := &out.Signals[k]
		if s.Future {
			continue
		}
		s.Vectors = slices.Clone(s.Vectors)
		for v := range s.Vectors {
			s.Vectors[v] = slices.Clone(s.Vectors[v])
			for t := range s.Vectors[v] {
				if s.First[v]+daycast.Day(t)*daycast.Day(p.Step) > p.Origin-daycast.Day(back)*daycast.Day(p.Step) {
					s.Vectors[v][t] = 1e9
				}
			}
		}
	}
	return out
}

func poisonedTotals(t *daycast.Totals, back int) *daycast.Totals {
	out := &daycast.Totals{First: t.First, Step: t.Step, Levels: t.Levels}
	spoil := func(of [][][]float32) (all [][][]float32) {
		for _, level := range of {
			var groups [][]float32
			for _, vector := range level {
				bad := slices.Clone(vector)
				for k := max(0, len(bad)-back); k < len(bad); k++ {
					bad[k] = 1e9
				}
				groups = append(groups, bad)
			}
			all = append(all, groups)
		}
		return all
	}
	out.Mean, out.Price = spoil(t.Mean), spoil(t.Price)
	for _, level := range t.Count {
		var groups [][]int32
		for _, counts := range level {
			bad := slices.Clone(counts)
			for k := max(0, len(bad)-back); k < len(bad); k++ {
				bad[k] = 1e6
			}
			groups = append(groups, bad)
		}
		out.Count = append(out.Count, groups)
	}
	return out
}
