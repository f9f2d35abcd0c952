package reconcile

import (
	"context"

	"daycast"
)

// A Method makes forecasts of all nodes agree.
type Method interface {
	// Reconcile answers forecasts whose groups are the sums of their series. base
	// is not changed. The result does not depend on o.Threads. Base forecasts
	// that are not finite, and locks that cannot all be kept, are refused with
	// code invalid.
	Reconcile(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error)
}

// Options are what every method takes.
type Options struct {
	NonNegative bool // no series below zero, see daycast.Panel.NonNegative
	Locks       Locks
	Threads     int // >= 1
}

// Locks are base forecasts that stay as they are: a plan, the zero of a closed
// place. Both are row-major like Values; nil locks nothing.
type Locks struct {
	Upper  []bool // m x Horizon
	Bottom []bool // n x Horizon
}

func (l Locks) upper(k int) bool  { return l.Upper != nil && l.Upper[k] }
func (l Locks) bottom(k int) bool { return l.Bottom != nil && l.Bottom[k] }

// check refuses what no method can work with.
func (o Options) check(h *Hierarchy, base Values) error {
	if err := base.checkFinite(h); err != nil {
		return err
	}
	if l := o.Locks; l.Upper != nil && len(l.Upper) != len(base.Upper) || l.Bottom != nil && len(l.Bottom) != len(base.Bottom) {
		return daycast.Errorf(daycast.Invalid, "locks of %d groups' and %d series' cells: want %d and %d",
			len(l.Upper), len(l.Bottom), len(base.Upper), len(base.Bottom))
	}
	if o.NonNegative {
		for k, locked := range o.Locks.Bottom {
			if locked && base.Bottom[k] < 0 {
				return daycast.Errorf(daycast.Invalid, "series %s is locked at %g in column %d, and nothing may be below zero",
					h.Series[k/base.Horizon].ID(), base.Bottom[k], k%base.Horizon)
			}
		}
	}
	return nil
}

// keepsLocks is whether the sums are what locked groups were to be: to a
// millionth of what they are made of, since series are float32.
func (o Options) keepsLocks(h *Hierarchy, base, got Values) error {
	for k, locked := range o.Locks.Upper {
		if !locked {
			continue
		}
		scale := max(1, abs(base.Upper[k]))
		if abs(base.Upper[k]-got.Upper[k]) > 1e-5*scale {
			return daycast.Errorf(daycast.Invalid, "%s is locked at %g in column %d, but with the other locks its series add up to %g",
				h.Node(k/base.Horizon), base.Upper[k], k%base.Horizon, got.Upper[k]).
				WithHint("lock fewer nodes, or some that agree")
		}
	}
	return nil
}

func abs(x float64) float64 { return max(x, -x) }

// BottomUp takes the series' forecasts and adds them up. It keeps locked series,
// and locked groups where the sums are theirs.
type BottomUp struct{}

// Reconcile is Method's.
func (BottomUp) Reconcile(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error) {
	if err := o.check(h, base); err != nil {
		return Values{}, err
	}
	out := NewValues(h, base.Horizon)
	for k, y := range base.Bottom {
		if o.NonNegative {
			y = max(0, y)
		}
		out.Bottom[k] = y
	}
	h.Sum(out, o.Threads)
	return out, o.keepsLocks(h, base, out)
}
