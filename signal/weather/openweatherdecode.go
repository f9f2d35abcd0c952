package weather

import (
	"fmt"
	"math"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// oneCall is what is needed of an answer of /onecall.
type oneCall struct {
	Offset *int `json:"timezone_offset"` // seconds east of UTC
	Daily  []struct {
		At   *int64 `json:"dt"` // seconds of Unix time, within the day
		Temp struct {
			Min *float64 `json:"min"`
			Max *float64 `json:"max"`
		} `json:"temp"`
		Wind *float64 `json:"wind_speed"` // m/s; the documentation does not say of when
		Rain *float64 `json:"rain"`       // mm; left out where there is none
		Snow *float64 `json:"snow"`       // mm
	} `json:"daily"`
}

// Bounds of what times can be.
const (
	mostOffset = 18 * 60 * 60 // seconds from UTC
	mostUnix   = 1 << 33      // seconds, a day in 2242
)

// decodeOneCall reads a forecast: the days that it has.
func decodeOneCall(body []byte) ([]reading, error) {
	var got oneCall
	if err := fetch.Decode(OpenWeatherName, body, &got); err != nil {
		return nil, err
	}
	drift := func(format string, args ...any) ([]reading, error) {
		return nil, fetch.Drift(OpenWeatherName, fmt.Sprintf(format, args...))
	}
	switch {
	case got.Offset == nil:
		return drift("timezone_offset is missing")
	case *got.Offset < -mostOffset || *got.Offset > mostOffset:
		return drift("timezone_offset is %d seconds", *got.Offset)
	case len(got.Daily) == 0:
		return drift("daily is missing, or empty")
	}
	readings := make([]reading, 0, len(got.Daily))
	for k, d := range got.Daily {
		for _, need := range []struct {
			name    string
			missing bool
		}{{"dt", d.At == nil}, {"temp.min", d.Temp.Min == nil}, {"temp.max", d.Temp.Max == nil}, {"wind_speed", d.Wind == nil}} {
			if need.missing {
				return drift("daily[%d].%s is missing", k, need.name)
			}
		}
		if *d.At < 0 || *d.At > mostUnix {
			return drift("daily[%d].dt is %d", k, *d.At)
		}
		r := reading{day: daycast.DayOf(time.Unix(*d.At+int64(*got.Offset), 0).UTC())}
		r.Max, r.Min = celsius(*d.Temp.Max), celsius(*d.Temp.Min)
		r.Wind = float32(*d.Wind)
		for _, fallen := range []*float64{d.Rain, d.Snow} {
			if fallen != nil {
				r.Precipitation += float32(*fallen)
			}
		}
		if name := r.wrong(); name != "" {
			return drift("daily[%d] has an impossible %s: %+v", k, name, r.Weather)
		}
		readings = append(readings, r)
	}
	return readings, nil
}

// celsius takes what is too hot to be in degrees Celsius for Kelvin: the API's
// usual unit, where it does not heed that another was asked for.
func celsius(v float64) float32 {
	if v > 150 {
		v -= 273.15
	}
	return float32(math.Round(v*100) / 100)
}

// daySummary is what is needed of an answer of /onecall/day_summary.
type daySummary struct {
	Date          string `json:"date"`
	Units         string `json:"units"`
	Precipitation struct {
		Total *float64 `json:"total"` // mm
	} `json:"precipitation"`
	Temperature struct {
		Min *float64 `json:"min"`
		Max *float64 `json:"max"`
	} `json:"temperature"`
	Wind struct {
		Max struct {
			Speed *float64 `json:"speed"`
		} `json:"max"`
	} `json:"wind"`
}

// decodeSummary reads how a day came.
func decodeSummary(body []byte) (reading, error) {
	var got daySummary
	if err := fetch.Decode(OpenWeatherName, body, &got); err != nil {
		return reading{}, err
	}
	drift := func(format string, args ...any) (reading, error) {
		return reading{}, fetch.Drift(OpenWeatherName, fmt.Sprintf(format, args...))
	}
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"precipitation.total", got.Precipitation.Total == nil}, {"temperature.min", got.Temperature.Min == nil},
		{"temperature.max", got.Temperature.Max == nil}, {"wind.max.speed", got.Wind.Max.Speed == nil},
	} {
		if need.missing {
			return drift("%s is missing", need.name)
		}
	}
	day, err := daycast.ParseDay(got.Date)
	if err != nil {
		return drift("date is %q", got.Date)
	}
	if got.Units == "imperial" {
		return drift("units are imperial where metric ones were asked for")
	}
	r := reading{day: day, Weather: Weather{
		Max: celsius(*got.Temperature.Max), Min: celsius(*got.Temperature.Min),
		Precipitation: float32(*got.Precipitation.Total), Wind: float32(*got.Wind.Max.Speed),
	}}
	if name := r.wrong(); name != "" {
		return drift("%s has an impossible %s: %+v", got.Date, name, r.Weather)
	}
	return r, nil
}
