package grouped

import (
	"bytes"
	"io"
	"math"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

func loaders() map[string]model.Loader {
	l := classic.Loaders()
	l["grouped"] = Load
	return l
}

func TestModel(t *testing.T) {
	modeltest.Run(t, Model{Inner: classic.SeasonalMean{}}, loaders(), modeltest.TracksConstant(.02), modeltest.TracksWeek(.05))
}

func fit(t *testing.T, p *daycast.Panel) *Fitted {
	t.Helper()
	f, err := Model{Inner: classic.WindowMean{}}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f.(*Fitted)
}

// TestSharesAddUp checks the plain definition: on days that all series have,
// those of a group get what the group gets.
func TestSharesAddUp(t *testing.T) {
	p := modeltest.Rich(3, 12, 120)
	f := fit(t, p)
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Levels) != 2 {
		t.Fatalf("%d levels are forecast, want those of categories and places: %v", len(f.Levels), f.Levels)
	}
	n := nodesOf(f, p)
	groups, err := f.means(t.Context(), model.Request{Panel: p, Horizon: 7, Threads: 1}, n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Series {
		var want float64
		for _, l := range f.Levels {
			k := n.of(p, l.Name, i)
			want += naiveShare(p, i, n.panel, k, f.HalfLife) * float64(groups.MeanOf(k)[3]) / 2
		}
		if v := float64(got.MeanOf(i)[3]); math.Abs(v-want) > 1e-4*want {
			t.Errorf("series %d: %g, want %g", i, v, want)
		}
	}
}

// naiveShare sums as the formula says.
func naiveShare(p *daycast.Panel, i int, nodes *daycast.Panel, k int, half float64) float64 {
	var own, all float64
	for age := 0; float64(age) <= memory*half; age++ {
		t, j := p.Len(i)-1-age, nodes.Len(k)-1-age
		if t < 0 || j < 0 || !p.StateOf(i)[t].Evidence() || !nodes.StateOf(k)[j].Evidence() {
			continue
		}
		w := math.Pow(2, -float64(age)/half)
		own += w * float64(p.TrainOf(i)[t])
		all += w * float64(nodes.TrainOf(k)[j])
	}
	return own / all
}

// TestNodesAreTheTotals checks a group's units, and that it knows what it lies in.
func TestNodesAreTheTotals(t *testing.T) {
	p := modeltest.Rich(4, 12, 120)
	n := nodesOf(fit(t, p), p)
	for k, node := range n.panel.Series {
		sum, level := float32(0), levelOf(p, node.Item)
		for i, g := range level.Of {
			if level.Names[g] == node.Place {
				sum += p.TrainOf(i)[p.Len(i)-1]
			}
		}
		own := n.panel.TrainOf(k)
		if got := own[len(own)-1]; math.Abs(float64(got-sum)) > 1e-3*float64(sum) {
			t.Errorf("%s sold %g on the last day, want %g", node.ID(), got, sum)
		}
		for _, l := range n.panel.Levels {
			if want := node.Item == l.Name; (l.Of[k] >= 0) != want {
				t.Errorf("%s is in group %d of %s", node.ID(), l.Of[k], l.Name)
			}
		}
	}
}

// A shop whose groups sell too seldom is forecast by its series' own means.
func TestSeldom(t *testing.T) {
	seldom := make([]float32, 90)
	seldom[5], seldom[80] = 1, 1
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: seldom})
	f := fit(t, p)
	got, err := model.Predict(t.Context(), f, model.Request{Panel: p, Horizon: 7, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := got.MeanOf(0)[0]; f.inner != nil || !(v > 0 && v < .1) {
		t.Errorf("forecast %g by %v", v, f.inner)
	}
}

func TestRefuses(t *testing.T) {
	p := modeltest.Shop(1, 3, 90)
	_, err := Model{Inner: classic.WindowMean{}, HalfLife: -1}.Fit(t.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("a negative half-life: %v, want code invalid", err)
	}
}

func nodesOf(f *Fitted, p *daycast.Panel) nodes {
	g := gather(p, f.Levels, f.Signals)
	g.add(p)
	return f.nodes(p, g)
}

func FuzzLoad(f *testing.F) {
	p := modeltest.Rich(2, 6, 80)
	m, err := Model{Inner: classic.WindowMean{}}.Fit(f.Context(), model.Training{Panels: p, Horizon: 7, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	var body bytes.Buffer
	if err := m.Save(&body); err != nil {
		f.Fatal(err)
	}
	f.Add(body.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load(bytes.NewReader(data), func(r io.Reader) (model.Fitted, error) { return model.Load(r, loaders()) })
		if err != nil {
			return
		}
		if _, err := model.Predict(t.Context(), m, model.Request{Panel: p, Horizon: 7, Threads: 1}); err != nil {
			t.Error(err)
		}
	})
}
