package feature

import (
	"math"

	"daycast"
)

// season is where the target lies in time: how far ahead, on which date, and
// what a year ago did there.
func season() []definition {
	return []definition{
		{
			id: "year_ago_level", group: Season, note: "mean of the four weeks up to a year before the origin",
			origin: func(r *Reader, out []float32) {
				for k, t := range r.origins {
					out[k] = float32(r.yearAgoLevel(t) * r.inverse[k])
				}
			},
		},
		{
			id: "year_ago_change", group: Season, note: "the week around the target's day of last year to the four weeks up to last year's origin",
			row: func(r *Reader, out []float32) {
				half := r.week / 2
				for k, w := range r.want {
					at := w.T + w.H - 52*r.week
					out[k] = float32(ratio(r.own.mean(at-half, at+half+1, w.T), r.yearAgoLevel(w.T)))
				}
			},
		},
		{id: "horizon", group: Season, note: "periods from the origin to the target", row: func(r *Reader, out []float32) {
			for k, w := range r.want {
				out[k] = float32(float64(w.H))
			}
		}},
		date("day_of_month", "1 to 31", func(d *calendarDay) float64 { return d.dayOfMonth }),
		date("to_month_end", "days to the month's last", func(d *calendarDay) float64 { return d.toMonthEnd }),
		date("year_sin_1", "the year's wave", func(d *calendarDay) float64 { return d.wave[0] }),
		date("year_cos_1", "the year's wave", func(d *calendarDay) float64 { return d.wave[1] }),
		date("year_sin_2", "the half year's wave", func(d *calendarDay) float64 { return d.wave[2] }),
		date("year_cos_2", "the half year's wave", func(d *calendarDay) float64 { return d.wave[3] }),
		category(date("weekday", "0 is Sunday", func(d *calendarDay) float64 { return d.weekday }), 7),
		category(date("month", "0 is January", func(d *calendarDay) float64 { return d.month }), 12),
	}
}

func (r *Reader) yearAgoLevel(t int) float64 {
	return r.own.mean(t-56*r.week+1, t-52*r.week+1, t)
}

// ratio is a/b kept in a range where trees and lines can use it.
func ratio(a, b float64) float64 {
	const most = 10
	if !(b > 0) || a != a {
		return math.NaN()
	}
	return min(a/b, most)
}

// calendarDay is what the calendar says of a day.
type calendarDay struct {
	dayOfMonth, toMonthEnd, weekday, month float64
	wave                                   [4]float64
}

func dateOf(day daycast.Day) calendarDay {
	t := day.Time()
	angle := 2 * math.Pi * float64(t.YearDay()) / 365.25
	return calendarDay{
		dayOfMonth: float64(t.Day()), toMonthEnd: float64(t.AddDate(0, 1, -t.Day()).Day() - t.Day()),
		weekday: float64(day.Weekday()), month: float64(t.Month() - 1),
		wave: [4]float64{math.Sin(angle), math.Cos(angle), math.Sin(2 * angle), math.Cos(2 * angle)},
	}
}

func date(id, note string, of func(*calendarDay) float64) definition {
	return definition{id: id, group: Season, note: "of the target's first day: " + note, row: func(r *Reader, out []float32) {
		for k, d := range r.dates() {
			out[k] = float32(of(d))
		}
	}}
}

func category(d definition, levels int) definition {
	d.levels = levels
	return d
}
