package feature

import (
	"math"

	"daycast"
)

// likeNames are the features of the day to forecast: how far it is, and what
// its like sold; dateNames, where it lies.
var likeNames = []string{"horizon", "same_1", "same_4", "same_8", "year_ago_change"}

var dateNames = []string{
	"day_of_month", "to_month_end", "year_sin_1", "year_cos_1", "year_sin_2", "year_cos_2",
}

// target writes likeNames and dateNames, then weekday and month.
func (b *Bound) target(w *Past, h int, out *writer) {
	day := w.origin + daycast.Day(h)*daycast.Day(b.p.Step)
	out.put(float64(h))
	w.same(h, b.p.Step.Season(), out)
	out.put(w.yearAgo(h, seasonOf(b.p.Step)))
	t := day.Time()
	out.put(float64(t.Day()))
	out.put(float64(t.AddDate(0, 1, -t.Day()).Day() - t.Day()))
	angle := 2 * math.Pi * float64(t.YearDay()) / 365.25
	out.put(math.Sin(angle))
	out.put(math.Cos(angle))
	out.put(math.Sin(2 * angle))
	out.put(math.Cos(2 * angle))
	out.put(float64(day.Weekday()))
	out.put(float64(t.Month() - 1))
}

// same writes the last value, and the means of the last four and eight values,
// of the target's place in the season.
func (w *Past) same(h, season int, out *writer) {
	back := season - (h-1)%season - 1 // periods from the origin back to the newest one
	last, four, eight := math.NaN(), math.NaN(), math.NaN()
	var sum float64
	n, steps := 0, 0
	for k := w.t - back; k >= 0 && steps < 8; k -= season {
		steps++
		if w.state[k].Evidence() {
			v := float64(w.train[k])
			if n == 0 {
				last = v
			}
			sum += v
			n++
		}
		if n > 0 {
			eight = sum / float64(n)
			if steps <= 4 {
				four = eight
			}
		}
	}
	out.put(last / w.scale)
	out.put(four / w.scale)
	out.put(eight / w.scale)
}

// yearAgo is how the week around the same day of last year compared to the
// four weeks up to the origin of last year.
func (w *Past) yearAgo(h, season int) float64 {
	at := w.t + h - 52*season
	half := season / 2
	level := w.mean(w.t-52*season-4*season+1, w.t-52*season+1)
	return ratio(w.mean(at-half, at+half+1), level)
}

// ratio is a/b kept in a range where trees and lines can use it.
func ratio(a, b float64) float64 {
	const most = 10
	if !(b > 0) || a != a {
		return math.NaN()
	}
	return min(a/b, most)
}

// seasonNames are the features of a level's totals.
func seasonNames(level string) []string {
	return []string{level + "_trend", level + "_same", level + "_year_ago_change"}
}

// season writes, for the shop and each level, how its total has moved, what
// the target's weekday is to it, and what the year ago did; then the group.
func (b *Bound) season(w *Past, h int, out *writer) {
	b.totals(w, h, first(b.shop), out)
	for k := range b.levels {
		l := &b.levels[k]
		group := int32(-1)
		if l.level != nil {
			group = l.level.Of[w.i]
		}
		var mean []float32
		if group >= 0 && l.mean != nil {
			mean = l.mean[group]
		}
		b.totals(w, h, mean, out)
		if !l.few {
			continue
		}
		code := int32(-1)
		if group >= 0 {
			if c, ok := l.code[l.level.Names[group]]; ok {
				code = c
			}
		}
		if code < 0 {
			out.put32(nan)
		} else {
			out.put32(float32(code))
		}
	}
}

func first(v [][]float32) []float32 {
	if len(v) == 0 {
		return nil
	}
	return v[0]
}

func (b *Bound) totals(w *Past, h int, mean []float32, out *writer) {
	if mean == nil {
		out.put32(nan)
		out.put32(nan)
		out.put32(nan)
		return
	}
	unit, season := seasonOf(b.p.Step), b.p.Step.Season()
	t := int(w.origin-b.p.Totals.First) / int(b.p.Step)
	four := meanOf(mean, t-4*unit+1, t+1, t)
	out.put(ratio(meanOf(mean, t-unit+1, t+1, t), four))
	back := season - (h-1)%season - 1
	var sum float64
	n := 0
	for k, steps := t-back, 0; k >= 0 && steps < 8; k, steps = k-season, steps+1 {
		if v := mean[k]; v == v {
			sum += float64(v)
			n++
		}
	}
	out.put(ratio(sum/float64(n), meanOf(mean, t-8*unit+1, t+1, t)))
	at := t + h - 52*unit
	out.put(ratio(meanOf(mean, at-unit/2, at+unit/2+1, t), meanOf(mean, t-56*unit+1, t-52*unit+1, t)))
}

// meanOf is that of the known values at [lo, hi), never past the origin t; NaN
// where the range begins before the shop.
func meanOf(v []float32, lo, hi, t int) float64 {
	if lo < 0 {
		return math.NaN()
	}
	var sum float64
	n := 0
	for k := lo; k < min(hi, t+1, len(v)); k++ {
		if v[k] == v[k] {
			sum += float64(v[k])
			n++
		}
	}
	return sum / float64(n)
}
