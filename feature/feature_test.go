package feature_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
	"daycast/model/modeltest"
)

// rows are the features of all series at each of the given origins, counted
// back from the panel's, for some horizons.
func rows(p *daycast.Panel, set *feature.Set, i int, backs ...int) [][]uint32 {
	bound := set.Bind(p)
	var out [][]uint32
	for _, back := range backs {
		t := p.Len(i) - 1 - back
		if t < 0 {
			continue
		}
		past := bound.At(i, t)
		for _, h := range []int{1, 7, 8, 28} {
			row := make([]float32, len(set.Columns()))
			bound.Row(past, h, row)
			bits := make([]uint32, len(row))
			for c, v := range row {
				bits[c] = math.Float32bits(v)
			}
			out = append(out, bits)
		}
	}
	return out
}

// TestBatchAndLiveAreEqual compares each row of the shop's panel with that of
// a panel of the series alone, to the bit.
func TestBatchAndLiveAreEqual(t *testing.T) {
	p := modeltest.Shop(3, 12, 500)
	set := feature.NewSet(p)
	for i := range p.Series {
		alone := p.Select([]int{i})
		if diff := cmp.Diff(rows(p, set, i, 0, 1, 30, 400), rows(alone, set, 0, 0, 1, 30, 400)); diff != "" {
			t.Fatalf("%s alone (-whole +alone):\n%s", p.Series[i].ID(), diff)
		}
	}
}

// TestTheFutureChangesNothing puts absurd values after an origin inside the
// panel and asks for the same rows.
func TestTheFutureChangesNothing(t *testing.T) {
	p := modeltest.Shop(4, 8, 300)
	p.Ahead.PricePlanned = nil
	set := feature.NewSet(p)
	const back = 40
	var want [][][]uint32
	for i := range p.Series {
		want = append(want, rows(p, set, i, back))
	}
	poison := p.Select([]int{0, 1, 2, 3, 4, 5, 6, 7})
	for i := range poison.Series {
		lo, hi := poison.Offsets[i], poison.Offsets[i+1]
		for k := max(lo, hi-back); k < hi; k++ {
			poison.Units[k], poison.Train[k], poison.Price[k], poison.State[k] = 1e9, 1e9, 1e9, daycast.Sold
		}
	}
	poison.Totals = &daycast.Totals{First: p.Totals.First, Step: p.Totals.Step, Levels: p.Totals.Levels}
	for _, level := range p.Totals.Mean {
		var groups [][]float32
		for _, mean := range level {
			bad := append([]float32(nil), mean...)
			for k := max(0, len(bad)-back); k < len(bad); k++ {
				bad[k] = 1e9
			}
			groups = append(groups, bad)
		}
		poison.Totals.Mean = append(poison.Totals.Mean, groups)
	}
	poison.Signals = nil
	for _, s := range p.Signals {
		if !s.Future {
			s.Vectors = append([][]float32(nil), s.Vectors...)
			for v := range s.Vectors {
				s.Vectors[v] = append([]float32(nil), s.Vectors[v]...)
				for k := range s.Vectors[v] {
					if s.First[v]+daycast.Day(k) > p.Origin-back {
						s.Vectors[v][k] = 1e9
					}
				}
			}
		}
		poison.Signals = append(poison.Signals, s)
	}
	for i := range poison.Series {
		if diff := cmp.Diff(want[i], rows(poison, set, i, back)); diff != "" {
			t.Fatalf("%s knows the future:\n%s", p.Series[i].ID(), diff)
		}
	}
}

// column is the named feature of the last series at its last day.
func column(p *daycast.Panel, name string, i, h int) float64 {
	set := feature.NewSet(p)
	past := set.Bind(p).At(i, p.Len(i)-1)
	row := make([]float32, len(set.Columns()))
	set.Bind(p).Row(past, h, row)
	for c, col := range set.Columns() {
		if col.Name == name {
			return float64(row[c])
		}
	}
	return math.Inf(1)
}

// TestWindowsAgainstTheirDefinition computes each window feature the slow way.
func TestWindowsAgainstTheirDefinition(t *testing.T) {
	p := modeltest.Shop(9, 10, 420)
	for i := range p.Series {
		units, state := p.TrainOf(i), p.StateOf(i)
		scale := feature.NewSet(p).Bind(p).At(i, len(units)-1).Scale()
		mean := func(lo, hi int) float64 { // of evidence at [lo, hi) before the end
			sum, n := 0.0, 0
			for k := max(0, lo); k < hi; k++ {
				if state[k].Evidence() {
					sum, n = sum+float64(units[k]), n+1
				}
			}
			return sum / float64(n)
		}
		n := len(units)
		for name, weeks := range map[string]int{"mean_1w": 1, "mean_2w": 2, "mean_4w": 4, "mean_8w": 8, "mean_13w": 13, "mean_26w": 26, "mean_52w": 52} {
			near(t, p, i, name, column(p, name, i, 1), mean(n-7*weeks, n)/scale)
		}
		sold, evidence, biggest := 0, 0, 0.0
		since := n
		for k := range units {
			if !state[k].Evidence() {
				continue
			}
			if k >= n-28 {
				evidence++
				if units[k] != 0 {
					sold++
				}
			}
			if k >= n-56 {
				biggest = max(biggest, float64(units[k]))
			}
			if units[k] != 0 && k >= n-364 {
				since = n - 1 - k
			}
		}
		near(t, p, i, "share_sold_4w", column(p, "share_sold_4w", i, 1), float64(sold)/float64(max(evidence, 1)))
		near(t, p, i, "max_8w", column(p, "max_8w", i, 1), biggest/scale)
		near(t, p, i, "since_sale", column(p, "since_sale", i, 1), math.Log1p(float64(since)))
		for h := 1; h <= 15; h++ {
			var same []float64
			for k := n - 1 + h - 7*((h+6)/7); k >= 0 && len(same) < 4; k -= 7 {
				v := math.NaN()
				if state[k].Evidence() {
					v = float64(units[k])
				}
				same = append(same, v)
			}
			sum, known := 0.0, 0
			for _, v := range same {
				if v == v {
					sum, known = sum+v, known+1
				}
			}
			near(t, p, i, "same_4", column(p, "same_4", i, h), sum/float64(known)/scale)
		}
	}
}

// TestDaysLikeTheTarget looks for them one by one.
func TestDaysLikeTheTarget(t *testing.T) {
	p := modeltest.Shop(9, 10, 420)
	for i := range p.Series {
		units, state := p.TrainOf(i), p.StateOf(i)
		n := len(units)
		scale := feature.NewSet(p).Bind(p).At(i, n-1).Scale()
		for k := range p.Signals {
			s := &p.Signals[k]
			if !s.Future || s.Codes != nil {
				continue
			}
			for h := 1; h <= 8; h++ {
				target := s.At(i, p.Origin+daycast.Day(h))
				var all, same []float64
				for t := max(0, n-26*7); t < n; t++ {
					if state[t].Evidence() && s.At(i, p.Start[i]+daycast.Day(t)) == target {
						all = append(all, float64(units[t]))
						if (n-1+h-t)%7 == 0 {
							same = append(same, float64(units[t]))
						}
					}
				}
				near(t, p, i, s.Name+"_like", column(p, s.Name+"_like", i, h), meanOf(all)/scale)
				near(t, p, i, s.Name+"_like_same", column(p, s.Name+"_like_same", i, h), meanOf(same)/scale)
			}
		}
	}
}

func meanOf(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func near(t *testing.T, p *daycast.Panel, i int, name string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !(math.Abs(got-want) <= 1e-5*(1+math.Abs(want))) {
		t.Errorf("%s of %s is %g, want %g", name, p.Series[i].ID(), got, want)
	}
}

// TestScaleIsUsable checks that no series has a scale that breaks a ratio.
func TestScaleIsUsable(t *testing.T) {
	for name, units := range map[string][]float32{
		"nothing": modeltest.Constant(60, 0), "one sale long ago": append([]float32{1e6}, modeltest.Constant(500, 0)...),
		"huge": modeltest.Constant(60, 1e9), "tiny": modeltest.Constant(60, 1e-6), "returns": modeltest.Constant(60, -3), "one day": {5},
	} {
		p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: units})
		set := feature.NewSet(p)
		past := set.Bind(p).At(0, len(units)-1)
		if s := past.Scale(); !(s > 0) || math.IsInf(s, 0) {
			t.Errorf("%s: scale %g", name, s)
		}
		row := make([]float32, len(set.Columns()))
		set.Bind(p).Row(past, 28, row)
		for c, v := range row {
			if math.IsInf(float64(v), 0) {
				t.Errorf("%s: %s is %g", name, set.Columns()[c].Name, v)
			}
		}
	}
}

// TestWhatAPanelLacksIsMissing binds a set to a panel without its levels,
// signals and prices.
func TestWhatAPanelLacksIsMissing(t *testing.T) {
	set := feature.NewSet(modeltest.Shop(5, 6, 200))
	bare := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: modeltest.Constant(90, 2)})
	bare.Levels, bare.Totals = nil, nil
	row := make([]float32, len(set.Columns()))
	bound := set.Bind(bare)
	bound.Row(bound.At(0, 89), 3, row)
	for c, col := range set.Columns() {
		if v := row[c]; col.Name == "category" && v == v {
			t.Errorf("a category of %g out of nothing", v)
		}
	}
}

func TestFrame(t *testing.T) {
	f := feature.NewFrame([]feature.Column{{Name: "a"}, {Name: "b", Levels: 3}}, 2)
	f.Set(0, []float32{1, 2})
	f.Set(1, []float32{3, 0})
	g := feature.NewFrame(f.Columns, 1)
	g.Set(0, []float32{5, 1})
	f.Append(g)
	if s := f.Slice(1, 3); s.Rows != 2 || s.Data[0][1] != 5 || s.Data[1][0] != 0 || f.Rows != 3 {
		t.Errorf("frame %v, slice %v", f.Data, s.Data)
	}
	if f.Columns[0].Categorical() || !f.Columns[1].Categorical() {
		t.Error("which column is a category is wrong")
	}
}

// TestManySignals: of more signals than there is room for, those known ahead
// are kept.
func TestManySignals(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: modeltest.Constant(60, 1)})
	p.Signals = nil
	for range 30 {
		p.Signals = append(p.Signals, daycast.PanelSignal{Name: "past"})
	}
	p.Signals = append(p.Signals, daycast.PanelSignal{Name: "promotion", Future: true})
	set := feature.NewSet(p)
	if n := len(set.Signals); n > 24 || set.Signals[n-1].Name != "promotion" {
		t.Errorf("%d signals, the last %v", n, set.Signals[n-1])
	}
}
