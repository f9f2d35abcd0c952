package daycast

import (
	"strings"
)

// An Item is what is sold. Attributes such as category or brand are the
// levels that its series belong to. An item whose attributes changed is several:
// of those known by a day the last one holds.
type Item struct {
	ID         string
	KnownAt    Day // from which the attributes hold; 0: always
	Attributes map[string]string
}

// A Place is where an item is sold: a store, a channel, a country.
type Place struct {
	ID         string
	TimeZone   string  // IANA name; empty means the shop's
	Country    string  // ISO 3166-1 alpha-2, for holidays; may be empty
	Region     string  // ISO 3166-2; may be empty
	Latitude   float64 // degrees; NaN when unknown
	Longitude  float64
	Attributes map[string]string
}

// OnlyPlace is the place of a shop that names none.
const OnlyPlace = ""

// A Series is one item at one place.
type Series struct {
	Item  string
	Place string // OnlyPlace in a shop with one place
}

var idEscaper = strings.NewReplacer("%", "%25", "@", "%40", "/", "%2F")
var idUnescaper = strings.NewReplacer("%40", "@", "%2F", "/", "%2f", "/", "%25", "%")

// ID is "item", or "item@place" where the shop has more than one place. '@',
// '/' and '%' inside a part are percent-encoded, so that an ID is one path
// segment of a URL and parses back to the same Series.
func (s Series) ID() string {
	if s.Place == OnlyPlace {
		return idEscaper.Replace(s.Item)
	}
	return idEscaper.Replace(s.Item) + "@" + idEscaper.Replace(s.Place)
}

// ParseSeries reads what ID wrote.
func ParseSeries(id string) (Series, error) {
	item, place, hasPlace := strings.Cut(id, "@")
	if item == "" || strings.Contains(place, "@") || (hasPlace && place == "") {
		return Series{}, Errorf(Invalid, "series id %q: want item or item@place", id)
	}
	return Series{Item: idUnescaper.Replace(item), Place: idUnescaper.Replace(place)}, nil
}

// Less orders series by item, then place: the order of every table and panel.
func (s Series) Less(o Series) bool {
	if s.Item != o.Item {
		return s.Item < o.Item
	}
	return s.Place < o.Place
}
