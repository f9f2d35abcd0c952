package feature

import (
	"math"

	"daycast"
)

// signals are outside factors that are numbers. The panel has what was known
// of them at its origin; of one that is not known ahead a row sees nothing
// after its own origin.
func signals() []definition {
	return []definition{
		signalRow("signal:value", "the target's value", numberAhead, func(r *Reader, v *view, k int) float64 { return v.at(r.targetOf(k)) }),
		signalRow("signal:change", "the target's value less the mean of four weeks", numberAhead, func(r *Reader, v *view, k int) float64 {
			return v.at(r.targetOf(k)) - r.signalMean(v, r.want[k].T, 4)
		}),
		signalRow("signal:mean", "mean of four weeks up to the origin", numberAhead, func(r *Reader, v *view, k int) float64 {
			return r.signalMean(v, r.want[k].T, 4)
		}),
		signalRow("signal:like", "what the series sold, in its scale, on periods of 26 weeks with the target's value", numberAhead, func(r *Reader, v *view, k int) float64 {
			return r.like(v, k, 1)
		}),
		signalRow("signal:like_same", "the same, of the target's weekday alone", numberAhead, func(r *Reader, v *view, k int) float64 {
			return r.like(v, k, r.week)
		}),
		signalRow("signal:week", "mean of a week up to the origin", numberPast, func(r *Reader, v *view, k int) float64 {
			return r.signalMean(v, r.want[k].T, 1)
		}),
		signalRow("signal:month", "mean of four weeks up to the origin", numberPast, func(r *Reader, v *view, k int) float64 {
			return r.signalMean(v, r.want[k].T, 4)
		}),
		sinceSignal(),
	}
}

func (r *Reader) targetOf(k int) int { return r.want[k].T + r.want[k].H }

func signalRow(id, note string, of scope, value func(r *Reader, v *view, k int) float64) definition {
	return definition{id: id, group: Signals, note: note, of: of, each: func(r *Reader, s int, out []float32) {
		v := &r.views[s]
		for k := range out {
			out[k] = float32(value(r, v, k))
		}
	}}
}

// sinceSignal is how long before the target the signal was last above zero,
// as time since a promotion is.
func sinceSignal() definition {
	const weeks = 8
	d := signalRow("signal:since", "since it was last above 0 before the target, eight weeks at most", numberAhead, func(r *Reader, v *view, k int) float64 {
		periods := 0
		for t := r.targetOf(k) - 1; periods < weeks*r.week && !(v.at(t) > 0); t-- {
			periods++
		}
		return math.Log1p(float64(periods))
	})
	d.group = Since
	return d
}

// signalMean is that of the signal's known values in weeks up to the series'
// period t.
func (r *Reader) signalMean(v *view, t, weeks int) float64 {
	n := len(v.values)
	hi := min(max(t+1+v.shift, 0), n)
	lo := min(max(t+1-weeks*r.week+v.shift, 0), hi)
	if r.running {
		if !v.read {
			v.track.read(v.values, nil)
			v.track.beginSums()
			v.read = true
		}
		sum, known := v.track.sums(lo, hi)
		return sum / float64(known)
	}
	var sum float64
	known := 0
	for _, value := range v.values[lo:hi] {
		if value == value {
			sum += onGrid(float64(value))
			known++
		}
	}
	return sum / float64(known)
}

// view is a signal as one series sees it.
type view struct {
	values []float32 // of the series' vector; nil: none
	shift  int       // from the series' periods to the vector's
	vector int32     // which the track is of; -1: none
	track  track     // of values, for sums that run
	read   bool
	code   []float32 // panel's code -> the set's, NaN unseen
	alike  alike
}

// at is the value at the series' period t, which may lie after its last or
// before its first; NaN where it is not known.
func (v *view) at(t int) float64 {
	if t += v.shift; uint(t) < uint(len(v.values)) {
		return float64(v.values[t])
	}
	return math.NaN()
}

// look makes the view that of another series.
func (v *view) look(s *boundSignal, r *Reader) {
	v.code = s.code
	v.values = nil
	v.alike.forget()
	if s.signal == nil || s.signal.Vector[r.i] < 0 {
		v.read, v.vector = false, -1
		return
	}
	g := s.signal.Vector[r.i]
	v.read = v.read && v.vector == g
	v.vector, v.values = g, s.signal.Vectors[g]
	v.shift = floorDiv(int(r.start-s.signal.First[g]), int(s.signal.Step))
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// boundSignal is a signal of the set, bound to a panel.
type boundSignal struct {
	signal *daycast.PanelSignal // nil: the panel lacks it
	code   []float32
}

func bindSignal(want SignalColumns, p *daycast.Panel) boundSignal {
	var b boundSignal
	for k := range p.Signals {
		s := &p.Signals[k]
		if s.Name == want.Name && (s.Codes != nil) == (want.Codes != nil) && s.Step == p.Step {
			b.signal = s
		}
	}
	if b.signal == nil || want.Codes == nil {
		return b
	}
	index := map[string]int{}
	for k, c := range want.Codes {
		index[c] = k
	}
	for _, c := range b.signal.Codes {
		v := nan
		if k, ok := index[c]; ok {
			v = float32(k)
		}
		b.code = append(b.code, v)
	}
	return b
}
