package clean

import (
	"math"
	"strconv"
	"strings"

	"daycast"
)

// longestPromotion is in days: a longer one is a slip in a year.
const longestPromotion = 731

// A Misfit says which column of a row cannot be used, and why; "" for none.
type Misfit struct{ Column, Reason string }

// ReadPlan reads a row of the shop's promotions or prices, as a map from column
// to value. What has no day of its announcement counts as known long before.
func ReadPlan(kind daycast.PlanKind, row int64, record map[string]string) (daycast.Plan, Misfit) {
	text := func(name string) string { return strings.TrimSpace(record[name]) }
	p := daycast.Plan{Kind: kind, Row: row, Item: text("item_id"), Place: text("place_id")}
	var ok bool
	if p.First, ok = ReadDay(text("starts")); !ok {
		return p, Misfit{"starts", notDay}
	}
	p.Last, p.KnownAt = p.First, p.First-lead
	if announced := text("announced"); announced != "" {
		if p.KnownAt, ok = ReadDay(announced); !ok {
			return p, Misfit{"announced", notDay}
		}
	}
	if kind == daycast.PlannedPrice {
		if p.Item == "" {
			return p, Misfit{"item_id", "missing"}
		}
		price, err := strconv.ParseFloat(text("price"), 32)
		if err != nil || !(price > 0) || math.IsInf(price, 0) {
			return p, Misfit{"price", "not a price above 0"}
		}
		p.Value = float32(price)
		return p, Misfit{}
	}
	p.Category, p.Name = text("category"), text("name")
	if p.Last, ok = ReadDay(text("ends")); !ok {
		return p, Misfit{"ends", notDay}
	}
	switch {
	case p.Last < p.First:
		return p, Misfit{"ends", "before starts"}
	case p.Last-p.First >= longestPromotion:
		return p, Misfit{"ends", "more than two years after starts"}
	}
	p.Value, ok = discountOf(text("discount"))
	if !ok {
		return p, Misfit{"discount", "not a share from 0 to 1, such as 0.2 or 20%"}
	}
	return p, Misfit{}
}

const notDay = "not a day: want YYYY-MM-DD"

// ReadDay reads an ISO 8601 day, or the day of such a time.
func ReadDay(text string) (daycast.Day, bool) {
	const digits = len("2006-01-02")
	d, err := daycast.ParseDay(text[:min(len(text), digits)])
	return d, err == nil
}

// discountOf is a share; NaN for none.
func discountOf(text string) (float32, bool) {
	if text == "" {
		return float32(math.NaN()), true
	}
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 32)
	if percent {
		v /= 100
	}
	return float32(v), err == nil && v >= 0 && v < 1
}

// A Range is what a shop's plans may name: its items, categories and places.
type Range struct{ Items, Categories, Places map[string]bool }

// NewRange is an empty one.
func NewRange() Range { return Range{map[string]bool{}, map[string]bool{}, map[string]bool{}} }

// Misfit is what of a plan the shop does not have.
func (r Range) Misfit(p daycast.Plan) Misfit {
	switch {
	case p.Item != "" && !r.Items[p.Item]:
		return Misfit{"item_id", "no such item"}
	case p.Category != "" && !r.Categories[p.Category]:
		return Misfit{"category", "no such category"}
	case p.Place != "" && !r.Places[p.Place]:
		return Misfit{"place_id", "no such place"}
	}
	return Misfit{}
}

// AddItem makes an item and its category known.
func (r Range) AddItem(it daycast.Item) {
	r.Items[it.ID] = true
	if c := it.Attributes[categoryLevel]; c != "" {
		r.Categories[c] = true
	}
}

// categoryLevel is the attribute by which items are grouped for signals and
// promotions.
const categoryLevel = "category"
