package feature

import (
	"math"

	"daycast"
)

// A Want is a row to be: the H-th period (from 1) after the origin that is the
// series' T-th (from 0).
type Want struct{ T, H int }

// A Reader makes the rows of one series after another, column by column:
//
//	r.Open(i, want)        takes a series and its rows
//	r.Scale(k)             tells the scale of each
//	r.Fill(frame, from)    writes them from a row of the frame on
//
// Each goroutine has its own.
type Reader struct {
	b            *Bound
	running      bool // the twin: batch
	season, week int  // periods

	i       int
	start   daycast.Day // of the series
	period  int         // its first, counted from 1970
	want    []Want
	origins []int   // the different ones of want, ascending
	at      []int32 // by row: its origin's place among them
	scale   []float64
	inverse []float64
	state   []daycast.DayState
	prices  []float32

	own, price track
	views      []view
	groups     []ownGroup    // by level: of the last series, where a level has too many to keep
	counts     []stateCounts // see stateCounts
	target     []float64     // by row: its price
	dateRows   []*calendarDay
	calendar   []*calendarDay // by day from the first one of the panel

	// Scratch.
	values                       []float32
	first, second, third, window []float64
	seen                         []counted
	tally                        tally
}

// Open takes rows of series i, ordered by T. The slice is read until the next
// Open.
func (r *Reader) Open(i int, want []Want) {
	p := r.b.p
	r.i, r.want, r.start = i, want, p.Start[i]
	r.period = floorDiv(int(r.start), int(p.Step))
	r.find()
	n := 0
	if len(want) > 0 {
		n = want[len(want)-1].T + 1
	}
	r.state = p.StateOf(i)[:n]
	r.own.read(p.TrainOf(i)[:n], r.state)
	r.price.read(nil, nil)
	if r.b.prices {
		r.prices = p.PriceOf(i)
		r.price.read(r.prices[:n], nil)
	}
	if r.running {
		r.own.begin()
		if r.b.places {
			r.own.beginPlaces(r.season)
		}
		r.price.beginSums()
	}
	for k := range r.views {
		r.views[k].look(&r.b.signals[k], r)
	}
	r.measure()
	r.forget()
}

// find fills in origins and at.
func (r *Reader) find() {
	r.origins, r.at = r.origins[:0], r.at[:0]
	for k, w := range r.want {
		if k == 0 || w.T != r.want[k-1].T {
			r.origins = append(r.origins, w.T)
		}
		r.at = append(r.at, int32(len(r.origins)-1))
	}
}

// forget empties what is made when it is first asked for.
func (r *Reader) forget() {
	r.counts, r.target, r.dateRows = r.counts[:0], r.target[:0], r.dateRows[:0]
}

// measure fills in the scales.
func (r *Reader) measure() {
	r.scale, r.inverse = r.scale[:0], r.inverse[:0]
	for _, t := range r.origins {
		s := r.scaleAt(t)
		r.scale, r.inverse = append(r.scale, s), append(r.inverse, 1/s)
	}
}

// scaleAt blends a week, four weeks and a quarter, so that the scale follows a
// series without jumping with it. It never falls below a fiftieth of a usual
// sale, so that ratios stay finite for a series that sleeps.
func (r *Reader) scaleAt(t int) float64 {
	var sum, weight float64
	for _, of := range [...]struct {
		weeks int
		share float64
	}{{1, 0.2}, {4, 0.5}, {13, 0.3}} {
		if total, n := r.own.sums(t+1-of.weeks*r.week, t+1); n > 0 {
			sum += of.share * math.Abs(total/float64(n))
			weight += of.share
		}
	}
	scale := 0.0
	if weight > 0 {
		scale = sum / weight
	}
	sales, n := r.own.positives(t+1-52*r.week, t+1)
	return max(scale, sales/float64(max(n, 1))/50, noScale)
}

// noScale is the scale of a series without sales: any number above zero that
// makes its forecasts nothing.
const noScale = 1e-6

// Scale is the level by which the units of row k are divided, in units a
// period, > 0.
func (r *Reader) Scale(k int) float64 { return r.scale[r.at[k]] }

// KeepSold leaves out the rows whose scale is not that of sales, and returns
// the others: the ratio of later units to that of a series without any in the
// last year means nothing. It moves the rows within the slice given to Open.
func (r *Reader) KeepSold() []Want {
	kept := r.want[:0]
	for k, w := range r.want {
		if r.Scale(k) > noScale {
			kept = append(kept, w)
		}
	}
	if len(kept) < len(r.want) {
		r.want = kept
		r.find()
		r.measure()
		r.forget()
	}
	return r.want
}

// Fill writes the rows into those of f from one on, in the order of Open.
func (r *Reader) Fill(f *Frame, from int) {
	if len(r.want) == 0 {
		return
	}
	values := room(&r.values, len(r.origins))
	for c := range r.b.uses {
		u := &r.b.uses[c]
		out := f.Data[c][from : from+len(r.want)]
		switch {
		case u.origin != nil && len(r.origins) == len(r.want):
			u.origin(r, out)
		case u.origin != nil:
			u.origin(r, values)
			for k, at := range r.at {
				out[k] = values[at]
			}
		case u.row != nil:
			u.row(r, out)
		default:
			u.each(r, u.k, out)
		}
	}
}

// slides reports whether sliding a window over the whole series costs less
// than walking over cost periods for each origin; the result is the same.
func (r *Reader) slides(cost int) bool { return r.running && len(r.origins)*cost > 4*len(r.own.v) }

// day is the first one of the series' period t.
func (r *Reader) day(t int) daycast.Day { return r.start + daycast.Day(t)*daycast.Day(r.b.p.Step) }

// dates are the calendar's of the targets.
func (r *Reader) dates() []*calendarDay {
	if len(r.dateRows) > 0 {
		return r.dateRows
	}
	for _, w := range r.want {
		day := r.day(w.T + w.H)
		at := int(day - r.b.first)
		for len(r.calendar) <= at {
			r.calendar = append(r.calendar, nil)
		}
		if r.calendar[at] == nil {
			d := dateOf(day)
			r.calendar[at] = &d
		}
		r.dateRows = append(r.dateRows, r.calendar[at])
	}
	return r.dateRows
}
