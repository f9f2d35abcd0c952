package daycast

import "math"

// A PlanKind says what a shop has planned.
type PlanKind string

// The kinds.
const (
	PlannedPromotion PlanKind = "promotion"
	PlannedPrice     PlanKind = "price"
)

// A Plan is a promotion, or a price, of the shop's calendar. It holds for the
// series that have its item, category and place; an empty one is all. A
// backtest at origin O sees only plans with KnownAt <= O.
type Plan struct {
	Kind     PlanKind
	Item     string
	Category string
	Place    string
	First    Day // of a promotion's days, or from which on the price holds
	Last     Day // of a promotion's days; a price holds until the next one
	KnownAt  Day
	Value    float32 // a promotion's discount, 0 to 1, NaN where it is not told; or the unit price
	Name     string  // a promotion's; may be empty
	Row      int64   // position in the shop's table, from 1, for messages
}

// NotPlanned is a day after all others, for what is never known ahead.
const NotPlanned Day = math.MaxInt32
