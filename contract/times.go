package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"daycast"
)

// times are the days of a table's rows: the newest time, and how many rows
// each day has. Times in the future are slips, and count nowhere.
type times struct {
	column int
	zone   *time.Location
	now    time.Time
	today  daycast.Day
	newest time.Time
	days   map[daycast.Day]int64

	newestText string // of a time without an offset: such sort as they read

	date string // of the row before, and what follows from it
	day  daycast.Day
	ok   bool
	rows int64 // of that day that are not in days yet
}

// mostDays bounds the map: dirt of 274 years at most.
const mostDays = 100_000

func newTimes(column int, o Options) *times {
	return &times{column: column, zone: o.Zone, now: o.Now, today: daycast.DayOf(o.Now.In(o.Zone)), days: map[daycast.Day]int64{}}
}

// add counts a row. Most rows have the date of the row before, so that only a
// newer time is read whole.
func (t *times) add(row []string) {
	text := strings.TrimSpace(row[t.column])
	if !plainTime(text) {
		at, ok := timeOf(text, t.zone)
		at = at.In(t.zone)
		t.count(text, daycast.DayOf(at), ok)
		if t.ok && at.After(t.newest) {
			t.newest = at
		}
		return
	}
	if date := text[:len(time.DateOnly)]; date != t.date {
		day, err := daycast.ParseDay(date)
		t.count(date, day, err == nil)
	} else {
		t.rows++
	}
	if t.ok && text > t.newestText {
		if at, ok := timeOf(text, t.zone); ok {
			t.newestText = text
			if at.After(t.newest) {
				t.newest = at
			}
		}
	}
}

// plainTime reports whether a text looks like a date, or a date and a time
// without an offset.
func plainTime(text string) bool {
	switch len(text) {
	case len("2006-01-02"):
		return true
	case len("2006-01-02T15:04"), len("2006-01-02T15:04:05"):
		return text[10] == 'T' || text[10] == ' '
	}
	return false
}

// count begins with the rows of a day; dirt and days to come count nowhere.
func (t *times) count(date string, day daycast.Day, ok bool) {
	t.flush()
	t.date, t.day, t.ok, t.rows = date, day, ok && day > 0 && day <= t.today, 1
}

// flush adds the rows at hand to their day.
func (t *times) flush() {
	if _, known := t.days[t.day]; t.ok && t.rows > 0 && (known || len(t.days) < mostDays) {
		t.days[t.day] += t.rows
	}
	t.rows = 0
}

// DayRows is how many rows a day had, and how many its weekday lets expect.
type DayRows struct {
	Day      daycast.Day `json:"-"`
	Name     string      `json:"day"` // ISO 8601
	Rows     int64       `json:"rows"`
	Expected float64     `json:"expected"` // median of the weekday before; 0 where it is not known
	Broken   bool        `json:"broken"`   // outside what the rule allows
}

// volume judges the days of all, the oldest first, by what each weekday had in
// the weeks before. today is not over.
func (r Rule) volume(all map[daycast.Day]int64, today daycast.Day) []DayRows {
	if len(all) == 0 {
		return nil
	}
	first, last := bounds(all)
	last = min(last, today-1)
	var spans []DayRows
	for d := first; d <= last; d++ {
		s := DayRows{Day: d, Name: d.String(), Rows: all[d]}
		var before []int64
		for w := 1; w <= r.Weeks && d-daycast.Day(7*w) >= first; w++ {
			before = append(before, all[d-daycast.Day(7*w)])
		}
		if 2*len(before) > r.Weeks { // most of the weeks are there
			s.Expected = median(before)
			rows := float64(s.Rows)
			s.Broken = s.Expected > 0 && (rows < r.Lowest*s.Expected || rows > r.Highest*s.Expected)
		}
		spans = append(spans, s)
	}
	return spans
}

func bounds(days map[daycast.Day]int64) (first, last daycast.Day) {
	begun := false
	for d := range days {
		if !begun {
			first, last, begun = d, d, true
		}
		first, last = min(first, d), max(last, d)
	}
	return first, last
}

func median(v []int64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	half := len(v) / 2
	if len(v)%2 == 1 {
		return float64(v[half])
	}
	return float64(v[half-1]+v[half]) / 2
}

// all are the days that were read, before them those of earlier runs. The day
// of Since may have been read in part.
func (t *times) all(o Options) map[daycast.Day]int64 {
	t.flush()
	all := map[daycast.Day]int64{}
	for d, n := range o.Past {
		if o.Since != 0 && d <= o.Since {
			all[d] = n
		}
	}
	for d, n := range t.days {
		all[d] = max(n, all[d])
	}
	return all
}

// firstJudged is the first day whose volume counts: each day is judged once,
// and of a table that is read for the first time the newest week. What changed
// since is judged again.
func (o Options) firstJudged(last daycast.Day) daycast.Day {
	if o.Judged == 0 {
		return last - 6
	}
	return o.Judged + 1
}

func (s DayRows) String() string {
	return fmt.Sprintf("%s (%s): %d rows, %s expected", s.Name, s.Day.Weekday(), s.Rows, number(s.Expected))
}
