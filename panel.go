package daycast

import (
	"context"
	"iter"
	"math"
)

var nan32 = float32(math.NaN())

// A Panel is many series in flat slices, series-major, as known at its
// Origin. Series i has its periods at [Offsets[i], Offsets[i+1]): the first
// begins on Start[i], the last is the one that holds Origin.
//
//	series 0          series 1    series 2
//	|---------------| |---------| |-------------|
//	Offsets[0]        Offsets[1]  Offsets[2]    Offsets[3]
//
// A Panel is a block of the shop, not the shop: Totals tell a block about the
// rest.
type Panel struct {
	Step    Step
	Origin  Day // the last day that is known; of a weekly panel, its last week's first day
	Series  []Series
	Offsets []int // len(Series)+1
	Start   []Day // by series

	Units  []float32  // as observed; 0 where the state is not evidence
	Train  []float32  // capped and corrected; shares memory with Units until they differ
	Spread []float32  // Train with bulk orders spread over the shop; nil where there are none
	State  []DayState // why Units is what it is
	Price  []float32  // unit price, last known carried forward; NaN before the first

	Levels  []Level       // what the series belong to: category, place, ...
	Signals []PanelSignal // outside factors, promotions, buyers
	Ahead   Ahead         // what is known of the days after Origin
	Totals  *Totals       // of the whole shop; nil where nobody asked for them

	// Waited is, by series, how many periods before its first sale, or the end
	// of Origin where it has not sold, a row first says that it was on offer;
	// nil: not told.
	Waited []int32

	// NonNegative is whether the whole shop's training units are: forecasts
	// are then clipped at zero.
	NonNegative bool
}

// Ahead is what is known at the origin of the periods after it, by series:
// the h-th period of series i, from 0, is at [i*Periods+h].
type Ahead struct {
	Periods int
	Price   []float32 // NaN: not known, the last price holds
	// PricePlanned is, by series, the day from which on its prices are known
	// ahead at every origin, NotPlanned where they never are; nil: for none.
	PricePlanned []Day
	Closed       []bool // the place will not trade
}

// A Level is a way to group series, such as category or place. Of[i] is the
// index in Names of series i's group, -1 where it has none.
type Level struct {
	Name  string
	Names []string
	Of    []int32
}

// A PanelSignal is one signal for the series of a panel. Series that share a
// scope share a vector of values.
type PanelSignal struct {
	Name    string
	Codes   []string    // the dictionary of a signal that is words; nil for numbers
	Future  bool        // known for the periods after the origin
	Vector  []int32     // by series: its vector, -1 for none
	First   []Day       // by vector: its first day
	Vectors [][]float32 // one value a period; NaN unknown
	Step    Step
}

// At is the signal's value for series i on a day, NaN where it is not known.
func (s *PanelSignal) At(i int, d Day) float32 {
	v := s.Vector[i]
	if v < 0 {
		return nan32
	}
	t := int(d-s.First[v]) / int(s.Step)
	if d < s.First[v] || t >= len(s.Vectors[v]) {
		return nan32
	}
	return s.Vectors[v][t]
}

// Totals holds mean training units per listed series, by level group and
// period, over the whole shop. Group g of level l is at Mean[l][g]; its first
// period is First. Values of Closed or Missing periods are NaN.
type Totals struct {
	First  Day
	Step   Step
	Levels []string // "shop", then the panel's levels by name
	Mean   [][][]float32
	Count  [][][]int32   // how many series Mean is of; nil: not known
	Price  [][][]float32 // mean price of the listed series that have one; nil: not known
}

// Len is the number of periods of series i.
func (p *Panel) Len(i int) int { return p.Offsets[i+1] - p.Offsets[i] }

// TrainOf is series i's training units, oldest first.
func (p *Panel) TrainOf(i int) []float32 { return p.Train[p.Offsets[i]:p.Offsets[i+1]] }

// SpreadOf is series i's training units with bulk orders spread over the shop.
func (p *Panel) SpreadOf(i int) []float32 {
	if p.Spread == nil {
		return p.TrainOf(i)
	}
	return p.Spread[p.Offsets[i]:p.Offsets[i+1]]
}

// UnitsOf is series i's units as observed, oldest first.
func (p *Panel) UnitsOf(i int) []float32 { return p.Units[p.Offsets[i]:p.Offsets[i+1]] }

// StateOf is series i's states, oldest first.
func (p *Panel) StateOf(i int) []DayState { return p.State[p.Offsets[i]:p.Offsets[i+1]] }

// PriceOf is series i's prices, oldest first.
func (p *Panel) PriceOf(i int) []float32 { return p.Price[p.Offsets[i]:p.Offsets[i+1]] }

// Blocks makes a Panel its own only block.
func (p *Panel) Blocks(context.Context) iter.Seq2[*Panel, error] {
	return func(yield func(*Panel, error) bool) { yield(p, nil) }
}

// Panels is a shop's panel in blocks of whole series, in the order of Series.
// It can be walked many times and gives the same blocks each time.
type Panels interface {
	Blocks(ctx context.Context) iter.Seq2[*Panel, error]
}
