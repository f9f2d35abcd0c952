package weather

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"daycast"
	"daycast/signal/fetch"
)

// dailyVariables are asked for by day, in the order of Weather.
var dailyVariables = [4]string{"temperature_2m_max", "temperature_2m_min", "precipitation_sum", "wind_speed_10m_max"}

// hourlyVariables are asked for by hour, as forecast some days before.
var hourlyVariables = [3]string{"temperature_2m", "precipitation", "wind_speed_10m"}

// previousVariables are those of the hours for 1 to 7 days before.
var previousVariables = func() (all []string) {
	for before := 1; before <= mostBefore; before++ {
		for _, v := range hourlyVariables {
			all = append(all, previousVariable(v, before))
		}
	}
	return all
}()

func previousVariable(name string, before int) string {
	return name + "_previous_day" + strconv.Itoa(before)
}

// units are those that were asked for, by the beginning of a variable's name.
var units = []struct{ variable, unit string }{{"temperature", "°C"}, {"precipitation", "mm"}, {"wind_speed", "m/s"}}

// fewestHours of a day make its value: one of a summer time's beginning has 23.
const fewestHours = 20

// number is a value of JSON; NaN where it is null.
type number float32

func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(nan)
		return nil
	}
	v, err := strconv.ParseFloat(string(text), 32)
	*n = number(v)
	return err
}

// table is a table of an answer, by column.
type table struct {
	name    string // "daily" or "hourly"
	time    []string
	columns map[string]json.RawMessage
	units   map[string]string
}

func drift(format string, args ...any) error {
	return fetch.Drift(OpenMeteoName, fmt.Sprintf(format, args...))
}

// readTable reads the table of a name, without its columns.
func readTable(body []byte, name string) (table, error) {
	var all map[string]json.RawMessage
	if err := fetch.Decode(OpenMeteoName, body, &all); err != nil {
		return table{}, err
	}
	t := table{name: name}
	if err := json.Unmarshal(all[name], &t.columns); err != nil || t.columns == nil {
		return table{}, drift("%s is missing, or no table", name)
	}
	if err := json.Unmarshal(t.columns["time"], &t.time); err != nil || len(t.time) == 0 {
		return table{}, drift("%s.time is missing, or no list of times", name)
	}
	if raw := all[name+"_units"]; raw != nil {
		if err := json.Unmarshal(raw, &t.units); err != nil {
			return table{}, drift("%s_units is no table of names", name)
		}
	}
	return t, nil
}

// column is a variable's values, one for each time.
func (t table) column(variable string) ([]float32, error) {
	var values []number
	if err := json.Unmarshal(t.columns[variable], &values); err != nil || values == nil {
		return nil, drift("%s.%s is missing, or no list of numbers", t.name, variable)
	}
	if len(values) != len(t.time) {
		return nil, drift("%s.%s has %d values for %d times", t.name, variable, len(values), len(t.time))
	}
	for _, u := range units {
		if has, told := t.units[variable]; told && len(variable) > len(u.variable) && variable[:len(u.variable)] == u.variable && has != u.unit {
			return nil, drift("%s.%s is in %q where %q was asked for", t.name, variable, has, u.unit)
		}
	}
	out := make([]float32, len(values))
	for k, v := range values {
		out[k] = float32(v)
	}
	return out, nil
}

// day is that of the k-th time.
func (t table) day(k int) (daycast.Day, error) {
	text := t.time[k]
	if len(text) < len("2006-01-02") {
		return 0, drift("%s.time[%d] is %q", t.name, k, text)
	}
	day, err := daycast.ParseDay(text[:len("2006-01-02")])
	if err != nil {
		return 0, drift("%s.time[%d] is %q", t.name, k, text)
	}
	return day, nil
}

// decodeDaily reads days of a forecast or of the archive.
func decodeDaily(body []byte) ([]reading, error) {
	t, err := readTable(body, "daily")
	if err != nil {
		return nil, err
	}
	var columns [4][]float32
	for k, v := range dailyVariables {
		if columns[k], err = t.column(v); err != nil {
			return nil, err
		}
	}
	readings := make([]reading, len(t.time))
	for k := range readings {
		day, err := t.day(k)
		if err != nil {
			return nil, err
		}
		r := reading{day: day, Weather: Weather{Max: columns[0][k], Min: columns[1][k], Precipitation: columns[2][k], Wind: columns[3][k]}}
		if name := r.wrong(); name != "" {
			return nil, drift("%s has an impossible %s: %+v", day, name, r.Weather)
		}
		readings[k] = r
	}
	return readings, nil
}

// decodePrevious reads hours as forecast some days before, and makes days of
// them. A day is known as of its last hour's run: that many days before.
func decodePrevious(body []byte) ([]reading, error) {
	t, err := readTable(body, "hourly")
	if err != nil {
		return nil, err
	}
	days := make([]daycast.Day, len(t.time))
	for k := range days {
		if days[k], err = t.day(k); err != nil {
			return nil, err
		}
	}
	var readings []reading
	for before := 1; before <= mostBefore; before++ {
		var columns [3][]float32
		for k, v := range hourlyVariables {
			if columns[k], err = t.column(previousVariable(v, before)); err != nil {
				return nil, err
			}
		}
		for first := 0; first < len(days); {
			last := first + 1
			for last < len(days) && days[last] == days[first] {
				last++
			}
			hours := func(k int) []float32 { return columns[k][first:last] }
			r := reading{day: days[first], before: daycast.Day(before), Weather: Weather{
				Max: ofHours(hours(0), slices.Max[[]float32]), Min: ofHours(hours(0), slices.Min[[]float32]),
				Precipitation: ofHours(hours(1), sum), Wind: ofHours(hours(2), slices.Max[[]float32]),
			}}
			if name := r.wrong(); name != "" {
				return nil, drift("%s, %d days before, has an impossible %s: %+v", r.day, before, name, r.Weather)
			}
			readings = append(readings, r)
			first = last
		}
	}
	return readings, nil
}

// ofHours is a day's value, NaN where too few of its hours have one.
func ofHours(hours []float32, of func([]float32) float32) float32 {
	known := make([]float32, 0, len(hours))
	for _, v := range hours {
		if v == v {
			known = append(known, v)
		}
	}
	if len(known) < fewestHours {
		return nan
	}
	return of(known)
}

func sum(values []float32) float32 {
	total := 0.0
	for _, v := range values {
		total += float64(v)
	}
	return float32(math.Round(total*100) / 100)
}
