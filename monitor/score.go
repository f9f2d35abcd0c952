// Package monitor says how the system does once it runs: how forecasts did when
// their days came, and whether data, runs, models and serving are in order.
package monitor

import (
	"cmp"
	"iter"
	"slices"

	"daycast"
	"daycast/evaluate"
	"daycast/warehouse"
)

// categoryLevel is the level by which scores are told apart.
const categoryLevel = "category"

// Score adds up how forecasts did by day, origin and category, in that order,
// against what the final panel says was sold. It follows the rules of a
// backtest: evaluate.Actual says what is scored, and a series counts at an
// origin where it sold in the evaluate.OnSaleDays up to it.
//
// due is in the order of ForecastTable.Due, by series first. A mean that is no
// number is not scored, and an interval without both bounds not counted.
func Score(p *daycast.Panel, due iter.Seq2[warehouse.ForecastRow, error]) ([]warehouse.ScoreRow, error) {
	s := scorer{panel: p, sums: map[cell]*warehouse.ScoreRow{}}
	if k := slices.IndexFunc(p.Levels, func(l daycast.Level) bool { return l.Name == categoryLevel }); k >= 0 {
		s.level = &p.Levels[k]
	}
	s.open(0)
	for row, err := range due {
		if err != nil {
			return nil, err
		}
		if s.seek(row.Series) && s.onSale(row.Origin) {
			s.add(row)
		}
	}
	return s.rows(), nil
}

// scorer walks the panel beside the forecasts.
type scorer struct {
	panel *daycast.Panel
	level *daycast.Level // nil where items have no category
	sums  map[cell]*warehouse.ScoreRow

	at       int   // the series in hand
	lastSold []int // by its periods: the newest period up to it with units; far back for none
}

// cell is what a sum is of: an index into the level's names is faster to find
// than the name.
type cell struct {
	origin, day daycast.Day
	category    int32
}

// seek goes on to a series and reports whether the panel has it.
func (s *scorer) seek(series daycast.Series) bool {
	at := s.at
	for at < len(s.panel.Series) && s.panel.Series[at].Less(series) {
		at++
	}
	if at != s.at {
		s.open(at)
	}
	return at < len(s.panel.Series) && s.panel.Series[at] == series
}

// open takes a series in hand.
func (s *scorer) open(at int) {
	s.at, s.lastSold = at, s.lastSold[:0]
	if at >= len(s.panel.Series) {
		return
	}
	last := -evaluate.OnSaleDays
	for t, units := range s.panel.UnitsOf(at) {
		if units != 0 {
			last = t
		}
		s.lastSold = append(s.lastSold, last)
	}
}

// onSale reports whether the series in hand sold in the days up to an origin.
// An origin on which no period begins is of forecasts for other periods, made
// before the config's step changed.
func (s *scorer) onSale(origin daycast.Day) bool {
	days, step := int(origin-s.panel.Start[s.at]), int(s.panel.Step)
	t := days / step
	return days >= 0 && days%step == 0 && t < len(s.lastSold) && t-s.lastSold[t] < evaluate.OnSaleDays/step
}

// add scores one forecast of the series in hand.
func (s *scorer) add(row warehouse.ForecastRow) {
	units, open := evaluate.Actual(s.panel, s.at, row.Day)
	y, f := float64(units), float64(row.Mean)
	if y != y || f-f != 0 { // f is NaN or infinite
		return
	}
	key := cell{origin: row.Origin, day: row.Day, category: -1}
	if s.level != nil {
		key.category = s.level.Of[s.at]
	}
	sum := s.sums[key]
	if sum == nil {
		sum = &warehouse.ScoreRow{Origin: row.Origin, Day: row.Day}
		if key.category >= 0 {
			sum.Category = s.level.Names[key.category]
		}
		s.sums[key] = sum
	}
	sum.Pairs++
	sum.Absolute += max(y-f, f-y)
	sum.Squared += (y - f) * (y - f)
	sum.Signed += f - y
	sum.Sold += max(y, -y)
	if !open || row.Q10 != row.Q10 || row.Q90 != row.Q90 {
		return
	}
	sum.Open++
	if row.Q10 <= units && units <= row.Q90 {
		sum.Inside++
	}
}

func (s *scorer) rows() []warehouse.ScoreRow {
	rows := make([]warehouse.ScoreRow, 0, len(s.sums))
	for _, sum := range s.sums {
		rows = append(rows, *sum)
	}
	slices.SortFunc(rows, compare)
	return rows
}

// Add is the scores of two parts of a shop together, by day, origin and
// category. It may use the memory of either.
func Add(a, b []warehouse.ScoreRow) []warehouse.ScoreRow {
	if len(a) == 0 {
		return b
	}
	at := map[warehouse.ScoreRow]int{}
	for k, row := range a {
		at[blank(row)] = k
	}
	for _, row := range b {
		if k, ok := at[blank(row)]; ok {
			a[k].Add(row)
		} else {
			a = append(a, row)
		}
	}
	slices.SortFunc(a, compare)
	return a
}

// compare orders scores as their table does.
func compare(a, b warehouse.ScoreRow) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Category, b.Category))
}

// Changed gives the scores that are new or differ from the newest ones known,
// by day, origin and category. A category that is known of an origin's day and
// is no more among its scores, because its items moved, comes back as a row of
// zeros: the day is then not counted twice.
func Changed(scored []warehouse.ScoreRow, known iter.Seq2[warehouse.ScoreRow, error]) ([]warehouse.ScoreRow, error) {
	type window struct{ origin, day daycast.Day }
	again := map[window]bool{}
	for _, row := range scored {
		again[window{row.Origin, row.Day}] = true
	}
	newest := map[warehouse.ScoreRow]warehouse.ScoreRow{} // by what it is of
	for row, err := range known {
		if err != nil {
			return nil, err
		}
		if again[window{row.Origin, row.Day}] {
			newest[blank(row)] = row
		}
	}
	var out []warehouse.ScoreRow
	for _, row := range scored {
		if old, ok := newest[blank(row)]; !ok || old != row {
			out = append(out, row)
		}
		delete(newest, blank(row))
	}
	for key, row := range newest {
		if row != key {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, compare)
	return out, nil
}

// blank is a score of the same origin, day and category that adds nothing.
func blank(row warehouse.ScoreRow) warehouse.ScoreRow {
	return warehouse.ScoreRow{Origin: row.Origin, Day: row.Day, Category: row.Category}
}
