package explore

import (
	"cmp"
	"math"
	"slices"
	"time"

	"daycast"
)

func cmpPair(a, b, x, y string) int { return cmp.Or(cmp.Compare(a, b), cmp.Compare(x, y)) }

// Week is each weekday's share of its week's total units: the mean and the
// quartiles over all weeks, Monday first, whose seven days are known and that
// sold anything on balance. A closed day's share is zero.
type Week struct {
	Names []string `json:"names"`
	Mean  []Number `json:"mean"`
	Q25   []Number `json:"q25"`
	Q75   []Number `json:"q75"`
}

func (s *shop) week(r *Report) {
	r.Week = Week{Names: []string{}, Mean: []Number{}, Q25: []Number{}, Q75: []Number{}}
	if s.panel.Step != daycast.Daily {
		r.note("There is no profile of the week: the shop's periods are weeks.")
		return
	}
	var shares [7][]float64
	for t := s.monday(); t+7 <= len(s.daily); t += 7 {
		week, ok := wholeWeek(s.daily[t : t+7])
		sum := week[0] + week[1] + week[2] + week[3] + week[4] + week[5] + week[6]
		if !ok || sum <= 0 {
			continue
		}
		for k, units := range week {
			shares[k] = append(shares[k], units/sum)
		}
	}
	if len(shares[0]) == 0 {
		r.note("There is no profile of the week: no whole week has sales.")
		return
	}
	for k, of := range shares {
		slices.Sort(of)
		var sum float64
		for _, x := range of {
			sum += x
		}
		r.Week.Names = append(r.Week.Names, time.Weekday((k+1)%7).String())
		r.Week.Mean = append(r.Week.Mean, Number(sum/float64(len(of))))
		r.Week.Q25 = append(r.Week.Q25, Number(between(of, .25)))
		r.Week.Q75 = append(r.Week.Q75, Number(between(of, .75)))
	}
}

// monday is the shop's first period that is one.
func (s *shop) monday() int { return (8 - int(s.first.Weekday())) % 7 }

// wholeWeek are the units of seven days; false where one is not known.
func wholeWeek(days []daysum) (week [7]float64, ok bool) {
	for k := range days {
		if week[k], ok = days[k].known(); !ok {
			return week, false
		}
	}
	return week, true
}

// between is the quantile q of ascending values, interpolated as pandas does.
func between(ascending []float64, q float64) float64 {
	at := q * float64(len(ascending)-1)
	lo := int(at)
	hi := min(lo+1, len(ascending)-1)
	return ascending[lo] + (at-float64(lo))*(ascending[hi]-ascending[lo])
}

// Year is an index of each calendar month's units a day, with the growth from
// year to year taken out; the mean over the months is 1.
//
//	y[t]  units a day in the shop's t-th month, of those with 20 known days or more
//	b     mean of (ln y[t+12] - ln y[t]) / 12 over all t that have both; else 0
//	s[m]  mean of ln y[t] - b t over the months t that are m
//	index exp(s[m]) / mean of exp(s)
type Year struct {
	Months []string `json:"months"`
	Mean   []Number `json:"mean"` // null: no such month
}

// fewestDays is how many days of a month have to be known: the first and the
// last are often a part of one.
const fewestDays = 20

func (s *shop) year(r *Report) {
	logs := s.monthLogs()
	var growth float64
	pairs := 0
	for t := range logs {
		if t+12 < len(logs) && logs[t] == logs[t] && logs[t+12] == logs[t+12] {
			growth += (logs[t+12] - logs[t]) / 12
			pairs++
		}
	}
	if pairs > 0 {
		growth /= float64(pairs)
	} else {
		r.note("The profile of the year holds growth too: no month was seen twice.")
	}
	var sum, count [12]float64
	first := int(s.first.Time().Month()) - 1
	for t, y := range logs {
		if y == y {
			sum[(first+t)%12] += y - growth*float64(t)
			count[(first+t)%12]++
		}
	}
	var mean, seen float64
	for m := range sum {
		if count[m] > 0 {
			sum[m] = math.Exp(sum[m] / count[m])
			mean += sum[m]
			seen++
		}
	}
	r.Year = Year{Months: make([]string, 12), Mean: make([]Number, 12)}
	for m := range sum {
		r.Year.Months[m], r.Year.Mean[m] = time.Month(m+1).String(), unknown
		if count[m] > 0 {
			r.Year.Mean[m] = Number(sum[m] * seen / mean)
		}
	}
}

// monthLogs is ln y of each month from the shop's first; NaN where too little
// is known or nothing was sold. A week is part of the month of its first day.
func (s *shop) monthLogs() []float64 {
	var logs []float64
	var units, days float64
	for t := range s.daily {
		if u, ok := s.daily[t].known(); ok {
			units += u
			days += float64(s.panel.Step)
		}
		if t+1 < len(s.daily) && month(s.day(t+1)) == month(s.day(t)) {
			continue
		}
		y := math.NaN()
		if days >= fewestDays && units > 0 {
			y = math.Log(units / days)
		}
		logs = append(logs, y)
		units, days = 0, 0
	}
	return logs
}
