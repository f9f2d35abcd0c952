package tree

import (
	"math"

	"daycast"
)

// A Range is a parameter of a model and its legal values.
type Range struct {
	name            string
	value, from, to float64
}

// In says that the parameter has to be from..to.
func In(name string, value, from, to float64) Range { return Range{name, value, from, to} }

// CheckRanges refuses the first value outside its range, with code invalid and
// the parameter's name as the field.
func CheckRanges(model string, ranges ...Range) error {
	for _, r := range ranges {
		if !(r.value >= r.from && r.value <= r.to) {
			return daycast.Errorf(daycast.Invalid, "%s: %s is %g: want %g to %g", model, r.name, r.value, r.from, r.to).WithField(r.name)
		}
	}
	return nil
}

// CheckLevels refuses quantile levels that do not ascend in (0, 1), none, and
// more than a saved model can hold.
func CheckLevels(model string, levels []float64) error {
	before := 0.
	for _, level := range levels {
		if !(level > before && level < 1) {
			return daycast.Errorf(daycast.Invalid, "%s: level %g follows %g: want ascending levels above 0 and below 1", model, level, before).WithField("levels")
		}
		before = level
	}
	if len(levels) == 0 || len(levels) > math.MaxUint16 {
		return daycast.Errorf(daycast.Invalid, "%s: %d quantile levels to learn: want 1 to %d", model, len(levels), math.MaxUint16).WithField("levels")
	}
	return nil
}
