package explore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"daycast"
	"daycast/model/modeltest"
)

// slowPearson is the definition, over the days that both know.
func slowPearson(a, b []float64) Number {
	var n, ma, mb float64
	for k := range a {
		if a[k] == a[k] && b[k] == b[k] {
			n, ma, mb = n+1, ma+a[k], mb+b[k]
		}
	}
	ma, mb = ma/n, mb/n
	var ab, aa, bb float64
	for k := range a {
		if a[k] == a[k] && b[k] == b[k] {
			ab, aa, bb = ab+(a[k]-ma)*(b[k]-mb), aa+(a[k]-ma)*(a[k]-ma), bb+(b[k]-mb)*(b[k]-mb)
		}
	}
	if aa == 0 || bb == 0 || n == 0 {
		return unknown
	}
	return Number(ab / math.Sqrt(aa*bb))
}

// slowRanks counts, for each value, those below it and those like it.
func slowRanks(values []float64) []float64 {
	out := make([]float64, len(values))
	for k, v := range values {
		below, like := 0, 0
		for _, w := range values {
			if w < v {
				below++
			} else if w == v {
				like++
			}
		}
		out[k] = float64(below) + float64(like+1)/2
	}
	return out
}

// A shop with prices, holidays, stock-outs and two signals, one of them often
// unknown.
func busyPanel(t *testing.T) *daycast.Panel {
	random := rand.New(rand.NewPCG(5, 5))
	last := day(t, "2024-06-30")
	var series []modeltest.Series
	for k := range 6 {
		n := 40 + 10*k
		s := modeltest.Series{Units: make([]float32, n), Price: make([]float32, n), State: make([]daycast.DayState, n)}
		for d := range n {
			s.State[d] = []daycast.DayState{daycast.Sold, daycast.Zero, daycast.StockOut, daycast.Closed}[min(3, random.IntN(9)/2)]
			s.Units[d] = float32(random.IntN(5))
			s.Price[d] = float32(1 + random.IntN(3))
			if d < 3 {
				s.Price[d] = nan
			}
		}
		series = append(series, s)
	}
	p := modeltest.Panel(last, series...)
	heat, rain := daycast.PanelSignal{Name: "heat", Step: 1}, daycast.PanelSignal{Name: "rain", Step: 1}
	holiday := daycast.PanelSignal{Name: "holiday", Step: 1, Codes: []string{"0", "Feast"}}
	for _, s := range []*daycast.PanelSignal{&heat, &rain, &holiday} {
		s.Vector, s.First, s.Vectors = make([]int32, len(series)), []daycast.Day{last - 100}, [][]float32{make([]float32, 101)}
	}
	for d := range 101 {
		heat.Vectors[0][d], rain.Vectors[0][d], holiday.Vectors[0][d] = random.Float32(), random.Float32(), float32(random.IntN(2))
		if random.IntN(3) == 0 {
			rain.Vectors[0][d] = nan
		}
	}
	p.Signals = []daycast.PanelSignal{heat, rain, holiday}
	return p
}

func TestCorrelation(t *testing.T) {
	p := busyPanel(t)
	got := build(t, p).Correlation
	names := []string{"units", "price / own median", "stock-out", "weekend", "holiday", "days since launch", "heat", "rain"}
	same(t, "names", got.Names, names)
	columns := make([][]float64, len(names))
	for i := range p.Series {
		var prices []float64
		for d, state := range p.StateOf(i) {
			if price := float64(p.PriceOf(i)[d]); inStock(state) && price == price {
				prices = append(prices, price)
			}
		}
		slices.Sort(prices)
		median := (prices[(len(prices)-1)/2] + prices[len(prices)/2]) / 2
		for d, state := range p.StateOf(i) {
			if !state.Evidence() {
				continue
			}
			at := p.Start[i] + daycast.Day(d)
			w := at.Weekday()
			for k, v := range []float64{
				float64(p.UnitsOf(i)[d]), float64(p.PriceOf(i)[d]) / median, flag(state == daycast.StockOut),
				flag(w == time.Saturday || w == time.Sunday), float64(p.Signals[2].At(i, at)), float64(d),
				float64(p.Signals[0].At(i, at)), float64(p.Signals[1].At(i, at)),
			} {
				columns[k] = append(columns[k], v)
			}
		}
	}
	if got.Pairs != len(columns[0]) {
		t.Errorf("%d series-days, want %d", got.Pairs, len(columns[0]))
	}
	for a := range names {
		for b := range names {
			x, y := together(columns[a], columns[b])
			same(t, fmt.Sprint("Pearson of ", names[a], " and ", names[b]), got.Pearson[a][b], slowPearson(columns[a], columns[b]))
			same(t, fmt.Sprint("Spearman of ", names[a], " and ", names[b]), got.Spearman[a][b], slowPearson(slowRanks(x), slowRanks(y)))
		}
	}
}

// Each day is as likely in the sample, which is in the panel's order and the
// same each time.
func TestSample(t *testing.T) {
	p := busyPanel(t)
	s, err := newShop(t.Context(), Inputs{Panel: p})
	if err != nil {
		t.Fatal(err)
	}
	all, of := s.sample(1 << 30)
	if len(all) != of {
		t.Errorf("%d of %d days", len(all), of)
	}
	some, _ := s.sample(100)
	again, _ := s.sample(100)
	if len(some) != 100 || !slices.Equal(some, again) {
		t.Errorf("%d days, then %d", len(some), len(again))
	}
	at := 0
	for _, d := range some {
		k := slices.Index(all[at:], d)
		if k < 0 {
			t.Fatalf("%v is out of order, or no day", d)
		}
		at += k + 1
	}
}
