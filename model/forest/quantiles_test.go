package forest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

var deciles = []float64{.1, .5, .501, .9}

func quantiles(t *testing.T, q Quantiles, x *feature.Frame, y, w []float32, o model.FitOptions) *QuantilePredictor {
	t.Helper()
	p, err := q.Fit(ctx, x, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func predictQuantiles(p *QuantilePredictor, x *feature.Frame) [][]float32 {
	out := make([][]float32, len(p.levels))
	for i := range out {
		out[i] = make([]float32, x.Rows)
	}
	p.Predict(x, out)
	return out
}

// slowQuantiles gives each row of training its weight in the forest, by what
// leaves hold, and adds those up in the order of targets.
func slowQuantiles(t *testing.T, q Quantiles, d Data, x *feature.Frame, o model.FitOptions) [][]float32 {
	t.Helper()
	f, err := q.Regressor.newFit(d, TrainOptions{FitOptions: o})
	if err != nil {
		t.Fatal(err)
	}
	m := d.X.Bins().Matrix(x, 1)
	weight := make([][]float64, x.Rows) // by row of x, by row of training
	for i := range weight {
		weight[i] = make([]float64, len(d.Y))
	}
	for tr := range f.Trees {
		b := f.newBag()
		grown := f.grow(b, tr)
		for i := range x.Rows {
			value := grown.Value(m, uint32(i))
			var sum float64
			var same []uint32 // rows of the bag whose leaf has the row's value
			for _, r := range b.draw(f, rand.New(rand.NewPCG(o.Seed, uint64(tr))).Uint64()) {
				if grown.Value(d.X, r) == value {
					same = append(same, r)
					sum += b.weight(f, r)
				}
			}
			for _, r := range same {
				weight[i][r] += b.weight(f, r) / sum / float64(f.Trees)
			}
		}
	}
	order := slices.Clone(f.rows)
	slices.SortFunc(order, func(a, b uint32) int { return int(math.Copysign(1, float64(d.Y[a]-d.Y[b]))) })
	out := make([][]float32, len(q.Levels))
	for l, level := range q.Levels {
		for i := range x.Rows {
			var sum float64
			for _, r := range order {
				if sum += weight[i][r]; sum >= level-1e-9 {
					out[l] = append(out[l], d.Y[r])
					break
				}
			}
		}
	}
	return out
}

func TestQuantilesAgreeWithSlowTwin(t *testing.T) {
	x, y, _ := steps(600)
	for name, r := range map[string]Regressor{"sample": {Trees: 8}, "bootstrap": {Trees: 8, Bootstrap: true, MinRows: 12}} {
		for _, w := range [][]float32{nil, weights(x.Rows)} {
			q := Quantiles{Regressor: r, Levels: deciles, LeafSample: 600}
			got := predictQuantiles(quantiles(t, q, x, y, w, one), x.Slice(0, 200))
			want := slowQuantiles(t, q, data(t, x, y, w), x.Slice(0, 200), one)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, weights %v:\n%.1000s", name, w != nil, diff)
			}
		}
	}
}

// spread has a target whose spread depends on the column.
func spread(rows int, seed uint64) (x *feature.Frame, y []float32) {
	rng := rand.New(rand.NewPCG(seed, 9))
	x, y = feature.NewFrame(make([]feature.Column, 2), rows), make([]float32, rows)
	for i := range rows {
		v := rng.Float64()
		x.Data[0][i], x.Data[1][i] = float32(v), rng.Float32()
		y[i] = float32(3*v + (.2+2*v)*rng.ExpFloat64())
	}
	return x, y
}

func TestQuantilesCoverNewRowsAndNeverCross(t *testing.T) {
	x, y := spread(6000, 1)
	fresh, truth := spread(6000, 2)
	for name, q := range map[string]Quantiles{
		"sample":      {Regressor: Regressor{Trees: 50, MinRows: 20}},
		"bootstrap":   {Regressor: Regressor{Trees: 50, MinRows: 20, Bootstrap: true}},
		"random cuts": {Regressor: Regressor{Trees: 50, MinRows: 20, RandomCuts: true}},
		"few kept":    {Regressor: Regressor{Trees: 50, MinRows: 20}, LeafSample: 4},
	} {
		q.Levels, q.Regressor.FeatureFraction = []float64{.05, .1, .5, .9, .95}, 1
		p := quantiles(t, q, x, y, nil, one)
		got := predictQuantiles(p, fresh)
		for l, level := range q.Levels {
			for _, part := range [][2]float32{{0, .3}, {.3, .7}, {.7, 1}} { // where the spread is small, middling, large
				n, below := 0, 0
				for i, v := range fresh.Data[0] {
					if v < part[0] || v >= part[1] {
						continue
					}
					n++
					if truth[i] <= got[l][i] {
						below++
					}
				}
				if share := float64(below) / float64(n); math.Abs(share-level) > .04 {
					t.Errorf("%s: level %g covers %.3f where the column is %g to %g", name, level, share, part[0], part[1])
				}
			}
			for i := range fresh.Rows {
				if l > 0 && got[l][i] < got[l-1][i] {
					t.Fatalf("%s, row %d: the quantile of %g lies below that of %g", name, i, level, q.Levels[l-1])
				}
			}
		}
		at := [][]float32{make([]float32, fresh.Rows)}
		if err := p.PredictAt(fresh, []float64{.9}, at); err != nil || !slices.Equal(at[0], got[3]) {
			t.Errorf("%s: %v, or another quantile alone than among others", name, err)
		}
	}
}

func TestQuantilesSaveAndThreads(t *testing.T) {
	x, y, _ := steps(1500)
	q := Quantiles{Regressor: Regressor{Trees: 6}, Levels: deciles, LeafSample: 3}
	for _, w := range [][]float32{nil, weights(x.Rows)} {
		p := quantiles(t, q, x, y, w, one)
		for t1, tree := range p.trees {
			for leaf := range len(tree.first) - 1 {
				if values, _ := tree.at(int32(leaf)); len(values) == 0 || len(values) > 3 {
					t.Fatalf("leaf %d of tree %d keeps %d targets", leaf, t1, len(values))
				}
			}
		}
		var file, two bytes.Buffer
		if err := p.Save(&file); err != nil {
			t.Fatal(err)
		}
		if err := quantiles(t, q, x, y, w, model.FitOptions{Seed: 1, Threads: 2}).Save(&two); err != nil || !bytes.Equal(file.Bytes(), two.Bytes()) {
			t.Errorf("%v, or two threads give another forest", err)
		}
		all := bytes.Clone(file.Bytes())
		file.WriteString("next")
		loaded, err := LoadQuantiles(&file)
		if err != nil || file.String() != "next" {
			t.Fatalf("%v, with %d bytes left", err, file.Len())
		}
		if diff := cmp.Diff(predictQuantiles(p, x), predictQuantiles(loaded, x)); diff != "" || !slices.Equal(loaded.Levels(), deciles) {
			t.Error(diff)
		}
		if diff := cmp.Diff(predict(p.Mean(), x), predict(fitted(t, q.Regressor, x, y, w, one), x)); diff != "" {
			t.Errorf("the mean of the same forest differs:\n%.500s", diff)
		}
		for i := 0; i < len(all); i += 1 + i/200 {
			broken := bytes.Clone(all)
			broken[i] ^= 1 << (i % 8)
			for _, b := range [][]byte{all[:i], broken} {
				if _, err := LoadQuantiles(bytes.NewReader(b)); daycast.CodeOf(err) != daycast.Invalid || err == nil {
					t.Fatalf("byte %d: %v, want code invalid", i, err)
				}
			}
		}
	}
}

// sealedQuantiles is a file with this body, a right checksum and p's trees.
func sealedQuantiles(t testing.TB, body []byte, p *QuantilePredictor) []byte {
	t.Helper()
	b := append([]byte(quantilesMagic), quantilesVersion)
	b = append(binary.LittleEndian.AppendUint64(b, uint64(len(body))), body...)
	out := bytes.NewBuffer(binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))))
	if err := p.ensemble.Save(out, quantilesKind); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func small(t testing.TB) *QuantilePredictor {
	t.Helper()
	x, y, _ := steps(60)
	p, err := Quantiles{Regressor: Regressor{Trees: 2}, Levels: []float64{.5}}.Fit(ctx, x, y, weights(60), one)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadQuantilesRefusesHostileBodies(t *testing.T) {
	if _, err := LoadQuantiles(bytes.NewReader(sealedQuantiles(t, small(t).body(), small(t)))); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(p *QuantilePredictor){
		"levels":         func(p *QuantilePredictor) { p.levels = []float64{.5, .5} },
		"no level":       func(p *QuantilePredictor) { p.levels = nil },
		"fewer trees":    func(p *QuantilePredictor) { p.trees = p.trees[:1] },
		"no trees":       func(p *QuantilePredictor) { p.trees = nil },
		"fewer leaves":   func(p *QuantilePredictor) { f := &p.trees[0].first; *f = append((*f)[:1], (*f)[2:]...) },
		"more leaves":    func(p *QuantilePredictor) { p.trees[0].first = append([]uint32{0}, p.trees[0].first...) },
		"nan":            func(p *QuantilePredictor) { p.trees[0].values[1] = nan },
		"infinite":       func(p *QuantilePredictor) { p.trees[0].values[p.trees[0].first[1]-1] = float32(math.Inf(1)) },
		"out of order":   func(p *QuantilePredictor) { p.trees[1].values[0] = 1e6 },
		"weight":         func(p *QuantilePredictor) { p.trees[1].weights[0] = 0 },
		"nan weight":     func(p *QuantilePredictor) { p.trees[1].weights[0] = nan },
		"fewer targets":  func(p *QuantilePredictor) { v := &p.trees[1].values; *v = (*v)[1:] },
		"fewer weights":  func(p *QuantilePredictor) { v := &p.trees[1].weights; *v = (*v)[1:] },
		"another's mark": func(p *QuantilePredictor) { p.trees[0].weights = nil },
	} {
		p := small(t)
		spoil(p)
		if _, err := LoadQuantiles(bytes.NewReader(sealedQuantiles(t, p.body(), small(t)))); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

func TestLoadQuantilesAllocatesByWhatIsThere(t *testing.T) {
	p := small(t)
	body := p.body()
	binary.LittleEndian.PutUint32(body[2+8+1+4:], 1<<31) // leaves of the first tree
	file := sealedQuantiles(t, body, p)
	long := bytes.Clone(file)
	binary.LittleEndian.PutUint64(long[len(quantilesMagic)+1:], 1<<62)
	for _, b := range [][]byte{file, long} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := LoadQuantiles(bytes.NewReader(b)); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("%v, want code invalid", err)
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(10*len(b))+1<<20 {
			t.Errorf("%d bytes allocated for a file of %d", got, len(b))
		}
	}
}

func TestQuantilesRefuse(t *testing.T) {
	x, y, _ := steps(50)
	for _, levels := range [][]float64{nil, {0}, {1}, {.5, .5}, {.9, .1}, {math.NaN()}} {
		if _, err := (Quantiles{Levels: levels}).Fit(ctx, x, y, nil, one); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("levels %g: %v, want code invalid", levels, err)
		}
	}
	for _, n := range []int{-1, mostLeafSample + 1} {
		if _, err := (Quantiles{Levels: deciles, LeafSample: n}).Fit(ctx, x, y, nil, one); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Errorf("leaf sample %d: %v, want code invalid", n, err)
		}
	}
	if err := small(t).PredictAt(x, []float64{2}, nil); daycast.CodeOf(err) != daycast.Invalid || err == nil {
		t.Errorf("level 2: %v, want code invalid", err)
	}
}

func TestQuantilesOfOddData(t *testing.T) {
	missing := feature.NewFrame(make([]feature.Column, 2), 40)
	y, steep := make([]float32, 40), make([]float32, 40)
	for i := range y {
		missing.Data[0][i], missing.Data[1][i] = nan, float32(math.Inf(i%2*2-1))
		y[i], steep[i] = float32(i), float32(math.Pow(10, float64(i-20)))
	}
	for name, c := range map[string]struct {
		x    *feature.Frame
		y, w []float32
		want [2]float32 // of the lowest and the highest quantile
	}{
		"one row":    {feature.NewFrame(make([]feature.Column, 2), 1), []float32{3}, nil, [2]float32{3, 3}},
		"constant":   {missing, slices.Repeat([]float32{7}, 40), nil, [2]float32{7, 7}},
		"missing":    {missing, y, nil, [2]float32{0, 39}},
		"one weight": {missing, y, append(make([]float32, 39), 1), [2]float32{39, 39}},
		"steep":      {missing, y, steep, [2]float32{0, 39}},
	} {
		for _, bootstrap := range []bool{false, true} {
			q := Quantiles{Regressor: Regressor{Trees: 9, Bootstrap: bootstrap}, Levels: deciles}
			got := predictQuantiles(quantiles(t, q, c.x, c.y, c.w, one), c.x)
			for i := range c.x.Rows {
				if got[0][i] < c.want[0] || got[3][i] > c.want[1] || got[0][i] > got[3][i] {
					t.Fatalf("%s, row %d: %g to %g, want within %g", name, i, got[0][i], got[3][i], c.want)
				}
			}
		}
	}
}

// FuzzLoadQuantiles fuzzes the body under a right checksum: what loads must
// predict, and be saved as it was.
func FuzzLoadQuantiles(f *testing.F) {
	p := small(f)
	x, _, _ := steps(5)
	f.Add(p.body())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		loaded, err := LoadQuantiles(bytes.NewReader(sealedQuantiles(t, body, p)))
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Fatalf("%v, want code invalid", err)
			}
			return
		}
		for _, level := range predictQuantiles(loaded, x) {
			for _, v := range level {
				if v-v != 0 {
					t.Fatalf("prediction %g", v)
				}
			}
		}
		if !bytes.Equal(loaded.body(), body) {
			t.Fatal("saved again, the bytes differ")
		}
	})
}
