package clean

import (
	"math"
	"slices"
	"testing"

	"daycast"
)

// shopOf is an assembly of series that begin on the same day.
func shopOf(series ...[]float32) *assembly {
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0}}
	for k, units := range series {
		p.Series = append(p.Series, daycast.Series{Item: string(rune('a' + k)), Place: "online"})
		p.Start = append(p.Start, 0)
		p.Units = append(p.Units, units...)
		p.Offsets = append(p.Offsets, len(p.Units))
		p.Origin = daycast.Day(len(units) - 1)
	}
	p.Train = p.Units
	return &assembly{panel: p}
}

func total(units []float32) (sum float64) {
	for _, u := range units {
		sum += float64(u)
	}
	return sum
}

// A bulk order leaves its series for the most part, and the shop keeps it.
func TestBulkIsSpread(t *testing.T) {
	a := shopOf([]float32{1, 1, 1, 1, 1, 1, 1, 93}, []float32{10, 0, 10, 10, 10, 10, 10, 10})
	units := slices.Clone(a.panel.Units)
	a.spreadBulk()
	p := a.panel
	if !slices.Equal(p.Units, units) {
		t.Errorf("the units observed are now %v", p.Units)
	}
	if got := p.SpreadOf(0)[7]; got > 60 || got <= 4 {
		t.Errorf("the bulk day trains with %g units, want above 4 and far below 93", got)
	}
	if got := p.SpreadOf(1); got[7] <= 10 || got[1] != 0 {
		t.Errorf("the other series trains with %v, want more on its days sold alone", got)
	}
}

// The shop's total over the last eight weeks is that of the units, where the
// bulk is as usual.
func TestBulkKeepsTheTotal(t *testing.T) {
	var x, y []float32
	for d := range 2 * bulkDays {
		x, y = append(x, 2), append(y, 5)
		if d%14 == 0 {
			x[d] = 50
		}
	}
	a := shopOf(x, y)
	a.spreadBulk()
	p := a.panel
	got := total(p.SpreadOf(0)[bulkDays:]) + total(p.SpreadOf(1)[bulkDays:])
	if want := total(x[bulkDays:]) + total(y[bulkDays:]); math.Abs(got/want-1) > 0.02 {
		t.Errorf("the last eight weeks train with %g units of %g", got, want)
	}
}

// Without bulk nothing is copied or changed; a few sales judge nothing.
func TestBulkLeavesTheUsualAlone(t *testing.T) {
	a := shopOf([]float32{3, 0, 4, 12, -1, 5}, []float32{0, 1, 99, 0, 0, 0}, []float32{0, 0, 0, 0, 0, 0})
	a.spreadBulk()
	if p := a.panel; p.Spread != nil {
		t.Errorf("spreads %v to %v", p.Units, p.Spread)
	}
	shopOf().spreadBulk()
}

// A season's peak is not bulk: the days around it sell as much.
func TestBulkLeavesTheSeasonAlone(t *testing.T) {
	units := make([]float32, 300)
	for d := range units {
		units[d] = 2
		if d >= 250 && d < 280 {
			units[d] = 20
		}
	}
	a := shopOf(units)
	a.spreadBulk()
	if p := a.panel; &p.Train[0] != &p.Units[0] {
		t.Errorf("the peak trains with %v", p.Train[250:280])
	}
}
