package effects

import (
	"math"

	"daycast"
)

// Design is what the regressors are, in this order: weekdays (of a daily
// panel), harmonics of the month and of the year, numeric signals, and each
// word of the signals of words: on its day and on those around it, see offsets.
type Design struct {
	Step    daycast.Step
	Monthly int // harmonics
	Yearly  int
	Signals []Signal
}

// Signal is one signal that is known ahead and that groups of series share, so
// that one series can tell what its group had.
type Signal struct {
	Name  string
	Codes []string // of a signal of words
	Mean  float64  // of a numeric one: it is centred and scaled
	Scale float64
}

const (
	// A year's harmonics want to have been seen once and a half at least:
	// before, they cannot be told from growth.
	minYears = 1.5
	// Of M5's stores by department three were better than two, four, six or ten.
	yearHarmonics = 3
	// Payday and the month's end.
	monthHarmonics = 2
	// maxSignals and maxCodes bound the regressors.
	maxSignals = 16
	maxCodes   = 60
)

// offsets are the days that a word's effect reaches, in periods: +1 is the one
// before it, on which the shop knows what comes.
var offsets = [...]int{0, 1, -1, 2, -2, 3, -3, 4}

// width is the number of regressors.
func (d *Design) width() int {
	n := d.dayWidth()
	for _, s := range d.Signals {
		n += s.width()
	}
	return n
}

func (d *Design) dayWidth() int { return d.weekdays() + 2*d.Monthly + 2*d.Yearly }

func (d *Design) weekdays() int {
	if d.Step == daycast.Daily {
		return 7
	}
	return 0
}

func (s *Signal) width() int {
	if s.Codes != nil {
		return len(offsets) * len(s.Codes)
	}
	return 1
}

// prior is the standard deviation that each effect is expected to have on the
// log scale: of the shop's effects around none, or of a group's around the
// shop's. A choice: weekdays double sales, other things move them by a third;
// groups differ by about a third of that. Fine harmonics are smaller.
func (d *Design) prior(group bool) []float64 {
	factor := 1.0
	if group {
		factor = 0.3
	}
	var sd []float64
	put := func(v float64) { sd = append(sd, v*factor) }
	for range d.weekdays() {
		put(0.7)
	}
	for k := range d.Monthly {
		put(0.1 / float64(k+1))
		put(0.1 / float64(k+1))
	}
	for k := range d.Yearly {
		put(0.3 / float64(k+1))
		put(0.3 / float64(k+1))
	}
	for _, s := range d.Signals {
		if s.Codes == nil {
			put(0.3)
			continue
		}
		for range s.Codes {
			for _, off := range offsets {
				put(0.3 / float64(1+max(off, -off)))
			}
		}
	}
	return sd
}

// day writes the regressors that a day alone decides.
func (d *Design) day(day daycast.Day, out []float64) {
	clear(out[:d.dayWidth()])
	at := d.weekdays()
	if at > 0 {
		out[day.Weekday()] = 1
	}
	t := day.Time()
	monthly := 2 * math.Pi * float64(t.Day()) / 30.44
	yearly := 2 * math.Pi * float64(t.YearDay()) / 365.25
	for k := range d.Monthly {
		out[at], out[at+1] = math.Sincos(float64(k+1) * monthly)
		at += 2
	}
	for k := range d.Yearly {
		out[at], out[at+1] = math.Sincos(float64(k+1) * yearly)
		at += 2
	}
}
