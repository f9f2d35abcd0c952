// Package weathertest holds servers that answer as OpenWeather and Open-Meteo
// do, by their documentation, from a made-up weather that is known to the test.
package weathertest

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"daycast"
	"daycast/signal/weather"
)

// A Truth is the weather of everywhere and all days, by a seed. It has seasons,
// and days that resemble those before them.
type Truth struct{ Seed uint64 }

// On is how a day came.
func (t Truth) On(latitude, longitude float64, day daycast.Day) weather.Weather {
	season := math.Sin(2 * math.Pi * (float64(day.Time().YearDay()) - 110) / 365.25)
	if latitude < 0 {
		season = -season
	}
	mean := 25 - math.Abs(latitude)/3 + 9*season
	for k := range daycast.Day(12) {
		mean += 2.4 * math.Pow(0.8, float64(k)) * t.noise(latitude, longitude, day-k, 0, "anomaly").NormFloat64()
	}
	rng := t.noise(latitude, longitude, day, 0, "day")
	w := weather.Weather{Max: tenth(mean + 3 + 2*rng.Float64()), Min: tenth(mean - 3 - 2*rng.Float64()), Wind: tenth(3 + 4*rng.ExpFloat64())}
	if rng.Float64() < 0.4 {
		w.Precipitation = tenth(4 * rng.ExpFloat64())
	}
	return within(w)
}

// Forecast is what was expected of a day when another was over: its errors grow
// with the days between.
func (t Truth) Forecast(latitude, longitude float64, day, issued daycast.Day) weather.Weather {
	w := t.On(latitude, longitude, day)
	rng := t.noise(latitude, longitude, day, issued, "forecast")
	wrong := func(to *float32, spread float64) {
		*to = tenth(float64(*to) + spread*float64(max(day-issued, 0))*rng.NormFloat64())
	}
	wrong(&w.Max, 0.5)
	wrong(&w.Min, 0.5)
	wrong(&w.Precipitation, 0.5)
	wrong(&w.Wind, 0.4)
	return within(w)
}

func within(w weather.Weather) weather.Weather {
	w.Min = min(w.Min, w.Max)
	w.Precipitation, w.Wind = max(w.Precipitation, 0), min(max(w.Wind, 0), 60)
	return w
}

func tenth(v float64) float32 { return float32(math.Round(v*10) / 10) }

// noise is a stream of its own for all that it is of.
func (t Truth) noise(latitude, longitude float64, day, issued daycast.Day, of string) *rand.Rand {
	h := fnv.New64a()
	for _, v := range []int64{int64(math.Round(latitude * 1e4)), int64(math.Round(longitude * 1e4)), int64(day), int64(issued)} {
		_ = binary.Write(h, binary.LittleEndian, v) // a hash takes everything
	}
	h.Write([]byte(of))
	return rand.New(rand.NewPCG(t.Seed, h.Sum64()))
}
