package feature_test

import (
	"math"
	"slices"
	"testing"

	"daycast"
	"daycast/feature"
	"daycast/model/modeltest"
)

// row is the features of series i at its t-th period, h ahead, by a live reader.
func row(p *daycast.Panel, set *feature.Set, i, t, h int) []float32 {
	r := set.Bind(p).Live()
	r.Open(i, []feature.Want{{T: t, H: h}})
	f := feature.NewFrame(set.Columns(), 1)
	r.Fill(f, 0)
	out := make([]float32, len(f.Columns))
	for c := range out {
		out[c] = f.Data[c][0]
	}
	return out
}

func scale(p *daycast.Panel, set *feature.Set, i, t int) float64 {
	r := set.Bind(p).Live()
	r.Open(i, []feature.Want{{T: t, H: 1}})
	return r.Scale(0)
}

// column is the named feature of the last series at its last day.
func column(p *daycast.Panel, name string, i, h int) float64 {
	set := feature.NewSet(p)
	values := row(p, set, i, p.Len(i)-1, h)
	for c, col := range set.Columns() {
		if col.Name == name {
			return float64(values[c])
		}
	}
	return math.Inf(1)
}

// TestWindowsAgainstTheirDefinition computes each window feature the slow way.
func TestWindowsAgainstTheirDefinition(t *testing.T) {
	p := modeltest.Shop(9, 10, 420)
	for i := range p.Series {
		units, state := p.TrainOf(i), p.StateOf(i)
		scale := scale(p, feature.NewSet(p), i, len(units)-1)
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
		scale := scale(p, feature.NewSet(p), i, n-1)
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
		if s := scale(p, set, 0, len(units)-1); !(s > 0) || math.IsInf(s, 0) {
			t.Errorf("%s: scale %g", name, s)
		}
		for c, v := range row(p, set, 0, len(units)-1, 28) {
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
	values := row(bare, set, 0, 89, 3)
	for c, col := range set.Columns() {
		if v := values[c]; col.Name == "category" && v == v {
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

// A series without a signal stands between two that share it.
func TestASeriesWithoutASignal(t *testing.T) {
	p := modeltest.Rich(6, 3, 90)
	for k := range p.Signals {
		s := &p.Signals[k]
		s.Vector, s.Vectors, s.First = []int32{0, -1, 0}, s.Vectors[:1], s.First[:1]
	}
	set := feature.NewSet(p, feature.Groups()...)
	r := set.Bind(p).Batch()
	for i := range 3 {
		want := []feature.Want{{T: p.Len(i) - 20, H: 3}, {T: p.Len(i) - 1, H: 7}}
		got := batch(r, set.Columns(), i, want)
		sameBits(t, p.Series[i].ID(), want, batch(set.Bind(p).Batch(), set.Columns(), i, want), got)
	}
}

// Few series are told apart by their ids: in other blocks too, and one that is new
// is unknown. Many are not.
func TestFewSeriesAreTold(t *testing.T) {
	p := modeltest.Shop(3, 6, 60)
	s := feature.NewSet(p.Select([]int{0, 2, 4}), feature.Groups()...)
	s.Merge(p.Select([]int{5}))
	at := slices.IndexFunc(s.Columns(), func(c feature.Column) bool { return c.Name == "series" })
	if at < 0 || s.Columns()[at].Levels != 4 {
		t.Fatalf("columns %v", s.Columns())
	}
	nan := float32(math.NaN())
	r := s.Bind(p).Live()
	for i, want := range []float32{0, nan, 1, nan, 2, 3} {
		got := batch(r, s.Columns(), i, []feature.Want{{T: 10, H: 3}}).Data[at][0]
		if got != want && (got == got || want == want) {
			t.Errorf("series %d is %g, want %g", i, got, want)
		}
	}
	for k := range 50 {
		s.Merge(modeltest.Shop(uint64(k), 6, 10))
	}
	if s.Series != nil || slices.ContainsFunc(s.Columns(), func(c feature.Column) bool { return c.Name == "series" }) {
		t.Errorf("%d series of 300 are told", len(s.Series))
	}
}
