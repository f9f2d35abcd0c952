package clean

// manySales is how many sales of series a weekday has to have missed, over some
// weeks together, for it to be closed: where it sells a fifth of what other days
// do, so few as count as silence come once in two thousand times.
const manySales = 60

// quietWeekdays marks the days without a sale of weekdays on which next to nothing
// was sold for half a year, or a year, around them: of a place that sells too
// little for one silent day to say anything, twenty-six of them do.
func (g *group) quietWeekdays() {
	sums := sumWeekdays(g.sold)
	for t, sold := range g.sold {
		if sold == 0 && sums.quiet(t) {
			g.silent[t] = true
		}
	}
}

// weekdaySums is what was sold before each day, and before each day's like of its
// own weekday.
type weekdaySums struct {
	all []int
	of  [7][]int // the k-th: before the k-th such day
}

func sumWeekdays(sold []int) weekdaySums {
	s := weekdaySums{all: make([]int, 1, len(sold)+1)}
	for w := range s.of {
		s.of[w] = make([]int, 1, len(sold)/7+2)
	}
	for t, n := range sold {
		of := &s.of[t%7]
		s.all = append(s.all, s.all[t]+n)
		*of = append(*of, (*of)[t/7]+n)
	}
	return s
}

// quiet reports whether the weekday of day t is silent around it.
func (s weekdaySums) quiet(t int) bool {
	of, k := s.of[t%7], t/7
	for _, weeks := range [...]int{weekdayWeeks / 2, weekdayWeeks, 2 * weekdayWeeks} {
		lo, hi := max(0, k-weeks), min(len(of)-1, k+weeks+1)
		from, to := lo*7, min(len(s.all)-1, hi*7)
		own, days := of[hi]-of[lo], hi-lo
		others := float64(s.all[to]-s.all[from]-own) / float64(max(1, to-from-days))
		if expected := others * float64(days); expected >= manySales && float64(own) < silentShare*expected {
			return true
		}
	}
	return false
}
