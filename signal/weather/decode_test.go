package weather

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
)

// documented are the examples of the documentation, shortened to a few days and
// to the fields that matter or are near them.
func documented(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func day(t testing.TB, s string) daycast.Day {
	t.Helper()
	d, err := daycast.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDecodeOneCall(t *testing.T) {
	got, err := decodeOneCall(documented(t, "onecall.json")) // in Kelvin
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	want := Weather{Max: 27.2, Min: 17.54, Precipitation: 0.15, Wind: 3.98}
	if got[0].day != day(t, "2023-05-24") || got[0].Weather != want {
		t.Errorf("got %s %+v, want %+v", got[0].day, got[0].Weather, want)
	}
	if got[1].day != day(t, "2023-05-25") || got[1].Precipitation != 3 {
		t.Errorf("got %s %+v, want rain and snow", got[1].day, got[1].Weather)
	}
}

func TestDecodeSummary(t *testing.T) {
	got, err := decodeSummary(documented(t, "day_summary.json")) // in Kelvin
	if want := (Weather{Max: 26.09, Min: 13.33, Wind: 8.7}); err != nil || got.day != day(t, "2020-03-04") || got.Weather != want {
		t.Errorf("got %s %+v, %v, want %+v", got.day, got.Weather, err, want)
	}
}

func TestDecodeDaily(t *testing.T) {
	got, err := decodeDaily(documented(t, "daily.json"))
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	if want := (Weather{Max: 21.4, Min: 12.1, Precipitation: 0.3, Wind: 4.2}); got[0].day != day(t, "2026-06-10") || got[0].Weather != want {
		t.Errorf("got %s %+v, want %+v", got[0].day, got[0].Weather, want)
	}
	if got[2].known() {
		t.Errorf("nulls are known: %+v", got[2])
	}
}

// TestDecodePrevious makes days of hours: their highest, lowest and sum, and
// nothing of days that lack hours.
func TestDecodePrevious(t *testing.T) {
	var times, warm, fallen []string
	for _, d := range []string{"2026-06-10", "2026-06-11"} {
		for h := range 24 {
			times = append(times, `"`+d+"T"+[]string{"0", "1", "2"}[h/10]+string(rune('0'+h%10))+`:00"`)
			fallen = append(fallen, "0.5")
			if d == "2026-06-11" && h > 10 {
				warm = append(warm, "null")
			} else {
				warm = append(warm, []string{"10", "12.5", "20"}[h%3])
			}
		}
	}
	list := func(of []string) string { return "[" + strings.Join(of, ",") + "]" }
	body := `{"hourly":{"time":` + list(times)
	for _, v := range previousVariables {
		values := warm
		if strings.HasPrefix(v, "precipitation") {
			values = fallen
		}
		body += `,"` + v + `":` + list(values)
	}
	got, err := decodePrevious([]byte(body + "}}"))
	if err != nil || len(got) != 2*mostBefore {
		t.Fatal(len(got), err)
	}
	first, second := got[0], got[1]
	if want := (Weather{Max: 20, Min: 10, Precipitation: 12, Wind: 20}); first.before != 1 || first.Weather != want {
		t.Errorf("got %+v, want %+v", first, want)
	}
	if second.Max == second.Max || second.Wind == second.Wind || second.Precipitation != 12 {
		t.Errorf("of a day with 11 hours: %+v", second)
	}
	if last := got[len(got)-1]; last.before != mostBefore || last.day != day(t, "2026-06-11") {
		t.Errorf("the last is %+v", last)
	}
}

// TestDrift names what an answer lacks.
func TestDrift(t *testing.T) {
	decoders := map[string]func([]byte) error{
		"onecall.json":     func(b []byte) error { _, err := decodeOneCall(b); return err },
		"day_summary.json": func(b []byte) error { _, err := decodeSummary(b); return err },
		"daily.json":       func(b []byte) error { _, err := decodeDaily(b); return err },
	}
	for _, test := range []struct{ file, old, now, says string }{
		{"onecall.json", `"timezone_offset"`, `"offset"`, "timezone_offset is missing"},
		{"onecall.json", `"daily"`, `"days"`, "daily is missing"},
		{"onecall.json", `"max"`, `"maximum"`, "daily[0].temp.max is missing"},
		{"onecall.json", `"wind_speed":3.98`, `"wind":3.98`, "daily[0].wind_speed is missing"},
		{"onecall.json", `"wind_speed":3.98`, `"wind_speed":"calm"`, "wind_speed is a string"},
		{"onecall.json", `"min":290.69`, `"min":-290.69`, "daily[0] has an impossible weather_temperature_min"},
		{"onecall.json", `-18000`, `-1800000`, "timezone_offset is -1800000 seconds"},
		{"onecall.json", `"dt":1684951200`, `"dt":1684951200000`, "daily[0].dt is 1684951200000"},
		{"day_summary.json", `"total"`, `"sum"`, "precipitation.total is missing"},
		{"day_summary.json", `"max":{`, `"most":{`, "wind.max.speed is missing"},
		{"day_summary.json", `2020-03-04`, `04.03.2020`, `date is "04.03.2020"`},
		{"day_summary.json", `"standard"`, `"imperial"`, "units are imperial"},
		{"daily.json", `"daily":`, `"days":`, "daily is missing"},
		{"daily.json", `"precipitation_sum":[`, `"rain_sum":[`, "daily.precipitation_sum is missing"},
		{"daily.json", `[21.4,`, `["warm",`, "daily.temperature_2m_max is missing, or no list of numbers"},
		{"daily.json", `[21.4,`, `[1,21.4,`, "daily.temperature_2m_max has 4 values for 3 times"},
		{"daily.json", `"m/s"`, `"km/h"`, `daily.wind_speed_10m_max is in "km/h" where "m/s" was asked for`},
		{"daily.json", `[21.4,`, `[121.4,`, "2026-06-10 has an impossible weather_temperature_max"},
		{"daily.json", `["2026-06-10",`, `["10.06.2026",`, `daily.time[0] is "10.06.2026"`},
	} {
		text := string(documented(t, test.file))
		changed := strings.Replace(text, test.old, test.now, 1)
		if changed == text {
			t.Fatalf("%s has no %s", test.file, test.old)
		}
		err := decoders[test.file]([]byte(changed))
		if daycast.CodeOf(err) != daycast.Invalid || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s with %s for %s: got %v, want %q", test.file, test.now, test.old, err, test.says)
		}
	}
}

// sane fails where a decoder lets through what no weather can be.
func sane(t *testing.T, readings []reading) {
	for _, r := range readings {
		for _, n := range r.named() {
			if v := float64(n.v); math.IsInf(v, 0) || v < -100 || v > 2000 {
				t.Fatalf("%+v", r)
			}
		}
		if r.Max > 70 || r.Min > 70 || r.Wind > 150 || r.Wind < 0 || r.Precipitation < 0 {
			t.Fatalf("%+v", r)
		}
	}
}

func FuzzOneCall(f *testing.F) {
	f.Add(documented(f, "onecall.json"))
	f.Add([]byte(`{"timezone_offset":0,"daily":[{"dt":1e9,"temp":{"min":1,"max":2},"wind_speed":1e39}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		readings, err := decodeOneCall(body)
		if err == nil {
			sane(t, readings)
		}
	})
}

func FuzzDaySummary(f *testing.F) {
	f.Add(documented(f, "day_summary.json"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeSummary(body)
		if err == nil {
			sane(t, []reading{r})
		}
	})
}

func FuzzDaily(f *testing.F) {
	f.Add(documented(f, "daily.json"))
	f.Add([]byte(`{"daily":{"time":["2026-06-10"],"temperature_2m_max":[1e38],"temperature_2m_min":[null],"precipitation_sum":[0],"wind_speed_10m_max":[0]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		readings, err := decodeDaily(body)
		if err == nil {
			sane(t, readings)
		}
	})
}

func FuzzPrevious(f *testing.F) {
	body := `{"hourly":{"time":["2026-06-10T00:00"]`
	for _, v := range previousVariables {
		body += `,"` + v + `":[1]`
	}
	f.Add([]byte(body + "}}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		readings, err := decodePrevious(body)
		if err == nil {
			sane(t, readings)
		}
	})
}
