package warehouse

import (
	"slices"

	"daycast"
)

// SeriesOf is what a list tells of series i of a panel.
func SeriesOf(p *daycast.Panel, i int) SeriesRow {
	row := SeriesRow{Series: p.Series[i]}
	for _, l := range p.Levels {
		if g := l.Of[i]; g >= 0 {
			if row.Levels == nil {
				row.Levels = make(map[string]string, len(p.Levels))
			}
			row.Levels[l.Name] = l.Names[g]
		}
	}
	for t, state := range slices.Backward(p.StateOf(i)) {
		if state == daycast.Sold {
			row.Sold, row.LastSale = true, p.Start[i]+daycast.Day(t)*daycast.Day(p.Step)
			break
		}
	}
	return row
}
