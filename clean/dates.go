package clean

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"daycast"
)

// A layout is one way to write a date.
type layout struct {
	name   string
	format string // as time.Parse wants it, or one of the two below
	family int    // layouts of one family read the same text as different dates
}

// Formats that time.Parse does not know.
const (
	isoWeek = ""
	excel   = "days"
)

// layouts are the dates that are understood, times of the day cut off. Of
// those that read as many, the first wins.
var layouts = []layout{
	{"2006-01-02", time.DateOnly, 0},
	{"2006-1-2", "2006-1-2", 0},
	{"2006/1/2", "2006/1/2", 0},
	{"2006.1.2", "2006.1.2", 0},
	{"20060102", "20060102", 0},
	{"2006-W01 (ISO week)", isoWeek, 0},
	{"Excel's number of days", excel, 0},
	{"month/day/year", "1/2/2006", 1},
	{"day/month/year", "2/1/2006", 1},
	{"month-day-year", "1-2-2006", 2},
	{"day-month-year", "2-1-2006", 2},
	{"day.month.year", "2.1.2006", 3},
	{"month/day/year", "1/2/06", 4},
	{"day/month/year", "2/1/06", 4},
	{"day.month.year", "2.1.06", 5},
	{"2 Jan 2006", "2 Jan 2006", 0},
	{"2 January 2006", "2 January 2006", 0},
	{"Jan 2, 2006", "Jan 2, 2006", 0},
	{"January 2, 2006", "January 2, 2006", 0},
	{"2-Jan-2006", "2-Jan-2006", 0},
	{"2-Jan-06", "2-Jan-06", 0},
	{"Mon, 2 Jan 2006", "Mon, 2 Jan 2006", 0},
}

// The days that a shop can have sold on; others are slips, as is 1900-01-01,
// which programs write for no date.
const (
	firstDay daycast.Day = -25566 // 1900-01-02
	lastDay  daycast.Day = 84006  // 2200-01-01
)

// parse reads a date without a time of the day.
func (l layout) parse(s string) (daycast.Day, bool) {
	switch l.format {
	case isoWeek:
		return parseISOWeek(s)
	case excel:
		return parseExcel(s)
	}
	t, err := time.Parse(l.format, s)
	if err != nil {
		return 0, false
	}
	d := daycast.DayOf(t)
	return d, d >= firstDay && d <= lastDay
}

// parseExcel reads the number that Excel has for a day where a cell has lost
// its format: the days since 1899-12-30. Those of five digits alone are days,
// 1927 to 2173: shorter ones are as likely years or numbers of rows.
func parseExcel(s string) (daycast.Day, bool) {
	n, err := strconv.Atoi(s)
	const epoch daycast.Day = -25569
	return epoch + daycast.Day(n), err == nil && n >= 10_000 && n < 100_000
}

// parseISOWeek reads the Monday of a week such as "2024-W05".
func parseISOWeek(s string) (daycast.Day, bool) {
	var year, week int
	s = strings.ToUpper(s)
	if n, err := fmt.Sscanf(strings.Replace(s, "-", "", 1), "%4dW%02d", &year, &week); n != 2 || err != nil {
		return 0, false
	}
	if len(s) > len("2024-W05") || year < 1900 || year > 2199 || week < 1 || week > 53 {
		return 0, false
	}
	d := daycast.DayOf(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)) // always in the first week
	monday := d - (daycast.Day(d.Weekday())+6)%7
	return monday + daycast.Day(week-1)*7, true
}

// dateOf cuts the time of the day, which a colon gives away.
func dateOf(s string) string {
	s = strings.TrimSpace(s)
	if colon := strings.IndexByte(s, ':'); colon > 0 {
		if at := strings.LastIndexAny(s[:colon], " T"); at > 0 {
			return strings.TrimSpace(s[:at])
		}
	}
	return s
}

// A dateReader learns how a file writes its dates.
type dateReader struct {
	fit      []int // by layout: how many of the distinct dates it reads
	low, top []daycast.Day
	distinct map[string]bool
	chosen   int
}

func newDateReader() *dateReader {
	n := len(layouts)
	return &dateReader{fit: make([]int, n), low: make([]daycast.Day, n), top: make([]daycast.Day, n), distinct: map[string]bool{}}
}

// learn takes the text of one cell.
func (r *dateReader) learn(cell string) {
	if r.distinct[cell] {
		return
	}
	r.distinct[strings.Clone(cell)] = true
	s := dateOf(cell)
	for k, l := range layouts {
		d, ok := l.parse(s)
		if !ok {
			continue
		}
		if r.fit[k] == 0 {
			r.low[k], r.top[k] = d, d
		}
		r.fit[k]++
		r.low[k], r.top[k] = min(r.low[k], d), max(r.top[k], d)
	}
}

// settled reports whether one family reads nearly all, and one of its layouts
// clearly more than the others.
func (r *dateReader) settled() bool {
	best := r.best()
	for k, l := range layouts {
		if k != best && l.family == layouts[best].family && l.family > 0 && r.fit[k]*10 > r.fit[best]*9 {
			return false
		}
	}
	return r.fit[best]*10 > len(r.distinct)*9
}

// best is the layout that reads the most dates. Where day and month could be
// either, the order in which the dates lie closer together is right: twelve
// days in a row, read wrongly, are a year.
func (r *dateReader) best() int {
	best := 0
	for k := range layouts {
		switch {
		case r.fit[k] > r.fit[best]:
			best = k
		case k != best && r.fit[k] == r.fit[best] && r.fit[k] > 0 && layouts[k].family == layouts[best].family &&
			layouts[k].family > 0 && r.top[k]-r.low[k] < r.top[best]-r.low[best]:
			best = k
		}
	}
	return best
}

// choose ends the learning; it is false where no date can be read.
func (r *dateReader) choose() bool {
	r.chosen = r.best()
	return r.fit[r.chosen] > 0
}

// day reads one cell by the chosen layout, or by another that cannot be
// mistaken for it.
func (r *dateReader) day(cell string) (daycast.Day, bool) {
	s := dateOf(cell)
	if d, ok := layouts[r.chosen].parse(s); ok {
		return d, true
	}
	for _, l := range layouts {
		if l.family != 0 && l.family != 3 {
			continue
		}
		if d, ok := l.parse(s); ok {
			return d, true
		}
	}
	return 0, false
}

const noDay = daycast.Day(math.MinInt32)

// A dayIndex numbers the days of a file in the order in which they come, so
// that a cell is parsed once and what is kept by day lies in a slice.
type dayIndex struct {
	reader *dateReader
	byText map[string]int32
	byDay  map[daycast.Day]int32
	days   []daycast.Day // by number
}

func newDayIndex(r *dateReader) *dayIndex {
	return &dayIndex{reader: r, byText: map[string]int32{}, byDay: map[daycast.Day]int32{}}
}

// of is the number of the cell's day, -1 where it is not one.
func (x *dayIndex) of(cell string) int32 {
	if n, ok := x.byText[cell]; ok {
		return n
	}
	n := int32(-1)
	if d, ok := x.reader.day(cell); ok {
		if n, ok = x.byDay[d]; !ok {
			n = int32(len(x.days))
			x.byDay[d] = n
			x.days = append(x.days, d)
		}
	}
	const most = 1 << 17 // texts: more are times of the day, or rubbish
	if len(x.byText) < most {
		x.byText[strings.Clone(cell)] = n
	}
	return n
}
