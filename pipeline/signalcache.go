package pipeline

import (
	"iter"

	"daycast"
)

// signalCache keeps signals in the warehouse's order, without repeating what
// they have in common.
type signalCache struct {
	runs  []signalRun
	codes []string
	full  bool // there are too many: the cache is empty
}

// signalRun is the rows of one signal and key.
type signalRun struct {
	common daycast.Signal
	rows   []smallSignal
}

type smallSignal struct {
	day, known daycast.Day
	value      float32
	code       int32
}

// signalBytes is what a cached signal takes, its share of the slices' slack
// included.
const signalBytes = 24

// fill takes at most so many rows.
func (c *signalCache) fill(rows iter.Seq2[daycast.Signal, error], most int64) error {
	index := map[string]int32{"": 0}
	n := int64(0)
	for s, err := range rows {
		if err != nil {
			return err
		}
		if n++; n > most {
			*c = signalCache{full: true}
			return nil
		}
		if k := len(c.runs) - 1; k < 0 || !c.runs[k].holds(s) {
			c.runs = append(c.runs, signalRun{common: daycast.Signal{Name: s.Name, Scope: s.Scope, Key: s.Key}})
		}
		code, ok := index[s.Code]
		if !ok {
			code = int32(len(c.codes))
			index[s.Code] = code
			c.codes = append(c.codes, s.Code)
		}
		run := &c.runs[len(c.runs)-1]
		run.rows = append(run.rows, smallSignal{s.Day, s.KnownAt, s.Value, code})
	}
	return nil
}

func (r signalRun) holds(s daycast.Signal) bool {
	return r.common.Key == s.Key && r.common.Name == s.Name && r.common.Scope == s.Scope
}

// read yields the rows known by a day.
func (c *signalCache) read(known daycast.Day, yield func(daycast.Signal, error) bool) {
	for _, run := range c.runs {
		s := run.common
		for _, row := range run.rows {
			s.Day, s.KnownAt, s.Value, s.Code = row.day, row.known, row.value, c.codes[row.code]
			if row.known <= known && !yield(s, nil) {
				return
			}
		}
	}
}
