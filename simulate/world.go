package simulate

import (
	"fmt"
	"math"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/us"

	"daycast"
)

// The figures of this file and of demand.go, trade.go and dirt.go are choices,
// not measurements: a shop in which each effect is there, and is large enough
// to be missed by a model that ignores it.

// A city is where a place may be.
type city struct {
	timeZone, country, region string
	latitude, longitude       float64
	holidays                  []*cal.Holiday
}

var cities = []city{
	{"Europe/London", "GB", "GB-LND", 51.51, -0.13, gb.Holidays},
	{"Europe/Berlin", "DE", "DE-BE", 52.52, 13.41, de.HolidaysBE},
	{"Europe/Paris", "FR", "FR-75", 48.86, 2.35, fr.Holidays},
	{"America/New_York", "US", "US-NY", 40.71, -74.01, us.Holidays},
	{"Europe/Madrid", "ES", "ES-MD", 40.42, -3.70, es.Holidays},
	{"Europe/Amsterdam", "NL", "NL-NH", 52.37, 4.90, nl.Holidays},
	{"Europe/Rome", "IT", "IT-62", 41.90, 12.50, it.Holidays},
	{"Europe/Vienna", "AT", "AT-9", 48.21, 16.37, at.Holidays},
}

// A place trades all days but one of the week and the great holidays. Days
// are counted from the shop's start.
type place struct {
	city
	id        string
	scale     float64 // of its demand
	closed    []bool
	outage    []bool // the feed failed: nothing of that day arrived
	holiday   []bool // it trades, but it is a holiday
	customers int    // how many; they are its own
}

func (s Shop) place(number int) place {
	d := newDice(s.Seed, diceOfPlace, number)
	p := place{
		city: cities[number%len(cities)], id: "online", scale: d.lognormal(0, 0.4),
		closed: make([]bool, s.Days), outage: make([]bool, s.Days), holiday: make([]bool, s.Days),
		customers: min(20_000, 100+10*s.Items),
	}
	if s.Places > 1 {
		p.id = fmt.Sprintf("P%04d", number+1)
	}
	rest := []time.Weekday{time.Saturday, time.Sunday}[number%2]
	for t := range s.Days {
		p.closed[t] = (s.Start + daycast.Day(t)).Weekday() == rest
	}
	p.keepHolidays(s.Start)
	for range s.Days / 240 {
		first := d.IntN(s.Days)
		last := min(s.Days-1, first+d.days(0, 3))
		for t := first; t <= last; t++ {
			p.outage[t] = true
		}
	}
	return p
}

// outages are the days of trade of which nothing arrived.
func (p *place) outages() int {
	n := 0
	for t, out := range p.outage {
		if out && !p.closed[t] {
			n++
		}
	}
	return n
}

// keepHolidays closes the place on Christmas and New Year's Day and marks the
// other holidays.
func (p *place) keepHolidays(start daycast.Day) {
	days := len(p.closed)
	for year := start.Time().Year(); year <= (start + daycast.Day(days)).Time().Year(); year++ {
		for _, h := range p.holidays {
			actual, _ := h.Calc(year)
			t := int(daycast.DayOf(actual.Add(12*time.Hour)) - start) // noon, for clocks that skip midnight
			if actual.IsZero() || t < 0 || t >= days {
				continue
			}
			_, month, day := actual.Date()
			if month == time.December && day == 25 || month == time.January && day == 1 {
				p.closed[t] = true
			} else {
				p.holiday[t] = true
			}
		}
	}
}

// An item is what is true of a product at every place. Days are counted from
// the shop's start.
type item struct {
	id, name, category, brand string
	launched                  daycast.Day
	first, end                int // on sale in [first, end)

	base       float64    // units a day, of a place of scale 1
	shape      float64    // of its negative binomial: the smaller, the wilder
	trend      float64    // a year, as a logarithm
	week       [7]float64 // by weekday, Sunday first; their mean is 1
	year       float64    // amplitude of the wave of the year
	peak       float64    // day of the year on which it is highest
	gift       float64    // by how much it rises up to Christmas
	holiday    float64    // factor on a holiday
	eve        float64    // factor on the day before one
	jumpDay    int        // from here on the level is another; the shop's end for none
	jump       float64    // factor
	listPrice  float64
	elasticity float64 // of demand in price, negative
	lift       float64 // of a promotion, beyond its price
	cannibal   float64 // share lost when its whole category is on promotion
	bulk       float64 // chance of a bulk order a day
	pack       float64 // chance that a line has one piece more
	returns    float64 // chance that a line comes back

	price []float64 // by day, promotions included, in cents' precision
	promo []bool    // by day
	calendar
}

// itemsOfCategory is how many items make a category, which is generated as one
// because its items take sales from each other.
const itemsOfCategory = 12

var (
	categories = []string{"Kitchen", "Garden", "Toys", "Lighting", "Stationery", "Textiles", "Candles", "Bags", "Tools", "Seasonal"}
	brands     = []string{"Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper"}
	looks      = []string{"Red", "Blue", "Striped", "Wooden", "Vintage", "Small", "Large", "Folding"}
)

func (s Shop) item(number int) item {
	d := newDice(s.Seed, diceOfItem, number)
	group := number / itemsOfCategory
	it := item{
		id:       fmt.Sprintf("SKU%06d", number+1),
		category: fmt.Sprintf("%s %d", categories[group%len(categories)], group/len(categories)+1),
		brand:    d.oneOf(brands),
		base:     d.lognormal(0.1, 1.2), shape: d.between(2, 20), trend: 0.05 + 0.2*d.NormFloat64(),
		year: d.between(0, 0.4), peak: d.between(0, 365), gift: max(0, d.between(-1, 1.2)),
		holiday: d.between(0.5, 1.6), eve: d.between(1, 1.6),
		jumpDay: s.Days, jump: 1,
		listPrice: math.Round(100*d.lognormal(2.2, 0.8)) / 100, elasticity: -d.between(0.3, 3),
		lift: d.between(0, 1), cannibal: d.between(0.2, 0.8),
		bulk: d.between(0, 0.006), pack: d.between(0.05, 0.6), returns: d.between(0.01, 0.08),
	}
	it.name = it.brand + " " + d.oneOf(looks) + " " + it.category + " " + it.id[len(it.id)-3:]
	it.week = weekOf(d)
	if d.chance(0.2) {
		it.jumpDay, it.jump = d.IntN(s.Days), d.lognormal(0, 0.6)
	}
	it.live(d, s)
	it.setPrices(d, s.Days)
	it.announce(s, number)
	return it
}

func weekOf(d dice) [7]float64 {
	var week [7]float64
	sum := 0.0
	for i := range week {
		week[i] = d.lognormal(0, 0.35)
		sum += week[i]
	}
	for i := range week {
		week[i] *= 7 / sum
	}
	return week
}

// live gives the item its launch and its delisting.
func (it *item) live(d dice, s Shop) {
	it.first, it.end = 0, s.Days
	it.launched = s.Start - daycast.Day(d.days(30, 1500))
	if d.chance(0.3) {
		it.first = d.IntN(s.Days)
		it.launched = s.Start + daycast.Day(it.first)
	}
	if d.chance(0.15) {
		it.end = it.first + d.days(1, s.Days-it.first)
	}
}

// setPrices changes the list price about twice a year, and puts the item on
// promotion for one or two weeks about five times a year. Its calendar goes on
// where the shop's days end.
func (it *item) setPrices(d dice, days int) {
	days += calendarAhead
	it.price, it.promo = make([]float64, days), make([]bool, days)
	price, off, left := it.listPrice, 0.0, 0
	it.prices = []priceChange{{0, price, 0}}
	for t := range days {
		if d.chance(2. / 365) {
			price = it.listPrice * d.between(0.85, 1.25)
			it.prices = append(it.prices, priceChange{day: t, price: price})
		}
		if left == 0 && d.chance(5./365) {
			left, off = 7*d.days(1, 2), d.between(0.1, 0.4)
			it.promotions = append(it.promotions, promotion{first: t, days: left, off: off})
		}
		it.price[t] = price
		if left > 0 {
			left--
			it.promo[t], it.price[t] = true, price*(1-off)
		}
		it.price[t] = max(0.01, math.Round(100*it.price[t])/100)
	}
}
