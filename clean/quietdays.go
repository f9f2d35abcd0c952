package clean

// manySales is how many sales of series a weekday has to have missed, over some
// weeks together, for it to be closed: where it sells a fifth of what other days
// do, so few as count as silence come once in two thousand times.
const manySales = 60

// quietWeekdays marks the days without a sale of weekdays on which next to nothing
// was sold for half a year, or a year, around them: of a place that sells too
// little for one silent day to say anything, twenty-six of them do.
func (g *group) quietWeekdays() {
	n := len(g.sold)
	until := make([]int, n+1)
	for t, sold := range g.sold {
		until[t+1] = until[t] + sold
	}
	for w := range min(7, n) {
		of := make([]int, 0, n/7+2) // sold on the weekday until its k-th day
		of = append(of, 0)
		for t := w; t < n; t += 7 {
			of = append(of, of[len(of)-1]+g.sold[t])
		}
		for t := w; t < n; t += 7 {
			if g.sold[t] > 0 {
				continue
			}
			for _, weeks := range []int{weekdayWeeks / 2, weekdayWeeks, 2 * weekdayWeeks} {
				k := t / 7
				lo, hi := max(0, k-weeks), min(len(of)-1, k+weeks+1)
				from, to := lo*7, min(n, hi*7)
				own, days := of[hi]-of[lo], hi-lo
				others := float64(until[to]-until[from]-own) / float64(max(1, to-from-days))
				if expected := others * float64(days); expected >= manySales && float64(own) < silentShare*expected {
					g.silent[t] = true
				}
			}
		}
	}
}
