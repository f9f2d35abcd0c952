package monitor

import (
	"iter"

	"daycast"
	"daycast/warehouse"
)

// A Week is how the forecasts for seven days did.
type Week struct {
	First string `json:"first_day"`
	Last  string `json:"last_day"`
	Window
}

// Weeks adds up the scores of the days from one to another by weeks, the first
// of which begins on from, and over all of them.
func Weeks(scores iter.Seq2[warehouse.ScoreRow, error], from, to daycast.Day, step daycast.Step) (weeks []Week, all Window, err error) {
	n := int(to-from)/weekDays + 1
	tallies, total := make([]windowTally, n), windowTally{}
	for row, err := range scores {
		if err != nil {
			return nil, Window{}, err
		}
		if row.Day < from || row.Day > to {
			continue
		}
		periods := int(row.Day-row.Origin) / int(step)
		tallies[int(row.Day-from)/weekDays].add(row, periods)
		total.add(row, periods)
	}
	for k := range tallies {
		first := from + daycast.Day(k*weekDays)
		weeks = append(weeks, Week{first.String(), min(first+weekDays-1, to).String(), tallies[k].window()})
	}
	return weeks, total.window(), nil
}
