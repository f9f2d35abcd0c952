package clean

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daycast"
)

// TestChangesRestore puts what was before each change back in its place, the
// last change first: the training units are then those observed, to the bit.
func TestChangesRestore(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	var b strings.Builder
	b.WriteString("item,day,units,in_stock\n")
	for i := range 20 {
		for k := range 200 {
			units, stock := rng.Float64()*9, 1.0
			switch rng.IntN(40) {
			case 0:
				units *= 300
			case 1:
				units, stock = units/4, 0.3
			case 2:
				units, stock = 0, 0
			case 3:
				units = -units
			}
			fmt.Fprintf(&b, "i%d,%s,%.3f,%g\n", i, daycast.Day(19723+k), units, stock)
		}
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	builder := s.builder(1)
	var changes []Change
	builder.Changed = func(c Change) { changes = append(changes, c) }
	p, _, err := builder.Build(t.Context(), s.table.Last)
	if err != nil {
		t.Fatal(err)
	}
	index := map[daycast.Series]int{}
	for i, series := range p.Series {
		index[series] = i
	}
	kinds, restored := map[string]int{}, slices.Clone(p.Train)
	for _, c := range slices.Backward(changes) {
		kinds[c.Kind]++
		k := p.Offsets[index[c.Series]] + int(c.Day-p.Start[index[c.Series]])
		if c.Reason == "" || c.Before == c.After {
			t.Fatalf("an odd change: %+v", c)
		}
		if c.Kind == ChangeBulk {
			if c.Before != p.Train[k] || c.After != p.Spread[k] {
				t.Fatalf("%+v, where the panel trains with %v and %v", c, p.Train[k], p.Spread[k])
			}
			continue
		}
		if restored[k] != c.After {
			t.Fatalf("%+v, where the panel has %v", c, restored[k])
		}
		restored[k] = c.Before
	}
	for k := range restored {
		if math.Float32bits(restored[k]) != math.Float32bits(p.Units[k]) {
			t.Fatalf("period %d is restored to %v, observed were %v", k, restored[k], p.Units[k])
		}
	}
	if kinds[ChangeStockOut] == 0 || kinds[ChangeOutlier] == 0 || kinds[ChangeBulk] == 0 {
		t.Errorf("told of %v", kinds)
	}
	silent, _ := s.panel(t, s.table.Last, 1)
	if !slices.Equal(silent.Train, p.Train) {
		t.Error("who hears of changes changes them")
	}
}

// TestFreaks caps a lone freak, and keeps what a lasting rise, a promotion, a
// feast of all, or the same date a year ago explains.
func TestFreaks(t *testing.T) {
	const days = 800
	peaks := map[string]func(i, k int) bool{
		"a freak":            func(i, k int) bool { return i == 0 && k == 500 },
		"a rise that lasts":  func(i, k int) bool { return i == 0 && k >= days-7 },
		"a feast of all":     func(_, k int) bool { return k == 500 },
		"the same date":      func(i, k int) bool { return i == 0 && (k == 200 || k == 565) },
		"promotions of many": func(i, k int) bool { return k%97 == 3*i },
	}
	for name, peak := range peaks {
		rng := rand.New(rand.NewPCG(51, 52))
		var b strings.Builder
		b.WriteString("item,day,units,promotion\n")
		for i := range 30 {
			for k := range days {
				units, promo := 4+poisson(rng, 4), 0
				if peak(i, k) {
					units *= 12
					if strings.HasPrefix(name, "promotions") {
						promo = 1
					}
				}
				fmt.Fprintf(&b, "i%02d,%s,%d,%d\n", i, daycast.Day(19000+k), units, promo)
			}
		}
		s := mustLoad(t, b.String(), daycast.Daily)
		builder, capped := s.builder(1), 0
		builder.Changed = func(c Change) {
			if c.Kind == ChangeOutlier {
				capped++
			}
		}
		if _, _, err := builder.Build(t.Context(), s.table.Last); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 1}[name == "a freak"]; capped != want {
			t.Errorf("%s: %d days are capped, want %d", name, capped, want)
		}
	}
}

// TestBulkIsOneBuyers cuts what a few buyers took, and not what many came for.
func TestBulkIsOneBuyers(t *testing.T) {
	units, buyers := make([]float32, 60), make([]float32, 60)
	for k := range units {
		units[k], buyers[k] = 4, 2
	}
	units[20], buyers[20] = 100, 1
	units[40], buyers[40] = 100, 50
	var cut []int
	cutBulk(units, buyers, 4, func(k int) { cut = append(cut, k) })
	if !slices.Equal(cut, []int{20}) {
		t.Errorf("cut the days %v, want the one of a single buyer", cut)
	}
}
