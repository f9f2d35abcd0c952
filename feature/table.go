package feature

//go:generate go test -run TestPage -update .

import (
	"slices"

	"daycast"
)

// A definition is one feature. Columns, batch, live and the page of docs all
// come from the table of definitions; a saved set names its own by id.
type definition struct {
	id     string // of a feature of each series, its column's name
	group  string
	note   string
	of     scope
	levels int  // of a column of categories
	price  bool // wants a panel with prices
	// One of these gives the values: one for each origin, one for each row, or
	// one for each row of the k-th level or signal. Batch and live both call it;
	// a track tells them apart.
	origin, row func(r *Reader, out []float32)
	each        func(r *Reader, k int, out []float32)
}

// The groups, which can be left out of a set. Columns of a signal are called
// by its name.
const (
	Windows     = "windows"
	Lags        = "lags"
	SameWeekday = "same weekday"
	Since       = "time since"
	Season      = "season"
	Levels      = "levels"
	Encodings   = "encodings"
	Price       = "price"
	States      = "states"
	Signals     = "signals"
	Events      = "events"
)

// Groups are all of them.
func Groups() []string {
	return []string{Windows, Lags, SameWeekday, Since, Season, Levels, Encodings, Price, States, Signals, Events}
}

// CheckGroups refuses with code invalid names that are no group.
func CheckGroups(groups []string) error {
	for _, g := range groups {
		if !slices.Contains(Groups(), g) {
			return daycast.Errorf(daycast.Invalid, "feature group %q is not known", g).WithField("groups").WithHint("want some of %v", Groups())
		}
	}
	return nil
}

// scope is what a definition has a column for.
type scope int

const (
	oneSeries   scope = iota // the series
	fewSeries                // the series, in a shop of few
	everyLevel               // the shop and each level
	everyGroup               // each level
	fewGroups                // each level that is a category
	numberAhead              // each signal of numbers that is known ahead
	numberPast               // each that is not
	wordAhead                // each signal of words that is known ahead
)

func (s scope) ofLevels() bool  { return s == everyLevel || s == everyGroup || s == fewGroups }
func (s scope) ofSignals() bool { return s >= numberAhead }

// table is all definitions in the order of columns.
func table() []definition {
	return slices.Concat(
		windows(), since(), lags(), season(), sameWeekday(), states(), price(),
		levels(), encodings(), signals(), events(),
	)
}

// defaultFeatures are those of a set for which no groups are asked: the first
// ones. All groups are better in the mean over four data sets
// (docs/ablation.md), but from 2015-01-01 Rossmann's WAPE was 0.166 with all and
// is 0.096 with these: a Christmas seen once looks like what it is not.
func defaultFeatures() []string { return firstFeatures() }

// featuresOf are the definitions of some groups.
func featuresOf(groups []string) []string {
	var ids []string
	for _, d := range table() {
		if slices.Contains(groups, d.group) {
			ids = append(ids, d.id)
		}
	}
	return ids
}

// firstFeatures are those of sets that were saved before sets named theirs.
func firstFeatures() []string {
	return []string{
		"log_scale", "mean_1w", "mean_2w", "mean_4w", "mean_8w", "mean_13w", "mean_26w", "mean_52w",
		"deviation_4w", "max_8w", "share_sold_4w", "share_sold_13w", "since_sale", "age", "trend_4w",
		"last_1", "last_2", "last_3", "year_ago_level", "horizon", "same_1", "same_4", "same_8", "year_ago_change",
		"day_of_month", "to_month_end", "year_sin_1", "year_cos_1", "year_sin_2", "year_cos_2", "weekday", "month",
		"level:trend", "level:same", "level:year_ago_change", "level:code",
		"price_log", "price_to_mean", "price_to_max",
		"event:code", "event:next", "event:last",
		"signal:value", "signal:change", "signal:mean", "signal:like", "signal:like_same",
		"signal:week", "signal:month",
	}
}
