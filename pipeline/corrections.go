package pipeline

import (
	"cmp"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"

	"daycast"
)

// corrected merges what the order lines say now with what was known before, so
// that a change of the past is not forgotten: of a day that was over at the
// last run (seen), what was known then stays as it was, and an edit, a late
// order or a deletion is a further fact, known now (at the end of the newest
// such day). Returns have a day of their own on which they became
// known. Both come by series and day, old maybe with facts of the stock.
func corrected(old, fresh iter.Seq2[daycast.Fact, error], seen, now daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(yield func(daycast.Fact, error) bool) {
		was, is := newDayFacts(old), newDayFacts(fresh)
		defer was.stop()
		defer is.stop()
		for was.next(); is.next(); {
			for was.facts != nil && was.compare(is) < 0 {
				if !yieldAll(merge(was.facts, nil, seen, now), yield) {
					return
				}
				was.next()
			}
			var known []daycast.Fact
			if was.facts != nil && was.compare(is) == 0 {
				known = was.facts
			}
			if !yieldAll(merge(known, is.facts, seen, now), yield) {
				return
			}
			if known != nil {
				was.next()
			}
		}
		for ; was.facts != nil && is.err == nil; was.next() {
			if !yieldAll(merge(was.facts, nil, seen, now), yield) {
				return
			}
		}
		if err := errors.Join(was.err, is.err); err != nil {
			yield(daycast.Fact{}, err)
		}
	}
}

func yieldAll(facts []daycast.Fact, yield func(daycast.Fact, error) bool) bool {
	for _, f := range facts {
		if !yield(f, nil) {
			return false
		}
	}
	return true
}

// dayFacts walks facts a series and day at a time.
type dayFacts struct {
	pull  func() (daycast.Fact, error, bool)
	stop  func()
	ahead *daycast.Fact // the first of the next day
	facts []daycast.Fact
	err   error
}

func newDayFacts(facts iter.Seq2[daycast.Fact, error]) *dayFacts {
	pull, stop := iter.Pull2(facts)
	return &dayFacts{pull: pull, stop: stop}
}

// next moves on to the next series and day; false at the end or an error.
func (d *dayFacts) next() bool {
	d.facts = nil
	if d.err != nil {
		return false
	}
	if d.ahead != nil {
		d.facts = append(d.facts, *d.ahead)
		d.ahead = nil
	}
	for {
		f, err, ok := d.pull()
		switch {
		case err != nil:
			d.facts, d.err = nil, err
			return false
		case !ok:
			return len(d.facts) > 0
		case f.InStock == f.InStock:
			continue // of the stock, which knows no versions
		case len(d.facts) > 0 && (f.Series != d.facts[0].Series || f.Day != d.facts[0].Day):
			d.ahead = &f
			return true
		}
		d.facts = append(d.facts, f)
	}
}

// compare orders days by series and day.
func (d *dayFacts) compare(o *dayFacts) int {
	a, b := d.facts[0], o.facts[0]
	return cmp.Or(strings.Compare(a.Series.Item, b.Series.Item), strings.Compare(a.Series.Place, b.Series.Place), cmp.Compare(a.Day, b.Day))
}

// merge gives the facts of one series and day, of which either may be none.
func merge(old, fresh []daycast.Fact, seen, now daycast.Day) []daycast.Fact {
	first := slices.Concat(old, fresh)[0]
	if first.Day > seen {
		return fresh
	}
	facts := upTo(old, seen)
	if c, changed := correction(stateOf(facts), stateOf(upTo(fresh, seen))); changed {
		c.Series, c.Day, c.KnownAt = first.Series, first.Day, now
		facts = known(facts, c)
	}
	for _, f := range fresh[len(upTo(fresh, seen)):] {
		facts = known(facts, f)
	}
	return facts
}

// known adds a fact to those of its day, which have one of each known-at.
func known(facts []daycast.Fact, f daycast.Fact) []daycast.Fact {
	i, has := slices.BinarySearchFunc(facts, f.KnownAt, func(g daycast.Fact, at daycast.Day) int { return cmp.Compare(g.KnownAt, at) })
	if !has {
		return slices.Insert(facts, i, f)
	}
	sum := stateOf([]daycast.Fact{facts[i], f})
	sum.Series, sum.Day, sum.KnownAt = f.Series, f.Day, f.KnownAt
	facts[i] = sum
	return facts
}

// upTo are the facts known by a day; they come by known-at.
func upTo(facts []daycast.Fact, day daycast.Day) []daycast.Fact {
	n := 0
	for n < len(facts) && facts[n].KnownAt <= day {
		n++
	}
	return facts[:n:n]
}

// stateOf adds up facts of one series and day.
func stateOf(facts []daycast.Fact) daycast.Fact {
	unknown := float32(math.NaN())
	sum := daycast.Fact{Price: unknown, Promotion: unknown, InStock: unknown, Buyers: unknown}
	for _, f := range facts {
		sum.Units += f.Units
		if f.Price == f.Price {
			sum.Price = f.Price
		}
		if f.Promotion == f.Promotion {
			sum.Promotion = f.Promotion
		}
		switch {
		case f.Buyers != f.Buyers:
		case sum.Buyers == sum.Buyers:
			sum.Buyers += f.Buyers
		default:
			sum.Buyers = f.Buyers
		}
	}
	return sum
}

// correction is what makes one state of a day the other: units and buyers are
// added, a price or a promotion takes the place of the old one.
func correction(was, is daycast.Fact) (c daycast.Fact, changed bool) {
	unknown := float32(math.NaN())
	c = daycast.Fact{Units: is.Units - was.Units, Price: unknown, Promotion: unknown, InStock: unknown, Buyers: unknown}
	if near(is.Units, was.Units) {
		c.Units = 0
	}
	if is.Price == is.Price && !near(is.Price, was.Price) {
		c.Price = is.Price
	}
	if is.Promotion == is.Promotion && !near(is.Promotion, was.Promotion) {
		c.Promotion = is.Promotion
	}
	if b := orZero(is.Buyers) - orZero(was.Buyers); b != 0 {
		c.Buyers = b
	}
	return c, c.Units != 0 || c.Price == c.Price || c.Promotion == c.Promotion || c.Buyers == c.Buyers
}

// near allows for sums of single precision that were added in another order.
func near(a, b float32) bool {
	return math.Abs(float64(a-b)) <= 1e-5*max(1, math.Abs(float64(a)), math.Abs(float64(b)))
}

func orZero(v float32) float32 {
	if v != v {
		return 0
	}
	return v
}
