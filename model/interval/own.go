package interval

import (
	"math"

	"daycast"
)

// recent is how many periods tell how a series has sold lately. Over ten sets
// of series 28 and 56 differ by chance; the fewer follow a change sooner.
const recent = 28

// Own is how one series sold in the periods before an origin: what is its own
// about how far its forecasts will be off.
type Own struct {
	Mean     float32 // units a period
	Variance float32 // of units a period, 0 for fewer than two periods
	Periods  uint8   // of evidence, at most recent
	Whole    bool    // all that it ever sold came in whole pieces
}

// OwnOf reads series i of a panel up to its origin.
func OwnOf(p *daycast.Panel, i int) Own {
	units, state := p.TrainOf(i), p.StateOf(i)
	var o Own
	var sum, squares float64
	for t := max(0, len(units)-recent); t < len(units); t++ {
		if v := float64(units[t]); state[t].Evidence() && !math.IsNaN(v) {
			o.Periods++
			sum += v
			squares += v * v
		}
	}
	if n := float64(o.Periods); n > 0 {
		o.Mean = float32(sum / n)
		o.Variance = float32(max(0, squares-sum*sum/n) / max(1, n-1))
	}
	o.Whole = true
	for _, v := range p.UnitsOf(i) {
		if v != float32(math.Trunc(float64(v))) {
			o.Whole = false
			break
		}
	}
	return o
}

// OwnOfAll is OwnOf of each series.
func OwnOfAll(p *daycast.Panel) []Own {
	own := make([]Own, len(p.Series))
	for i := range own {
		own[i] = OwnOf(p, i)
	}
	return own
}
