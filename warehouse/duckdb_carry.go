package warehouse

import (
	"database/sql/driver"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"daycast"
)

// A putter collects one row's values for the driver. What the row before, or the
// column before, says too is not made a value again: ids and days repeat.
type putter struct {
	row  []driver.Value
	last []memo[string] // by column
	day  memo[daycast.Day]
}

// A memo is what the driver takes for something.
type memo[T comparable] struct {
	of    T
	value driver.Value // nil: nothing yet
}

func (p *putter) any(v driver.Value) { p.row = append(p.row, v) }

// texts keeps what is not UTF-8 readable: the database would make it NULL.
func (p *putter) texts(values ...string) {
	for _, s := range values {
		for len(p.last) <= len(p.row) {
			p.last = append(p.last, memo[string]{})
		}
		m := &p.last[len(p.row)]
		if m.value == nil || m.of != s {
			*m = memo[string]{s, strings.ToValidUTF8(s, "\uFFFD")}
		}
		p.any(m.value)
	}
}

func (p *putter) days(values ...daycast.Day) {
	for _, d := range values {
		if p.day.value == nil || p.day.of != d {
			p.day = memo[daycast.Day]{d, d.Time()}
		}
		p.any(p.day.value)
	}
}

func (p *putter) singles(values ...float32) {
	for _, f := range values {
		if f != f {
			p.any(nil)
		} else {
			p.any(f)
		}
	}
}

func (p *putter) doubles(values ...float64) {
	for _, f := range values {
		if math.IsNaN(f) {
			p.any(nil)
		} else {
			p.any(f)
		}
	}
}

func (p *putter) attributes(m map[string]string) {
	putMap(p, m, func(v string) driver.Value { return strings.ToValidUTF8(v, "\uFFFD") })
}

// putMap writes a map in the order of its keys; NaN is left out.
func putMap[V comparable](p *putter, m map[string]V, value func(V) driver.Value) {
	var o duckdb.OrderedMap
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if v := m[k]; v == v { //nolint:gocritic // false only for NaN
			o.Set(strings.ToValidUTF8(k, "\uFFFD"), value(v))
		}
	}
	p.any(o)
}

// A taker hands out one row's values from left to right.
type taker struct {
	row  []driver.Value
	at   int
	last []string // by column: the text of the row before
}

func (t *taker) any() driver.Value {
	t.at++
	return t.row[t.at-1]
}

// text shares memory with the row before: tables are sorted, so most ids
// repeat.
func (t *taker) text() string {
	s := as[string](t.any())
	if last := t.last[t.at-1]; last == s {
		return last
	}
	t.last[t.at-1] = s
	return s
}

func (t *taker) series() daycast.Series { return daycast.Series{Item: t.text(), Place: t.text()} }
func (t *taker) day() daycast.Day       { return daycast.Day(as[int32](t.any())) }

func (t *taker) single() float32 {
	if f, ok := t.any().(float32); ok {
		return f
	}
	return float32(math.NaN())
}

func (t *taker) double() float64 {
	if f, ok := t.any().(float64); ok {
		return f
	}
	return math.NaN()
}

func (t *taker) attributes() map[string]string { return takeMap[string](t) }

// takeMap is nil for an empty map.
func takeMap[V any](t *taker) map[string]V {
	o := as[duckdb.OrderedMap](t.any())
	if o.Len() == 0 {
		return nil
	}
	m := make(map[string]V, o.Len())
	for i, k := range o.Keys() {
		m[as[string](k)] = as[V](o.Values()[i])
	}
	return m
}

// as is v, or the zero value where v is of another type, such as NULL.
func as[T any](v any) T {
	t, _ := v.(T)
	return t
}
