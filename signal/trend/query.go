// Package trend brings what people look for and write about as signals: counts
// of posts on X, views of articles of Wikipedia, and searches from a file of
// Google Trends. Lead tells whether such a trend runs ahead of the sales.
//
// Values are the source's own: counts of a day, or Google's index. They are
// known as late as they could have been had, and never change: a value that the
// source corrects later stays as it was first told.
package trend

import (
	"regexp"
	"slices"

	"daycast"
	"daycast/signal"
)

// A Query is one trend that is followed.
type Query struct {
	Name string // of the signal, behind "trend_": small letters, digits and _
	// Text is what the source is asked: a query of X in its own syntax, the title
	// of an article, or the head of a column of a file.
	Text string
	// Scope and Keys say what the trend is about: the whole shop, without a key,
	// or some places, categories or items. A brand is the list of its items.
	Scope   daycast.Scope
	Keys    []string
	Project string // of the article, such as "de.wikipedia"; empty: the source's
}

// Prefix is how the names of trends' signals begin.
const Prefix = "trend_"

// Signal is the name of the query's signal.
func (q Query) Signal() string { return Prefix + q.Name }

var names = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Check refuses queries that are incomplete, or two of which make one signal for
// the same key.
func Check(queries []Query) error {
	type made struct {
		name  string
		scope daycast.Scope
		key   string
	}
	seen := map[made]bool{}
	for _, q := range queries {
		wrong := func(format string, args ...any) error {
			return daycast.Errorf(daycast.Invalid, "trend %q: "+format, append([]any{q.Name}, args...)...).WithField("queries")
		}
		if !names.MatchString(q.Name) {
			return wrong("its name has to be of small letters, digits and _, and to begin with a letter")
		}
		if q.Text == "" {
			return wrong("it asks for nothing")
		}
		keys := q.Keys
		switch q.Scope {
		case daycast.ScopeShop:
			if len(keys) > 0 {
				return wrong("a trend of the whole shop has no keys")
			}
			keys = []string{""}
		case daycast.ScopePlace, daycast.ScopeCategory, daycast.ScopeItem:
			if len(keys) == 0 {
				return wrong("it has the scope %s and no keys", q.Scope)
			}
		default:
			return wrong("its scope is %q: want shop, place, category or item", q.Scope)
		}
		for _, key := range keys {
			if key == "" && q.Scope != daycast.ScopeShop {
				return wrong("a key is empty")
			}
			s := made{q.Name, q.Scope, key}
			if seen[s] {
				return wrong("it is there twice for %s %q: give another name", q.Scope, key)
			}
			seen[s] = true
		}
	}
	return nil
}

// rows yields a query's values for each of its keys, of places those that are
// asked for, and reports whether more are wanted.
func (q Query) rows(values []value, r signal.Request, yield func(daycast.Signal, error) bool) bool {
	keys := q.Keys
	if q.Scope == daycast.ScopeShop {
		keys = []string{""}
	}
	for _, key := range keys {
		if q.Scope == daycast.ScopePlace && !slices.ContainsFunc(r.Places, func(p daycast.Place) bool { return p.ID == key }) {
			continue
		}
		for _, v := range values {
			row := daycast.Signal{Name: q.Signal(), Scope: q.Scope, Key: key, Day: v.day, KnownAt: v.known, Value: v.value}
			if v.day >= r.From && v.day <= r.To && !yield(row, nil) {
				return false
			}
		}
	}
	return true
}

// A value is what a day's trend was, and when that was known.
type value struct {
	day, known daycast.Day
	value      float32
}
