package serve

import (
	"sort"
	"strings"
	"time"

	"daycast"
	"daycast/model"
	"daycast/warehouse"
)

// A State is all that a server answers from: one published snapshot. Nobody
// changes it after it is handed to Swap.
type State struct {
	Version   string               // the snapshot's id, which is its run's
	Panel     *daycast.Panel       // the whole shop in one block, sorted by Series.Less
	Fitted    model.Fitted         // the champion, with its calibrated quantiles
	Champion  VersionInfo          // what Fitted is
	Models    []VersionInfo        // all versions that the snapshot knows, champion included
	Forecasts *daycast.Forecasts   // the run's forecasts, in the order of Panel.Series; nil for none
	Errors    []warehouse.ErrorRow // of the run's backtest; nil for none
	Scores    []warehouse.ScoreRow // of served forecasts, over the newest weeks; nil for none
}

// A VersionInfo describes a model version.
type VersionInfo struct {
	ID         string // unique among the versions
	Name       string // of the model, such as "gbm"
	Created    time.Time
	Origin     daycast.Day // the last day that it learned from
	Metrics    map[string]float64
	Parameters map[string]string
}

// A live state is the one that requests are answered from.
type live struct {
	*State
	loaded time.Time
}

// find is the series' index in the panel, and whether it is there; without it,
// the index at which it would stand.
func (l *live) find(s daycast.Series) (int, bool) {
	all := l.Panel.Series
	i := sort.Search(len(all), func(i int) bool { return !all[i].Less(s) })
	return i, i < len(all) && all[i] == s
}

// resolve finds the series that a client calls id. A client that forgot to
// encode what an id needs encoded is understood where that leaves no doubt.
func (l *live) resolve(id string) (int, bool) {
	if s, err := daycast.ParseSeries(id); err == nil {
		if i, ok := l.find(s); ok {
			return i, true
		}
	}
	return l.find(daycast.Series{Item: id})
}

// onSaleDays is the project's definition of a series on sale: it sold in the
// last eight weeks.
const onSaleDays = 56

// sales tells whether series i is on sale, and its last day with a sale.
func (l *live) sales(i int) (onSale bool, last daycast.Day, ever bool) {
	p := l.Panel
	states := p.StateOf(i)
	for t := len(states) - 1; t >= 0; t-- {
		if states[t] == daycast.Sold {
			last = p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
			return p.Origin-last < onSaleDays, last, true
		}
	}
	return false, 0, false
}

// matcher reports which series a search for text finds: those with the text
// in their id or in the name of a group that they belong to, in any case.
func (l *live) matcher(text string) func(i int) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	groups := make([][]bool, len(l.Panel.Levels))
	for k, level := range l.Panel.Levels {
		groups[k] = make([]bool, len(level.Names))
		for g, name := range level.Names {
			groups[k][g] = strings.Contains(strings.ToLower(name), text)
		}
	}
	return func(i int) bool {
		for k, level := range l.Panel.Levels {
			if g := level.Of[i]; g >= 0 && groups[k][g] {
				return true
			}
		}
		return strings.Contains(strings.ToLower(l.Panel.Series[i].ID()), text)
	}
}
