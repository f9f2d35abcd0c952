package explore

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat"

	"daycast"
)

// Correlation of each two variables over the series-days that are evidence,
// or over a seeded sample of them in a large shop, leaving out days on which
// one of the two is not known. Variables that never change are left out.
type Correlation struct {
	Names    []string   `json:"names"`
	Pearson  [][]Number `json:"pearson"`  // straight lines
	Spearman [][]Number `json:"spearman"` // Pearson of the ranks, ties at their mean: whatever rises together
	Pairs    int        `json:"pairs"`    // series-days
}

const (
	// Twelve variables of so many float64s take 19 MB. On Online Retail the
	// ranks' correlations are then off by 0.007 at most, Pearson's, which a few
	// bulk orders decide, by up to 0.04 (bench/explore).
	sampleDays    = 200_000
	mostVariables = 12
)

// A variable is what one series-day says; NaN where it is not known.
type variable struct {
	name string
	at   func(i, t int) float64
}

func (s *shop) correlation(r *Report) {
	days, of := s.sample(sampleDays)
	if len(days) < of {
		r.note(fmt.Sprintf("Correlations are over %d series-days, drawn at random from %d.", len(days), of))
	}
	out := Correlation{Names: []string{}, Pearson: [][]Number{}, Spearman: [][]Number{}, Pairs: len(days)}
	var columns [][]float64
	var constant []string
	for _, v := range s.variables() {
		if len(columns) == mostVariables {
			break
		}
		column := make([]float64, len(days))
		for k, d := range days {
			column[k] = v.at(d.series, d.period)
		}
		if varies(column) {
			columns, out.Names = append(columns, column), append(out.Names, v.name)
		} else {
			constant = append(constant, v.name)
		}
	}
	if len(constant) > 0 {
		r.note("Correlations leave out what never changes or is not known: " + strings.Join(constant, ", ") + ".")
	}
	out.Pearson = matrix(columns, nil)
	out.Spearman = matrix(columns, ranks)
	r.Correlation = out
}

// variables are the most telling ones first: the last are cut.
func (s *shop) variables() []variable {
	p := s.panel
	all := []variable{
		{"units", func(i, t int) float64 { return float64(p.UnitsOf(i)[t]) }},
		{"price / own median", s.relativePrice()},
	}
	if v := s.own["promotion"]; v != nil {
		all = append(all, s.signal("promotion", v))
	}
	all = append(all, variable{"stock-out", func(i, t int) float64 { return flag(p.StateOf(i)[t] == daycast.StockOut) }})
	if p.Step == daycast.Daily {
		all = append(all, variable{"weekend", func(i, t int) float64 {
			w := s.dayOf(i, t).Weekday()
			return flag(w == time.Saturday || w == time.Sunday)
		}})
	}
	if v := s.own["holiday"]; v != nil && v.Codes != nil {
		all = append(all, variable{"holiday", func(i, t int) float64 {
			code := v.At(i, s.dayOf(i, t))
			return flag(known(code) && isHoliday(v.Codes[int(code)]))
		}})
	}
	all = append(all, variable{"days since launch", func(i, t int) float64 { return float64(t) * float64(p.Step) }})
	if v := s.own["buyers"]; v != nil {
		all = append(all, s.signal("buyers", v))
	}
	for k := range p.Signals {
		v := &p.Signals[k]
		if v.Codes == nil && v.Name != "promotion" && v.Name != "buyers" {
			all = append(all, s.signal(v.Name, v))
		}
	}
	return all
}

func (s *shop) signal(name string, v *daycast.PanelSignal) variable {
	return variable{name, func(i, t int) float64 { return float64(v.At(i, s.dayOf(i, t))) }}
}

// relativePrice is the price by that of the series' median day in stock.
func (s *shop) relativePrice() func(i, t int) float64 {
	medians := make([]float64, len(s.panel.Series))
	for i := range medians {
		medians[i] = s.ladderOf(i).median()
	}
	return func(i, t int) float64 { return float64(s.panel.PriceOf(i)[t]) / medians[i] }
}

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// A seriesDay is one of the panel's.
type seriesDay struct{ series, period int }

// sample draws at most so many of the days that are evidence, each as likely,
// in the panel's order; of is how many there are. Knuth, "Seminumerical
// Algorithms", 3.4.2, algorithm S.
func (s *shop) sample(most int) (days []seriesDay, of int) {
	for _, state := range s.panel.State {
		if state.Evidence() {
			of++
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	left := of
	for i := range s.panel.Series {
		for t, state := range s.panel.StateOf(i) {
			if !state.Evidence() {
				continue
			}
			if wanted := min(most, of) - len(days); wanted == left || random.IntN(left) < wanted {
				days = append(days, seriesDay{i, t})
			}
			left--
		}
	}
	return days, of
}

// varies reports whether two known values differ.
func varies(column []float64) bool {
	first := math.NaN()
	for _, v := range column {
		if first != first {
			first = v
		}
		if v == v && v != first {
			return true
		}
	}
	return false
}

// matrix correlates each two columns, after a transformation of the days that
// both know, if there is one.
func matrix(columns [][]float64, transform func([]float64) []float64) [][]Number {
	whole := make([][]float64, len(columns)) // the transformed columns that know all days
	for k, column := range columns {
		if transform != nil && !slices.ContainsFunc(column, math.IsNaN) {
			whole[k] = transform(column)
		} else if !slices.ContainsFunc(column, math.IsNaN) {
			whole[k] = column
		}
	}
	out := make([][]Number, len(columns))
	for a := range out {
		out[a] = make([]Number, len(columns))
		out[a][a] = 1
		for b := range a {
			x, y := whole[a], whole[b]
			if x == nil || y == nil {
				x, y = together(columns[a], columns[b])
				if transform != nil {
					x, y = transform(x), transform(y)
				}
			}
			out[a][b] = pearson(x, y)
			out[b][a] = out[a][b]
		}
	}
	return out
}

// pearson is unknown where one of the two does not vary. What rounding makes
// of a variance of zero is none.
func pearson(x, y []float64) Number {
	if !varies(x) || !varies(y) {
		return unknown
	}
	return Number(max(-1, min(1, stat.Correlation(x, y, nil))))
}

// together are the values of the days that both columns know.
func together(a, b []float64) (x, y []float64) {
	for k := range a {
		if a[k] == a[k] && b[k] == b[k] {
			x, y = append(x, a[k]), append(y, b[k])
		}
	}
	return x, y
}

// ranks are those of the values, from 1; ties share their mean rank.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			hi++
		}
		for k := lo; k < hi; k++ {
			out[order[k]] = float64(lo+hi+1) / 2
		}
		lo = hi
	}
	return out
}
