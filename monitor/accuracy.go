package monitor

import (
	"cmp"
	"encoding/json"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"daycast"
	"daycast/warehouse"
)

// Figures are how forecasts did over some pairs of a forecast f and what was
// sold, y. NaN, and null in JSON, is a figure of nothing.
type Figures struct {
	WAPE     float64 // sum |y-f| / sum |y|; a share
	RMSE     float64 // sqrt(sum (y-f)^2 / pairs); units
	MAE      float64 // sum |y-f| / pairs; units
	Bias     float64 // sum (f-y) / sum |y|; a share, above zero: forecasts too high
	Coverage float64 // share of y from q10 to q90, where the place traded; 0.8 is right, more where few pieces are sold
	Pairs    int64
}

// MarshalJSON writes null for what is not known.
func (f Figures) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"wape": known(f.WAPE), "rmse": known(f.RMSE), "mae": known(f.MAE),
		"bias": known(f.Bias), "coverage": known(f.Coverage), "pairs": f.Pairs,
	})
}

// known is v, or nil where that is no number.
func known(v float64) *float64 {
	if v-v != 0 {
		return nil
	}
	return &v
}

// A Group is the figures of some of the forecasts.
type Group struct {
	Name    string  `json:"name"`
	Figures Figures `json:"figures"`
}

// A Window is the forecasts of some days.
type Window struct {
	All      Figures `json:"all"`
	Horizons []Group `json:"horizons"` // by periods ahead: 1, 2-7, 8-14, 15-28, 29+
}

// Accuracy is how forecasts did over the newest days of data.
//
//	|------------ reference, 56 ------------|-- 7 --|
//	                        |---------- 28 ---------|
//	                                             last
//
// All origins count alike: a day that 28 origins forecast gives 28 pairs for
// each series.
type Accuracy struct {
	Last       string  `json:"last_day"`
	Week       Window  `json:"7d"`
	Month      Window  `json:"28d"`
	Reference  Figures `json:"reference"`  // of the 56 days before the newest 7
	Categories []Group `json:"categories"` // of the newest 28 days, the most sold first, at most 21
}

// The windows, in days.
const (
	weekDays      = 7
	monthDays     = 28
	referenceDays = 56
)

// maxCategories bounds what is told apart by category, and with it the series
// that Prometheus keeps of a shop with thousands.
const maxCategories = 20

// The categories that no item names.
const (
	noCategory     = "(none)"
	restOfCategory = "other" // beyond maxCategories
)

// horizonGroups are the groups of periods ahead, each with the last that is in
// it.
var horizonGroups = [...]struct {
	name string
	last int
}{{"1", 1}, {"2-7", 7}, {"8-14", 14}, {"15-28", 28}, {"29+", math.MaxInt}}

// Pool adds scores up over the windows that end on the last day of data. step
// is the length of the periods that were forecast.
func Pool(scores iter.Seq2[warehouse.ScoreRow, error], last daycast.Day, step daycast.Step) (Accuracy, error) {
	var week, month windowTally
	var reference tally
	categories := map[string]*tally{}
	for row, err := range scores {
		if err != nil {
			return Accuracy{}, err
		}
		age := int(last - row.Day)
		periods := int(row.Day-row.Origin) / int(step)
		if age < weekDays {
			week.add(row, periods)
		} else if age < weekDays+referenceDays {
			reference.Add(row)
		}
		if age < monthDays {
			month.add(row, periods)
			name := categoryName(row.Category)
			if categories[name] == nil {
				categories[name] = &tally{}
			}
			categories[name].Add(row)
		}
	}
	return Accuracy{
		Last: last.String(), Week: week.window(), Month: month.window(), Reference: reference.figures(), Categories: mostSold(categories),
	}, nil
}

// categoryName is a label that Prometheus takes: never empty, always UTF-8.
func categoryName(name string) string {
	if name == "" {
		return noCategory
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// mostSold are the categories with the most units, and the rest as one.
func mostSold(categories map[string]*tally) []Group {
	rest := categories[restOfCategory] // a shop's own category of that name is part of it
	delete(categories, restOfCategory)
	names := slices.SortedFunc(maps.Keys(categories), func(a, b string) int {
		return cmp.Or(cmp.Compare(categories[b].Sold, categories[a].Sold), cmp.Compare(a, b))
	})
	var out []Group
	for k, name := range names {
		if k < maxCategories {
			out = append(out, Group{name, categories[name].figures()})
			continue
		}
		if rest == nil {
			rest = &tally{}
		}
		rest.Add(categories[name].ScoreRow)
	}
	if rest != nil {
		out = append(out, Group{restOfCategory, rest.figures()})
	}
	return out
}

// tally is a score over more than one origin, day or category.
type tally struct{ warehouse.ScoreRow }

func (t *tally) figures() Figures {
	n := float64(t.Pairs)
	return Figures{
		WAPE: share(t.Absolute, t.Sold), RMSE: math.Sqrt(share(t.Squared, n)), MAE: share(t.Absolute, n),
		Bias: share(t.Signed, t.Sold), Coverage: share(float64(t.Inside), float64(t.Open)), Pairs: t.Pairs,
	}
}

// share is a/b, NaN where b is zero.
func share(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// windowTally is a Window while it is being added up.
type windowTally struct {
	all      tally
	horizons [len(horizonGroups)]tally
}

func (t *windowTally) add(row warehouse.ScoreRow, periods int) {
	t.all.Add(row)
	for g, group := range horizonGroups {
		if periods <= group.last {
			t.horizons[g].Add(row)
			return
		}
	}
}

// window leaves out groups of horizons that were not forecast.
func (t *windowTally) window() Window {
	w := Window{All: t.all.figures()}
	for g, group := range horizonGroups {
		if t.horizons[g].Pairs > 0 {
			w.Horizons = append(w.Horizons, Group{group.name, t.horizons[g].figures()})
		}
	}
	return w
}
