// Package weather brings the weather of the shop's places, as it was forecast
// and as it came: from OpenWeather's One Call API 3.0 and from Open-Meteo.
//
// Forecasts are kept as issued. A day has a value for each day on which it was
// forecast, known from the end of the day before that on, and one for how it
// came, known from its own end on. A backtest at an origin then sees the
// forecast of then, and never the weather that came.
package weather

import (
	"math"

	"daycast"
)

// Weather of a day: in degrees Celsius, millimetres and metres a second. NaN is
// unknown.
type Weather struct {
	Max, Min      float32 // temperature two metres above the ground
	Precipitation float32 // sum of the day, snow as water
	Wind          float32 // fastest of the day, ten metres above the ground, without gusts
}

// Names of the signals, in the order in which a place has them.
const (
	MaxName           = "weather_temperature_max"
	MinName           = "weather_temperature_min"
	PrecipitationName = "weather_precipitation"
	WindName          = "weather_wind_max"
)

var nan = float32(math.NaN())

// named are the values by signal.
func (w Weather) named() [4]value {
	return [4]value{{MaxName, w.Max}, {MinName, w.Min}, {PrecipitationName, w.Precipitation}, {WindName, w.Wind}}
}

type value struct {
	name string
	v    float32
}

// legal is what the weather on Earth can be: a value outside is in another unit
// or none. The records are -89 and 57 degrees, 1,825 mm and 113 m/s.
var legal = [4]struct{ least, most float32 }{{-100, 70}, {-100, 70}, {0, 2000}, {0, 150}}

// wrong names the first value that cannot be, "" where there is none.
func (w Weather) wrong() string {
	for k, n := range w.named() {
		if n.v < legal[k].least || n.v > legal[k].most || math.IsInf(float64(n.v), 0) {
			return n.name
		}
	}
	return ""
}

// known reports whether anything of the day is.
func (w Weather) known() bool {
	for _, n := range w.named() {
		if n.v == n.v {
			return true
		}
	}
	return false
}

// A reading is the weather of a day as one answer has it.
type reading struct {
	day    daycast.Day
	before daycast.Day // it was issued by the end of the day that is so many before; 0: when it was answered, or observed
	Weather
}
