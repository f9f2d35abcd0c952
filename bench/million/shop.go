package main

import (
	"bufio"
	"fmt"
	"math"
	"strconv"

	"daycast"
)

// last is Saturday 2025-08-30.
const last daycast.Day = 20330

// A shop has so many series: each item at each of places places.
type shop struct {
	series, days int
	date         []string // by day
	season       []float64
}

const places = 20

func newShop(series, days int) *shop {
	s := &shop{series: series, days: days}
	for t := range days + horizon {
		d := last - daycast.Day(days-1-t)
		s.date = append(s.date, d.String())
		year := 2 * math.Pi * float64(int(d)%365) / 365
		s.season = append(s.season, 1+.25*math.Sin(year))
	}
	return s
}

// write writes a row for each series and day, days that sold nothing too.
func (s *shop) write(w *bufio.Writer, byDay bool) {
	_, _ = w.WriteString("item,place,day,units,price\n") // errors stay in w until Flush
	row := make([]byte, 0, 64)
	if byDay {
		for t := range s.days {
			for i := range s.series {
				row = s.row(row[:0], i, t)
				_, _ = w.Write(row)
			}
		}
		return
	}
	for i := range s.series {
		for t := range s.days {
			row = s.row(row[:0], i, t)
			_, _ = w.Write(row)
		}
	}
}

// sold is what series i sold on day t, and at which price. Levels are as skewed as shops' are, with
// three in five below a piece a day; each series has a week's shape and four
// weeks a year at three quarters of its price, when it sells twice as much.
func (s *shop) sold(i, t int) (units int, price float64) {
	item := i / places
	level := math.Exp(1.3*normal(i, 1) - .4)
	swing, phase := .5*uniform(i, 2), int(7*uniform(i, 3))
	price = math.Round(100*math.Exp(normal(item, 4)+1)) / 100
	mean := level * s.season[t] * (1 + swing*math.Cos(2*math.Pi*float64(t+phase)/7))
	if uniform(item*1000+t/14, 5) < 2./26 {
		price, mean = math.Round(75*price)/100, 2*mean
	}
	return poisson(mean, uniform(i*4096+t, 6)), price
}

func (s *shop) row(row []byte, i, t int) []byte {
	units, price := s.sold(i, t)
	row = fmt.Appendf(row, "i%06d,p%02d,%s,", i/places, i%places, s.date[t])
	row = strconv.AppendInt(row, int64(units), 10)
	row = append(row, ',')
	row = strconv.AppendFloat(row, price, 'f', -1, 64)
	return append(row, '\n')
}

// writeItems writes the category of each item, one of forty.
func (s *shop) writeItems(w *bufio.Writer) {
	_, _ = w.WriteString("item,category\n")
	for item := 0; item*places < s.series; item++ {
		_, _ = fmt.Fprintf(w, "i%06d,c%02d\n", item, int(40*uniform(item, 7)))
	}
}

// uniform is the number in [0, 1) that belongs to a place in a stream, whatever
// was drawn before: both orders of rows need it (splitmix64 by Steele, Lea and
// Flood).
func uniform(at, stream int) float64 {
	x := uint64(at)*0x9e3779b97f4a7c15 + uint64(stream)*0xd1b54a32d192ed03
	for range 2 {
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// normal is of the same stream, by Box and Muller.
func normal(at, stream int) float64 {
	return math.Sqrt(-2*math.Log(1-uniform(2*at, stream))) * math.Cos(2*math.Pi*uniform(2*at+1, stream))
}

// poisson is the u-quantile of a Poisson number: by its sums where they are
// few, by the normal number with its skewness beyond.
func poisson(mean, u float64) int {
	if mean > 50 {
		z := math.Sqrt2 * math.Erfinv(2*u-1)
		return max(0, int(math.Round(mean+z*math.Sqrt(mean)+(z*z-1)/6)))
	}
	p := math.Exp(-mean)
	k := 0
	for sum := p; sum < u && k < 400; sum += p {
		k++
		p *= mean / float64(k)
	}
	return k
}
