package weather

import (
	"cmp"
	"context"
	"iter"
	"math"
	"net/url"
	"strconv"
	"time"

	"daycast"
	"daycast/signal"
)

// A cell is a square of the map whose places share requests and values.
type cell struct {
	latitude, longitude float64 // of its middle, degrees
	zone                *time.Location
	places              []daycast.Place
}

// A Shop is where places are that do not say it: the only place of a shop
// without a table of them, and its time zone.
type Shop struct {
	Latitude, Longitude float64 // degrees; NaN, or both 0, where unknown
	TimeZone            string  // IANA name; UTC where empty
}

// cells groups places by square and time zone, in the order in which they come,
// and counts those without coordinates.
func cells(places []daycast.Place, shop Shop, side float64) (all []cell, without int, err error) {
	type key struct {
		latitude, longitude float64
		zone                string
	}
	at := map[key]int{}
	for _, p := range places {
		latitude, longitude := p.Latitude, p.Longitude
		if p.ID == daycast.OnlyPlace && !onEarth(latitude, longitude) {
			latitude, longitude = shop.Latitude, shop.Longitude
		}
		if !onEarth(latitude, longitude) {
			without++
			continue
		}
		k := key{middle(latitude, side), middle(longitude, side), cmp.Or(p.TimeZone, shop.TimeZone, "UTC")}
		n, ok := at[k]
		if !ok {
			zone, err := time.LoadLocation(k.zone)
			if err != nil || zone == time.Local {
				return nil, 0, daycast.Errorf(daycast.Invalid, "place %q: %q is no time zone", p.ID, k.zone).
					WithField("time_zone").WithHint("use an IANA name, such as Europe/Berlin")
			}
			n = len(all)
			at[k] = n
			all = append(all, cell{latitude: k.latitude, longitude: k.longitude, zone: zone})
		}
		all[n].places = append(all[n].places, p)
	}
	return all, without, nil
}

// onEarth refuses what is unknown, and 0, 0, which is what databases hold of
// places that nobody has looked up.
func onEarth(latitude, longitude float64) bool {
	return math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180 && (latitude != 0 || longitude != 0)
}

// middle is the middle of the square that a degree falls into.
func middle(degrees, side float64) float64 {
	return math.Round(math.Round(degrees/side)*side*1e4)/1e4 + 0 // -0 becomes 0
}

// at is the cell in a query.
func (c cell) at(latitude, longitude string) url.Values {
	degrees := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return url.Values{latitude: {degrees(c.latitude)}, longitude: {degrees(c.longitude)}}
}

// today is the day that it is in the cell.
func (c cell) today(now time.Time) daycast.Day { return daycast.DayOf(now.In(c.zone)) }

// sinceMidnight is for how long it has been today. An answer that is younger is
// of today, so that a forecast is asked for once a day.
func (c cell) sinceMidnight(now time.Time) time.Duration {
	y, m, d := now.In(c.zone).Date()
	return max(now.Sub(time.Date(y, m, d, 0, 0, 0, 0, c.zone)), 1)
}

// rows are the signals of the cell's places, by place, name, day and known-at.
func (c cell) rows(ctx context.Context, known []vintage, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		for _, p := range c.places {
			scope, key := signal.ScopeOf(p)
			if err := ctx.Err(); err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			for k := range legal {
				for _, v := range known {
					n := v.named()[k]
					if v.day < r.From || v.day > r.To || n.v != n.v {
						continue
					}
					if !yield(daycast.Signal{Name: n.name, Scope: scope, Key: key, Day: v.day, KnownAt: v.known, Value: n.v}, nil) {
						return
					}
				}
			}
		}
	}
}
