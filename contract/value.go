package contract

import (
	"math"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// A Kind is what values are, all of them written as text.
type Kind string

// The kinds.
const (
	Text   Kind = "text"
	Number Kind = "number" // a point as the decimal mark, no thousands separator
	Whole  Kind = "whole"  // a number without a fraction
	Time   Kind = "time"   // 2011-12-09T12:50:00Z, or without an offset, or a day alone
	Date   Kind = "day"    // 2011-12-09
	Bool   Kind = "bool"   // true, false, yes, no, or a share from 0 to 1
)

var kindWords = map[Kind]string{
	Text: "text", Number: "a number", Whole: "a whole number", Time: "a time", Date: "a day", Bool: "true, false or a share",
}

// fits reports whether a value, which is not missing, is of a kind.
func (k Kind) fits(value string) bool {
	switch k {
	case Number:
		return !math.IsNaN(numberOf(value))
	case Whole:
		v := numberOf(value)
		return v == math.Trunc(v)
	case Time:
		_, ok := timeOf(value, time.UTC)
		return ok
	case Date:
		_, err := daycast.ParseDay(value)
		return err == nil
	case Bool:
		switch strings.ToLower(value) {
		case "true", "false", "t", "f", "yes", "no", "y", "n":
			return true
		}
		v := numberOf(value)
		return v >= 0 && v <= 1
	}
	return true
}

// numberOf is a finite number, NaN for anything else.
func numberOf(value string) float64 {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-07", "2006-01-02T15:04:05-07", "2006-01-02T15:04Z07:00",
}

// timeOf reads a time, in zone where it has no offset. A day alone is its last
// second: what is known of it may have happened as late.
func timeOf(value string, zone *time.Location) (time.Time, bool) {
	if len(value) == len(time.DateOnly) {
		t, err := time.ParseInLocation(time.DateOnly, value, zone)
		return t.Add(24*time.Hour - time.Second), err == nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, value, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
