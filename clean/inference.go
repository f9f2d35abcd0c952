package clean

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"daycast"
)

// An Inference is a state that no row says, with what speaks for it. It holds
// as of the panel's origin: a day may be Zero at one origin and StockOut at a
// later one, once the series sells again.
type Inference struct {
	Scope    daycast.Scope `json:"scope"` // series, category (at a place) or place
	Key      string        `json:"key"`   // the series id, category@place or place
	First    string        `json:"first"` // day, ISO 8601
	Last     string        `json:"last"`
	State    string        `json:"state"`
	Days     int           `json:"days"`     // that speak for it: of one weekday, or from first to last
	Periods  int           `json:"periods"`  // of series, that got the state
	Evidence string        `json:"evidence"` // in words
	// Probability is that of the days being no chance: that demand and luck
	// alone did not make them. Which of the other states they are is a rule,
	// and the evidence names it. A row's own word has 1.
	Probability float64 `json:"probability"`
}

// Where is what the inference is of, in words.
func (i Inference) Where() string {
	if i.Key == daycast.OnlyPlace {
		return "the shop"
	}
	return string(i.Scope) + " " + i.Key
}

// mostInferences is how many are kept of each state, those of the most
// periods; all are counted.
const mostInferences = 50

// inferences gathers them.
type inferences struct {
	kept  map[string][]Inference
	count map[string]int
}

func (s *inferences) add(i Inference, state daycast.DayState, first, last daycast.Day) {
	if i.Periods == 0 {
		return
	}
	if s.kept == nil {
		s.kept, s.count = map[string][]Inference{}, map[string]int{}
	}
	i.State, i.First, i.Last = state.String(), first.String(), last.String()
	s.count[i.State]++
	s.kept[i.State] = append(s.kept[i.State], i)
	if len(s.kept[i.State]) >= 20*mostInferences {
		s.kept[i.State] = largest(s.kept[i.State])
	}
}

// largest sorts them by size and leaves the most.
func largest(all []Inference) []Inference {
	slices.SortFunc(all, func(a, b Inference) int {
		return cmp.Or(cmp.Compare(b.Periods, a.Periods), strings.Compare(a.Key, b.Key), strings.Compare(a.First, b.First),
			strings.Compare(a.Evidence, b.Evidence))
	})
	return all[:min(len(all), mostInferences)]
}

// list is what was kept, by state.
func (s *inferences) list() []Inference {
	all := []Inference{}
	for _, state := range slices.Sorted(maps.Keys(s.kept)) {
		all = append(all, largest(s.kept[state])...)
	}
	return all
}
