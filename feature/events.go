package feature

import "math"

// eventReach is how far before and after the target a coded day is looked for,
// in periods.
const eventReach = 14

// events are signals that are words, known ahead: holidays and the like.
func events() []definition {
	return []definition{
		event("event:code", "the target's word", (*Reader).eventCode),
		event("event:next", "periods from the target to the next word, 14 at most", func(r *Reader, v *view, k int) float64 {
			n := 0
			for t := r.targetOf(k); n < eventReach && !(v.at(t+n) >= 0); {
				n++
			}
			return float64(n)
		}),
		event("event:last", "periods from the last word to the target, 14 at most", func(r *Reader, v *view, k int) float64 {
			n := 0
			for t := r.targetOf(k); n < eventReach && !(v.at(t-n) >= 0); {
				n++
			}
			return float64(n)
		}),
	}
}

func (r *Reader) eventCode(v *view, k int) float64 {
	if c := v.at(r.targetOf(k)); c >= 0 {
		return float64(v.code[int(c)])
	}
	return math.NaN()
}

func event(id, note string, value func(r *Reader, v *view, k int) float64) definition {
	d := signalRow(id, note, wordAhead, value)
	d.group = Events
	return d
}
