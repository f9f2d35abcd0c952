package explore

import (
	"slices"

	"daycast"
)

// Series counts series by what became of them.
type Series struct {
	Total     int `json:"total"`
	OnSale    int `json:"onSale"` // sold in the 56 days up to the origin
	Items     int `json:"items"`
	Places    int `json:"places"`
	NeverSold int `json:"neverSold"`
}

// StateDays is the number of series-days in a state. A series counts from its
// first sale on, so that not_listed days come after a delisting.
type StateDays struct {
	Name string `json:"name"`
	Days int64  `json:"days"`
}

// StatesByMonth is StateDays by the month in which the day is.
type StatesByMonth struct {
	Months []string           `json:"months"`
	Counts map[string][]int64 `json:"counts"` // by state, parallel to Months
}

// stateOrder is that of the report: evidence first.
var stateOrder = []daycast.DayState{
	daycast.Sold, daycast.Zero, daycast.StockOut, daycast.Closed, daycast.Missing, daycast.NotListed,
}

func (s *shop) series(r *Report) {
	p := s.panel
	items, places := map[string]bool{}, map[string]bool{}
	for i, series := range p.Series {
		items[series.Item], places[series.Place] = true, true
		state := p.StateOf(i)
		if slices.Contains(state[max(0, len(state)-s.recent()):], daycast.Sold) {
			r.Series.OnSale++
		}
		if len(state) == 0 {
			r.Series.NeverSold++
		}
	}
	r.Series.Total, r.Series.Items, r.Series.Places = len(p.Series), len(items), len(places)
}

func (s *shop) states(r *Report) {
	var total [6]int64
	by := StatesByMonth{Months: []string{}, Counts: map[string][]int64{}}
	for t, day := range s.daily {
		m := month(s.day(t))
		if n := len(by.Months); n == 0 || by.Months[n-1] != m {
			by.Months = append(by.Months, m)
			for _, state := range stateOrder {
				by.Counts[state.String()] = append(by.Counts[state.String()], 0)
			}
		}
		for _, state := range stateOrder {
			total[state] += day.states[state]
			by.Counts[state.String()][len(by.Months)-1] += day.states[state]
		}
	}
	r.States = []StateDays{}
	for _, state := range stateOrder {
		r.States = append(r.States, StateDays{state.String(), total[state]})
		if by.Counts[state.String()] == nil {
			by.Counts[state.String()] = []int64{}
		}
	}
	r.StatesByMonth = by
}

// Cleaning is what cleaning changed or left out, and what the panel does not
// believe.
type Cleaning struct {
	Rows    int64    `json:"rows"` // read
	Reasons []Reason `json:"reasons"`
	Notes   []string `json:"notes"`
	Capped  Capped   `json:"capped"`
}

// A Reason is why rows were changed or left out.
type Reason struct {
	Name     string   `json:"name"`
	Rows     int64    `json:"rows"`
	Units    Number   `json:"units"`
	Examples []string `json:"examples"`
}

// Capped are the series-days whose training units are lower than what was
// sold, and by how many units: freak sales that models are not to learn.
type Capped struct {
	Periods int64  `json:"periods"`
	Units   Number `json:"units"`
}

func (s *shop) cleaning(r *Report) {
	if s.in.Cleaning != nil {
		r.Cleaning = *s.in.Cleaning
	} else {
		r.note("What cleaning changed is not known: the run's own files are gone.")
	}
	if r.Cleaning.Reasons == nil {
		r.Cleaning.Reasons = []Reason{}
	}
	if r.Cleaning.Notes == nil {
		r.Cleaning.Notes = []string{}
	}
	p := s.panel
	var units float64
	for k, u := range p.Units {
		if p.Train[k] < u {
			r.Cleaning.Capped.Periods++
			units += float64(u) - float64(p.Train[k])
		}
	}
	r.Cleaning.Capped.Units = Number(units)
}
