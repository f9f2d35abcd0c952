// Package holiday brings public holidays, other observances, school-free days
// and the shop's own events as signals. Offline computes holidays by rule,
// Online asks an API for them, Merged joins such sources by place and day, and
// Events reads a file.
package holiday

// The names of the signals. All are words: the code is what the day is called.
const (
	// Public are days on which people are free: "holiday".
	Public = "holiday"
	// Observance are days that people mark and work on, such as Mother's Day.
	Observance = "observance"
	// School are days without school. Their code is always "school_free": as a
	// number they would be 1 or nothing, of which a model learns nothing.
	School = "school_free"
)

var kinds = []string{Public, Observance, School}
