package clean

import (
	"slices"

	"daycast"
)

// A Change is what the builder made of one period's units for training. Units
// keep what was observed: with Before in its place again, the last change first,
// each training value is that to the bit. A day that ran out and is a freak has
// both changes, the stock-out first.
type Change struct {
	Series        daycast.Series
	Day           daycast.Day // the period's first day
	Kind          string
	Before, After float32
	Reason        string
}

// The kinds of changes, stable names.
const (
	ChangeStockOut = "stock_out" // Train is the demand expected, where Units is what could be sold
	ChangeOutlier  = "outlier"   // Train is capped
	ChangeBulk     = "bulk"      // Spread is without a bulk order, where Train has it
)

// change sets a training value and tells of it.
func (a *assembly) change(k, i, t int, to float32, kind string, reason func() string) {
	p := a.panel
	if p.Train[k] == to {
		return
	}
	if &p.Train[0] == &p.Units[0] {
		p.Train = slices.Clone(p.Units)
	}
	if a.b.Changed != nil {
		a.b.Changed(Change{
			Series: p.Series[i], Day: a.day(i, t), Kind: kind, Before: p.Train[k], After: to, Reason: reason(),
		})
	}
	p.Train[k] = to
}
