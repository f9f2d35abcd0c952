package feature

import "math"

// likeWeeks is how far back days like the target are looked for.
const likeWeeks = 26

// alikeWithin is by how much of its value a signal may be off: prices and
// temperatures are seldom the very same.
const alikeWithin = 1e-3

// like is the mean of the series' values, in its scale, at periods up to the
// origin a whole number of times stride before the target, at which the signal
// was as it will be on the target. Batch takes sums by value of the signal where
// it has few, such as a promotion's.
func (r *Reader) like(v *view, k, stride int) float64 {
	w, want := r.want[k], v.at(r.targetOf(k))
	if want != want {
		return math.NaN()
	}
	slack := alikeWithin * math.Abs(want)
	lo, hi := max(0, w.T-likeWeeks*r.week+1), newest(w.T, w.H, stride)
	var sum float64
	var n int32
	if v.alike.ready(r, v) {
		sum, n = v.alike.sums(want, slack, lo, hi, stride)
	} else {
		for t := hi; t >= lo; t -= stride {
			if y := r.own.v[t]; y == y && math.Abs(v.at(t)-want) <= slack {
				sum += y
				n++
			}
		}
	}
	return sum / float64(n) * r.inverse[r.at[k]]
}

// alike are a series' sums by value of a signal.
type alike struct {
	made, few bool
	values    []float64
	run       [][]alikeSum // by value: over the periods before each
	place     [][]alikeSum // over each period and those whole weeks before
}

type alikeSum struct {
	sum float64
	n   int32
}

// mostAlike is how many values a signal may have for sums by value.
const mostAlike = 6

func (a *alike) forget() { a.made = false }

// ready makes the sums when they are first asked for, and reports whether
// there are any.
func (a *alike) ready(r *Reader, v *view) bool {
	if !a.made {
		a.made = true
		a.few = r.own.runs() && r.slides(likeWeeks*r.week) && a.find(r, v)
		if a.few {
			a.add(r, v)
		}
	}
	return a.few
}

// find lists the values, and reports whether they are few.
func (a *alike) find(r *Reader, v *view) bool {
	a.values = a.values[:0]
	for t := range r.own.v {
		if value := v.at(t); value == value && a.index(value) < 0 {
			if len(a.values) == mostAlike {
				return false
			}
			a.values = append(a.values, value)
		}
	}
	return true
}

func (a *alike) index(value float64) int {
	for k, have := range a.values {
		if have == value {
			return k
		}
	}
	return -1
}

func (a *alike) add(r *Reader, v *view) {
	for len(a.run) < len(a.values) {
		a.run, a.place = append(a.run, nil), append(a.place, nil)
	}
	n := len(r.own.v)
	for k, value := range a.values {
		run, place := room(&a.run[k], n+1), room(&a.place[k], n)
		run[0] = alikeSum{}
		for t, y := range r.own.v {
			var own alikeSum
			if y == y && v.at(t) == value {
				own = alikeSum{y, 1}
			}
			run[t+1] = alikeSum{run[t].sum + own.sum, run[t].n + own.n}
			if t >= r.week {
				own = alikeSum{place[t-r.week].sum + own.sum, place[t-r.week].n + own.n}
			}
			place[t] = own
		}
		a.run[k], a.place[k] = run, place
	}
}

// sums are over the periods from lo on, stride apart, of which hi is the last;
// a stride other than 1 is a week.
func (a *alike) sums(want, slack float64, lo, hi, stride int) (sum float64, n int32) {
	if hi < lo {
		return 0, 0
	}
	before := hi - (hi-lo)/stride*stride - stride // the first that is too early
	for k, value := range a.values {
		if !(math.Abs(value-want) <= slack) {
			continue
		}
		var from, to alikeSum
		if stride == 1 {
			from, to = a.run[k][lo], a.run[k][hi+1]
		} else if to = a.place[k][hi]; before >= 0 {
			from = a.place[k][before]
		}
		sum, n = sum+to.sum-from.sum, n+to.n-from.n
	}
	return sum, n
}
