package classic

import (
	"math"

	"daycast"
)

// glmDesign makes a period's row of a regression on the calendar: 1, weekdays,
// trend, year, outside factors.
type glmDesign struct {
	season  int // weekdays; 0: none
	learnt  int // periods of the history that was learnt
	knots   int
	pairs   int // Fourier terms of the year
	factors int

	start daycast.Day
	step  daycast.Step
}

const (
	glmLayout   = 4  // numbers that say what a design has
	maxKnots    = 12 // two years of them
	glmWeeks    = 8  // between knots
	fadingSlope = .8
)

// newGLMDesign has what h's length allows.
func newGLMDesign(h *History) *glmDesign {
	n := len(h.Units)
	d := &glmDesign{learnt: n, factors: len(h.Factors), start: h.Start, step: h.Step}
	if h.Season > 1 && h.Season <= longestARMA && n >= 2*h.Season {
		d.season = h.Season
	}
	d.knots = min(maxKnots, max(0, n*int(h.Step)/(7*glmWeeks)-1))
	if n >= 2*h.Step.Year() {
		d.pairs = maxPairs
	}
	return d
}

func (d *glmDesign) numbers() []float64 {
	return []float64{float64(d.season), float64(d.learnt), float64(d.knots), float64(d.pairs)}
}

// readGLMDesign reads numbers; false where they cannot be those of a design.
func readGLMDesign(h *History, numbers []float64) (d *glmDesign, rest []float64, ok bool) {
	if len(numbers) < glmLayout {
		return nil, nil, false
	}
	const longest = 1 << 24 // that float32 counts
	for k, most := range []float64{longestARMA, longest, maxKnots, maxPairs} {
		if v := numbers[k]; !(v >= 0 && v <= most) || v != math.Trunc(v) {
			return nil, nil, false
		}
	}
	d = &glmDesign{
		season: int(numbers[0]), learnt: int(numbers[1]), knots: int(numbers[2]), pairs: int(numbers[3]),
		factors: len(h.Factors), start: h.Start, step: h.Step,
	}
	return d, numbers[glmLayout:], d.season == 0 || d.season == h.Season
}

// The columns' places.
func (d *glmDesign) trendAt() int  { return 1 + d.season }
func (d *glmDesign) yearAt() int   { return d.trendAt() + 1 + d.knots }
func (d *glmDesign) factorAt() int { return d.yearAt() + 2*d.pairs }
func (d *glmDesign) width() int    { return d.factorAt() + d.factors }

// row fills the row of period t.
func (d *glmDesign) row(out []float64, t int, factors func(c int) float64) {
	clear(out)
	out[0] = 1
	day := d.start + daycast.Day(t)*daycast.Day(d.step)
	if d.season > 0 {
		position := int(day) / max(1, int(d.step)) % d.season
		out[1+(position+d.season)%d.season] = 1
	}
	half := float64(max(1, d.step.Year())) / 2 // a trend's unit: half a year
	time := d.time(t)
	trend := out[d.trendAt():d.yearAt()]
	trend[0] = (time - float64(d.learnt)) / half
	for k := 1; k <= d.knots; k++ {
		knot := float64(k*d.learnt) / float64(d.knots+1)
		trend[k] = max(0, time-knot) / half
	}
	fourier(out[d.yearAt():d.factorAt()], day, d.pairs)
	for c := range d.factors {
		out[d.factorAt()+c] = factors(c)
	}
}

// time is t, and slows down beyond the history that was learnt.
func (d *glmDesign) time(t int) float64 {
	ahead := t - (d.learnt - 1)
	if ahead <= 0 {
		return float64(t)
	}
	w := math.Pow(fadingSlope, float64(d.step))
	return float64(d.learnt-1) + w*(1-math.Pow(w, float64(ahead)))/(1-w)
}
