package global

import (
	"math"
	"slices"

	"daycast"
)

// outlookWeeks is over how many of the newest values of a weekday the outlook
// of a total is the mean; it looks for them in twice as many weeks.
const outlookWeeks = 4

// outlook is totals that go on for some periods. What is forecast is no part of
// them, since a forecast must not depend on which series are asked for together:
// each group goes on as the mean of its last weeks, weekday by weekday.
func outlook(t *daycast.Totals, horizon int) *daycast.Totals {
	if t == nil {
		return nil
	}
	out := *t
	week := 7 / int(t.Step)
	out.Mean = later(t.Mean, func(v []float32) []float32 { return weekdays(v, week, horizon) })
	out.Price = later(t.Price, func(v []float32) []float32 { return held(v, horizon) })
	out.Count = later(t.Count, func(v []int32) []int32 { return held(v, horizon) })
	return &out
}

// later are tables by level and group whose rows more makes longer.
func later[T any](table [][][]T, more func([]T) []T) [][][]T {
	if table == nil {
		return nil
	}
	out := make([][][]T, len(table))
	for l, groups := range table {
		for _, v := range groups {
			out[l] = append(out[l], append(slices.Clip(v), more(v)...))
		}
	}
	return out
}

// held repeats the last value.
func held[T any](v []T, horizon int) []T {
	if len(v) == 0 {
		return make([]T, horizon)
	}
	return slices.Repeat(v[len(v)-1:], horizon)
}

// weekdays repeats the week of mean values; NaN where a weekday has none.
func weekdays(v []float32, week, horizon int) []float32 {
	out := make([]float32, horizon)
	for h := range out {
		if h >= week {
			out[h] = out[h-week]
			continue
		}
		sum, n := 0.0, 0
		for back := 1; back <= 2*outlookWeeks && n < outlookWeeks; back++ {
			if t := len(v) + h - back*week; t >= 0 && v[t] == v[t] {
				sum += float64(v[t])
				n++
			}
		}
		out[h] = float32(sum / math.Max(float64(n), 1))
		if n == 0 {
			out[h] = float32(math.NaN())
		}
	}
	return out
}
