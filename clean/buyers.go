package clean

import (
	"context"
	"iter"
	"math"

	"daycast"
)

// Buyers makes signals of who bought, for the shop and for each group of items,
// day by day over the 28 days that end with it:
//
//	customers_active        how many customers bought
//	customers_new           share of them whose first order at the shop was then
//	customers_repeat        share of them who bought on two days or more
//	customers_top1, _top5   share of the units that the one, or five, who bought
//	                        most took
//	customers_segment_NAME  share of them of a segment, for the largest segments
//
// A value is known at its day's end. It is left out where there are fewer than
// MinBuyers customers, and a share where it, or what is missing to the whole,
// is of fewer, but not none. Returns, lines of no customer, of no product, of
// no readable time and of no units do not count.
//
// Lines are read once, in any order, and wait by day in files, so that the
// memory is that of four weeks of lines and a number for each customer.
type Buyers struct {
	NonProduct []string                                  // as of Lines
	Day        func(daycast.Line) daycast.Day            // a line's business day
	Through    daycast.Day                               // the last day that is over
	Group      func(item string, day daycast.Day) string // of an item on a day; "" for none
	Customers  map[uint64]Customer                       // by pseudonym; may be nil
	Segments   []string                                  // that Customers have
	Dir        string                                    // for the files, which are gone in the end
}

// A Customer is what signals need to know of one.
type Customer struct {
	FirstOrder daycast.Day // 0: not told
	Segment    int32       // in Segments; -1: none
}

// MinBuyers is the least number of customers that a value may be about.
const MinBuyers = 5

// BuyersPrefix begins the names of all these signals.
const BuyersPrefix = "customers_"

// buyersWindow is in days.
const buyersWindow = 28

// Signals yields the signals of the lines.
func (b Buyers) Signals(ctx context.Context, lines iter.Seq2[daycast.Line, error]) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		s := newSpool(b.Dir)
		defer s.discard()
		if err := b.spool(ctx, lines, s); err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		w := buyersWalk{Buyers: b, first: map[uint64]daycast.Day{}, shop: newBuyerWindow(), groups: map[int32]*buyerWindow{}, names: s.names}
		for bucket := s.oldest; bucket <= s.newest && len(s.files) > 0; bucket++ {
			events, err := s.read(bucket)
			if err != nil {
				yield(daycast.Signal{}, err)
				return
			}
			from, to := bucketDays(bucket)
			for day := from; day <= min(to, b.Through); day++ {
				var today []purchase
				for len(events) > 0 && events[0].day == day {
					today, events = append(today, events[0]), events[1:]
				}
				if !w.day(day, today, yield) {
					return
				}
			}
			if err := ctx.Err(); err != nil {
				yield(daycast.Signal{}, err)
				return
			}
		}
	}
}

// spool keeps the lines that count.
func (b Buyers) spool(ctx context.Context, lines iter.Seq2[daycast.Line, error], s *spool) error {
	rules := Lines{NonProduct: b.NonProduct}.compile()
	for l, err := range lines {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if l.Customer == 0 || !(l.Units > 0) || l.At == daycast.NoTime || rules != nil && rules.MatchString(l.Series.Item) {
			continue
		}
		day := b.Day(l)
		if day > b.Through || l.At <= 0 {
			continue
		}
		p := purchase{customer: l.Customer, day: day, group: s.group(b.Group(l.Series.Item, day)), units: l.Units}
		if err := s.add(p); err != nil {
			return err
		}
	}
	return s.flush()
}

// buyersWalk goes through the days.
type buyersWalk struct {
	Buyers
	first  map[uint64]daycast.Day // order of each customer so far
	shop   *buyerWindow
	groups map[int32]*buyerWindow
	names  []string // of the groups
}

// day takes one day's purchases and yields the day's values.
func (w *buyersWalk) day(day daycast.Day, today []purchase, yield func(daycast.Signal, error) bool) bool {
	w.shop.begin(day)
	for _, g := range w.groups {
		g.begin(day)
	}
	for _, p := range today {
		if _, known := w.first[p.customer]; !known {
			w.first[p.customer] = day
			if told := w.Customers[p.customer].FirstOrder; told != 0 {
				w.first[p.customer] = min(day, told)
			}
		}
		w.shop.add(day, p)
		if p.group < 0 {
			continue
		}
		if w.groups[p.group] == nil {
			w.groups[p.group] = newBuyerWindow()
			w.groups[p.group].begin(day)
		}
		w.groups[p.group].add(day, p)
	}
	if !w.tell(w.shop, daycast.Signal{Scope: daycast.ScopeShop, Day: day, KnownAt: day}, yield) {
		return false
	}
	for g, name := range w.names {
		if at := w.groups[int32(g)]; at != nil {
			if !w.tell(at, daycast.Signal{Scope: daycast.ScopeCategory, Key: name, Day: day, KnownAt: day}, yield) {
				return false
			}
		}
	}
	return true
}

// tell yields a group's values; which s is of says s.
func (w *buyersWalk) tell(at *buyerWindow, s daycast.Signal, yield func(daycast.Signal, error) bool) bool {
	n := len(at.buyers)
	if n < MinBuyers {
		return true
	}
	fresh, again := 0, 0
	segments := make([]int, len(w.Segments))
	var top [5]float64 // descending
	for id, b := range at.buyers {
		if w.first[id] > s.Day-buyersWindow {
			fresh++
		}
		if b.days > 1 {
			again++
		}
		if c, known := w.Customers[id]; known && c.Segment >= 0 {
			segments[c.Segment]++
		}
		v := b.units
		for k := range top {
			if v > top[k] {
				v, top[k] = top[k], v
			}
		}
	}
	put := func(name string, v float64) bool {
		s.Name, s.Value = BuyersPrefix+name, float32(v)
		return v != v || yield(s, nil)
	}
	ok := put("active", float64(n)) && put("new", shareOfBuyers(fresh, n)) && put("repeat", shareOfBuyers(again, n)) &&
		put("top1", top[0]/at.units) && put("top5", (top[0]+top[1]+top[2]+top[3]+top[4])/at.units)
	for k, name := range w.Segments {
		ok = ok && put("segment_"+name, shareOfBuyers(segments[k], n))
	}
	return ok
}

// shareOfBuyers is k of n, NaN where that would be about too few.
func shareOfBuyers(k, n int) float64 {
	if k > 0 && k < MinBuyers || n-k > 0 && n-k < MinBuyers {
		return math.NaN()
	}
	return float64(k) / float64(n)
}
