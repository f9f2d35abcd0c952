// Package evaluate says how good models are: metrics, rolling origins,
// backtests, selection and search. It computes nothing that answering a
// forecast needs.
package evaluate

import (
	"iter"

	"daycast"
)

// RollingOrigin walks back from the last day in steps, one window each:
//
//	|--------- train ---------|-- H --| E |                            window 2
//	|----------------- train -------------|-- H --| E |                window 1
//	|------------------------- train -------------------------|-- H --| window 0
//	first                                                origin        last
//
// A model sees nothing after its window's origin. E is an embargo, which keeps the
// days of one window away from the origin of the next.
type RollingOrigin struct {
	Period  daycast.Step // the panel's
	Horizon int          // periods in a test window, >= 1
	Step    int          // periods between origins, >= 1; Horizon gives windows that do not overlap, more an embargo
	Windows int          // how many, >= 1
}

// Origins yields the last training day of each window, newest first, and stops
// early where fewer than minTrain periods would be left to train on.
func (r RollingOrigin) Origins(first, last daycast.Day, minTrain int) iter.Seq[daycast.Day] {
	return func(yield func(daycast.Day) bool) {
		period := daycast.Day(r.Period)
		origin := last - daycast.Day(r.Horizon)*period
		for range r.Windows {
			if origin < first || int((origin-first)/period)+1 < minTrain || !yield(origin) {
				return
			}
			origin -= daycast.Day(r.Step) * period
		}
	}
}
