// Package explore computes the figures of the exploration report: what a shop
// sold, why its days are what they are, and what goes with its sales. It
// learns no model. The panel is in memory, so that each figure walks it for
// itself, series by series in order, and no result depends on threads.
package explore

import (
	"math"
	"strconv"
	"time"

	"daycast"
)

// A Report is every figure, as `daycast explore --json` prints it and the page
// draws it. Slices of a figure are parallel. Days are "2011-12-09", months
// "2011-12". In a weekly shop "days" are weeks, named by their first day.
type Report struct {
	Shop          string        `json:"shop"`
	Currency      string        `json:"currency"`
	Run           string        `json:"run"`
	Created       time.Time     `json:"created"`
	Origin        string        `json:"origin"`
	Step          string        `json:"step"`   // day or week
	Sample        *Sample       `json:"sample"` // null: the figures are of all series
	Series        Series        `json:"series"`
	States        []StateDays   `json:"states"`
	StatesByMonth StatesByMonth `json:"statesByMonth"`
	Cleaning      Cleaning      `json:"cleaning"`
	Total         Total         `json:"total"`
	Week          Week          `json:"week"`
	Year          Year          `json:"year"`
	Units         Histogram     `json:"units"`
	Price         Histogram     `json:"price"`
	Concentration Concentration `json:"concentration"`
	Correlation   Correlation   `json:"correlation"`
	PriceResponse PriceResponse `json:"priceResponse"`
	Promotion     Promotion     `json:"promotion"`
	Trend         []Trend       `json:"trend"`
	Top           []TopSeries   `json:"top"`
	Model         *Model        `json:"model"`
	Errors        *Errors       `json:"errors"`
	Notes         []string      `json:"notes"` // what is missing and why
}

// A Number is a float64 that is null in JSON where it is not known. Nine
// digits are more than any page shows, and half the bytes of all of them.
type Number float64

var unknown = Number(math.NaN())

// MarshalJSON writes the number or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 9, 64), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = unknown
		return nil
	}
	v, err := strconv.ParseFloat(string(text), 64)
	*n = Number(v)
	return err
}

// ratio is a/b, unknown where b is not above zero.
func ratio(a, b float64) Number {
	if !(b > 0) {
		return unknown
	}
	return Number(a / b)
}

// step is the word for a panel's period.
func step(s daycast.Step) string {
	if s == daycast.Weekly {
		return "week"
	}
	return "day"
}

// month is the one that holds the day, as "2011-12".
func month(d daycast.Day) string { return d.Time().Format("2006-01") }
