package clean

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"daycast"
)

// slowAtLeast is E[D | D >= sold] by all terms of the negative binomial, each
// from gamma functions.
func slowAtLeast(mean float64, sold int, over float64) float64 {
	size := 1 / over
	var sum, weight float64
	for d := sold; d < sold+20_000; d++ {
		a, _ := math.Lgamma(float64(d) + size)
		b, _ := math.Lgamma(float64(d) + 1)
		c, _ := math.Lgamma(size)
		p := math.Exp(a - b - c + size*math.Log(size/(size+mean)) + float64(d)*math.Log(mean/(size+mean)))
		sum, weight = sum+p*float64(d), weight+p
	}
	return sum / weight
}

func TestAtLeast(t *testing.T) {
	for _, tt := range []struct {
		mean float64
		sold int
		over float64
	}{{2, 1, 0.5}, {0.3, 2, 1}, {50, 40, 0.1}, {50, 5, 0.1}, {10, 30, 0.05}, {3, 3, 2}} {
		got, want := atLeast(tt.mean, float64(tt.sold), 1, tt.over), slowAtLeast(tt.mean, tt.sold, tt.over)
		if math.Abs(got/want-1) > 1e-4 {
			t.Errorf("%+v: %v, want %v", tt, got, want)
		}
	}
	if got := atLeast(4, 0, 1, 0.5); got != 4 {
		t.Errorf("of an empty day %v, want its mean", got)
	}
	if got := atLeast(0, 7, 1, 0.5); got != 7 {
		t.Errorf("of a day that nothing was expected of %v, want what it sold", got)
	}
}

// slowInPart integrates over the day's gamma rate.
func slowInPart(mean, sold, share, over float64) float64 {
	size := 1 / over
	var lost, weight float64
	for r := 0.0005; r < 12; r += 0.001 { // the rate, as a share of the mean
		w := math.Exp((size-1)*math.Log(r) - size*r + sold*math.Log(r*mean*share) - r*mean*share)
		lost, weight = lost+w*r*mean*(1-share), weight+w
	}
	return sold + lost/weight
}

func TestInPart(t *testing.T) {
	for _, tt := range []struct{ mean, sold, share, over float64 }{
		{10, 4, 0.4, 0.3}, {10, 12, 0.4, 0.3}, {1, 0, 0.7, 1}, {30, 30, 0.9, 0.1},
	} {
		got, want := inPart(tt.mean, tt.sold, tt.share, 1, tt.over), slowInPart(tt.mean, tt.sold, tt.share, tt.over)
		if math.Abs(got/want-1) > 1e-3 {
			t.Errorf("%+v: %v, want %v", tt, got, want)
		}
	}
}

// poisson draws a count.
func poisson(rng *rand.Rand, mean float64) int {
	n, p := 0, rng.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= rng.Float64()
	}
	return n
}

// TestDemandIsRecovered hides a part of a known demand behind stock that runs
// out, more on the days of a promotion, and finds it again.
func TestDemandIsRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("item,day,units,promotion,in_stock\n")
	hidden := map[string]float64{}
	for i := range 30 {
		mean := 2 + 10*rng.Float64()
		for k := range 200 {
			d, promo := on(t, "2024-01-01")+daycast.Day(k), (k+i)%17 < 2
			m := mean
			if promo {
				m *= 2
			}
			if d.Weekday() == 6 {
				m *= 1.5
			}
			demand, sold, stock := poisson(rng, m), 0, 1
			if sold = demand; rng.IntN(6) == 0 {
				if sold = min(demand, rng.IntN(1+int(m))); sold <= demand {
					stock = 0
				}
				hidden[fmt.Sprintf("i%02d %s", i, d)] = float64(demand)
			}
			fmt.Fprintf(&b, "i%02d,%s,%d,%d,%d\n", i, d, sold, map[bool]int{true: 1}[promo], stock)
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	p, _ := s.panel(t, s.table.Last, 1)
	var sold, recovered, want float64
	for i := range p.Series {
		for k, state := range p.StateOf(i) {
			if demand, ok := hidden[fmt.Sprintf("%s %s", p.Series[i].ID(), p.Start[i]+daycast.Day(k))]; ok && state == daycast.StockOut {
				sold, recovered, want = sold+float64(p.UnitsOf(i)[k]), recovered+float64(p.TrainOf(i)[k]), want+demand
			}
		}
	}
	if bias := recovered/want - 1; math.Abs(bias) > 0.05 {
		t.Errorf("recovered %.0f of %.0f pieces, of which %.0f were sold: %+.3f", recovered, want, sold, bias)
	}
	if sold > 0.85*want {
		t.Errorf("%.0f of %.0f pieces were sold: nothing is hidden", sold, want)
	}
}
