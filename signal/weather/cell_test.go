package weather

import (
	"slices"
	"testing"
	"time"

	"daycast"
	"daycast/signal"
)

func TestCells(t *testing.T) {
	at := func(id string, latitude, longitude float64, zone string) daycast.Place {
		return daycast.Place{ID: id, Latitude: latitude, Longitude: longitude, TimeZone: zone}
	}
	all, without, err := cells([]daycast.Place{
		at("a", 52.52, 13.41, ""), at("b", 52.48, 13.44, ""), at("c", 52.52, 13.41, "UTC"), at("d", -0.02, 0.04, ""), at("e", 91, 0, ""), at("", 0, 0, ""),
	}, Shop{Latitude: 1, Longitude: 2, TimeZone: "Europe/Berlin"}, 0.1)
	if err != nil || without != 1 || len(all) != 4 {
		t.Fatalf("%d cells, %d without, %v", len(all), without, err)
	}
	if len(all[0].places) != 2 || all[0].latitude != 52.5 || all[0].longitude != 13.4 || all[1].zone != time.UTC {
		t.Errorf("got %+v", all)
	}
	if q := all[2].at("lat", "lon").Encode(); q != "lat=0&lon=0" {
		t.Errorf("near the equator: %s", q)
	}
	if all[3].latitude != 1 || all[3].longitude != 2 {
		t.Errorf("the only place is at %v, %v", all[3].latitude, all[3].longitude)
	}
}

func TestMissing(t *testing.T) {
	for _, test := range []struct {
		from, to daycast.Day
		there    []span
		want     []span
	}{
		{1, 0, nil, nil},
		{1, 3, nil, []span{{1, 3}}}, // nothing is there: it does not wait
		{1, 30, nil, []span{{21, 30}, {11, 20}, {1, 10}}},
		{1, 30, []span{{1, 27}}, nil}, // three days more wait
		{1, 30, []span{{1, 23}}, []span{{24, 30}}},
		{1, 30, []span{{5, 8}, {7, 30}}, []span{{1, 4}}},
		{1, 30, []span{{1, 4}, {8, 30}}, []span{{5, 7}}},
	} {
		if got := missing(test.from, test.to, test.there, 10); !slices.Equal(got, test.want) {
			t.Errorf("%d to %d without %v: got %v, want %v", test.from, test.to, test.there, got, test.want)
		}
	}
}

// TestVintages has the first word on each day and known-at, and never takes a
// forecast for what came.
func TestVintages(t *testing.T) {
	c := cell{zone: time.UTC}
	at := func(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC) }
	read := func(day int, max float32, before daycast.Day) reading {
		return reading{day: daycast.DayOf(at(day, 0)), before: before, Weather: Weather{Max: max, Min: nan, Precipitation: nan, Wind: nan}}
	}
	got := vintages(c, []dated{
		{at(3, 7), answered{readings: []reading{read(2, 20, 0), read(3, 30, 0), read(4, 40, 0)}, past: true}},
		{at(3, 22), answered{readings: []reading{read(2, 21, 0), read(3, 31, 0), read(4, 41, 0)}, past: true}},
		{at(9, 7), answered{readings: []reading{read(2, 22, 0), read(3, nan, 0)}, came: true}},
		{at(9, 7), answered{readings: []reading{read(3, 33, 1), read(4, 44, 3)}}},
		{at(3, 8), answered{readings: []reading{read(2, 99, 0)}}}, // a day behind, of a source that has none
	})
	type row struct {
		day, known int
		max        float32
	}
	var rows []row
	for _, v := range got {
		rows = append(rows, row{v.day.Time().Day(), v.known.Time().Day(), v.Max})
	}
	if want := []row{{2, 2, 22}, {3, 2, 30}, {4, 1, 44}, {4, 2, 40}}; !slices.Equal(rows, want) {
		t.Errorf("got %v, want %v", rows, want)
	}
	if signal.Known(at(3, 7), time.UTC) != daycast.DayOf(at(2, 0)) {
		t.Error("a morning's forecast is not known to the day before")
	}
}
