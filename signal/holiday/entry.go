package holiday

import (
	"cmp"
	"slices"
	"strings"

	"daycast"
)

// An entry is a day of an API's calendar.
type entry struct {
	kind     string // Public, Observance or School
	day      daycast.Day
	name     string
	observed bool        // the day off for a holiday on another day
	regions  []string    // ISO 3166-2, upper case; nil: the whole country
	since    daycast.Day // first occurrence; 0: not known
}

// code is the word of the day's signal.
func (e entry) code() string {
	switch {
	case e.kind == School:
		return School
	case e.observed:
		return e.name + observedMark
	}
	return e.name
}

const observedMark = " (observed)"

// holds reports whether a place has the day. One without a region has only what
// its whole country has.
func (e entry) holds(p daycast.Place) bool {
	return e.regions == nil || p.Region != "" && slices.Contains(e.regions, strings.ToUpper(p.Region))
}

// The ways in which calendars write that a day is free for a holiday on another.
var (
	movedEnds   = []string{" (observed)", " observed", " (substitute day)", " (substitute)", " (in lieu)", " (additional day)", " (day off)"}
	movedStarts = []string{"day off for ", "substitute bank holiday for ", "substitute day for "}
)

// tentative is behind the name of a day that the moon has yet to confirm.
const tentative = " (tentative date)"

// named is a holiday's own name, and whether the day is the one off for it.
func named(s string) (name string, observed bool) {
	s = strings.TrimSpace(s)
	s = cutEnd(s, tentative)
	for _, end := range movedEnds {
		if cut := cutEnd(s, end); cut != s && cut != "" {
			return cut, true
		}
	}
	for _, start := range movedStarts {
		if len(s) > len(start) && strings.EqualFold(s[:len(start)], start) {
			return strings.TrimSpace(s[len(start):]), true
		}
	}
	return s, false
}

func cutEnd(s, end string) string {
	if at := len(s) - len(end); at > 0 && strings.EqualFold(s[at:], end) {
		return strings.TrimSpace(s[:at])
	}
	return s
}

// byDay orders entries by day; on one day what all have goes before a region's,
// an actual holiday before an observed one, and then the alphabet decides.
func byDay(a, b entry) int {
	rank := func(e entry) int {
		if e.observed {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(rank(a), rank(b)), cmp.Compare(min(len(a.regions), 1), min(len(b.regions), 1)), cmp.Compare(a.name, b.name))
}

// A version is what an API said of a country and year at one time.
type version struct {
	known   daycast.Day
	entries []entry
}

// statement is what one version says of a day.
type statement struct {
	known daycast.Day
	code  string // empty: nothing any more
}

// statements are what the versions of a year, oldest first, say of a place's
// days of a kind, each day's oldest first and only where it differs from the one
// before. What the first version has was known by rule, later news when it came:
// a version that drops a day changes nothing for those who looked before.
func statements(versions []version, kind string, p daycast.Place, began func(entry) daycast.Day) map[daycast.Day][]statement {
	said := map[daycast.Day][]statement{}
	for k, v := range versions {
		now := map[daycast.Day]bool{}
		for _, e := range v.entries { // by day, the one that counts first
			if e.kind != kind || now[e.day] || !e.holds(p) {
				continue
			}
			now[e.day] = true
			known := v.known
			if k == 0 {
				known = min(known, knownByRule(e.day, began(e)))
			}
			said[e.day] = say(said[e.day], statement{known, e.code()})
		}
		for day, before := range said {
			if !now[day] {
				said[day] = say(before, statement{known: v.known})
			}
		}
	}
	return said
}

// say adds a statement. Of two of one day the later counts.
func say(to []statement, s statement) []statement {
	n := len(to)
	if n == 0 && s.code == "" || n > 0 && to[n-1].code == s.code {
		return to
	}
	if n > 0 && to[n-1].known >= s.known {
		s.known = to[n-1].known
		return say(to[:n-1], s)
	}
	return append(to, s)
}

// knownByRule is when a holiday that comes every year is known: ten years ahead,
// but not before its first occurrence, where that is known.
func knownByRule(day, began daycast.Day) daycast.Day {
	known := day - knownAhead
	if began != 0 {
		known = min(day, max(known, began))
	}
	return known
}

// signals are the rows of what was said, by day and known-at. A day that is none
// any more has the value 0 and no code.
func signals(kind string, scope daycast.Scope, key string, said map[daycast.Day][]statement) []daycast.Signal {
	var rows []daycast.Signal
	for day, all := range said {
		for _, s := range all {
			row := daycast.Signal{Name: kind, Scope: scope, Key: key, Day: day, KnownAt: s.known, Code: s.code}
			if s.code != "" {
				row.Value = 1
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b daycast.Signal) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.KnownAt, b.KnownAt))
	})
	return rows
}
