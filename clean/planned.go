package clean

import (
	"context"
	"math"
	"slices"
	"strings"

	"daycast"
)

// planned is the shop's calendar of promotions and prices, as known at an
// origin, for the series of a panel.
type planned struct {
	begins     daycast.Day // of the first promotion: from here on the calendar tells of all
	discounts  bool        // some promotion has one
	promotions map[planKey][]daycast.Plan
	prices     map[planKey][]daycast.Plan // by first day, then known-at
}

// planKey is whom a plan is for; "" is all.
type planKey struct{ item, category, place string }

func (a *assembly) readPlans(ctx context.Context) (*planned, error) {
	end := a.origin + daycast.Day(a.b.Step) - 1
	c := &planned{begins: daycast.NotPlanned, promotions: map[planKey][]daycast.Plan{}, prices: map[planKey][]daycast.Plan{}}
	for p, err := range a.b.Reader.Plans(ctx, end) {
		if err != nil {
			return nil, err
		}
		key := planKey{p.Item, p.Category, p.Place}
		switch {
		case p.KnownAt > end:
		case p.Kind == daycast.PlannedPrice:
			c.prices[key] = append(c.prices[key], p)
		default:
			c.promotions[key] = append(c.promotions[key], p)
			c.begins = min(c.begins, p.First)
			c.discounts = c.discounts || p.Value == p.Value
		}
	}
	return c, ctx.Err()
}

// keys are those under which plans are for series i and there are some.
func (c *planned) keys(s daycast.Series, category string, of map[planKey][]daycast.Plan) []planKey {
	var keys []planKey
	for _, item := range either(s.Item) {
		for _, group := range either(category) {
			for _, place := range either(s.Place) {
				if k := (planKey{item, group, place}); len(of[k]) > 0 {
					keys = append(keys, k)
				}
			}
		}
	}
	return keys
}

func either(name string) []string {
	if name == "" {
		return []string{""}
	}
	return []string{name, ""}
}

// plan lays the calendar over the panel's prices, and makes signals of its
// promotions. From the first promotion on the calendar alone tells of them:
// a day without one had none. Before it the sales' own column does.
func (a *assembly) plan(ctx context.Context) error {
	c, err := a.readPlans(ctx)
	if err != nil {
		return err
	}
	if c.begins != daycast.NotPlanned {
		a.promote(c)
	}
	if len(c.prices) > 0 {
		a.price(c)
	}
	return nil
}

// promote makes the signals promotion and, where it is told, discount. Series
// with the same promotions share a vector.
func (a *assembly) promote(c *planned) {
	p := a.panel
	step := daycast.Day(p.Step)
	first := a.b.periodOf(c.begins)
	last := a.origin + step*daycast.Day(p.Ahead.Periods)
	periods := int((last-first)/step) + 1
	if first > last {
		return // not within the horizon yet
	}
	share := daycast.PanelSignal{Name: promotionSignal, Future: true, Step: p.Step, Vector: make([]int32, len(p.Series))}
	off := daycast.PanelSignal{Name: discountSignal, Future: true, Step: p.Step, Vector: make([]int32, len(p.Series))}
	vectors := map[string]int32{}
	for i, s := range p.Series {
		keys := c.keys(s, a.category[s.Item], c.promotions)
		name := nameOf(keys)
		v, known := vectors[name]
		if !known {
			v = int32(len(share.Vectors))
			vectors[name] = v
			on, discount := c.lay(keys, first, step, periods)
			share.First, share.Vectors = append(share.First, first), append(share.Vectors, on)
			off.First, off.Vectors = append(off.First, first), append(off.Vectors, discount)
		}
		share.Vector[i], off.Vector[i] = v, v
	}
	a.discounts = off
	if own := slices.IndexFunc(p.Signals, func(s daycast.PanelSignal) bool { return s.Name == promotionSignal }); own >= 0 {
		p.Signals[own] = joined(p, p.Signals[own], share)
	} else {
		p.Signals = append(p.Signals, share)
	}
	if c.discounts {
		p.Signals = append(p.Signals, off)
	}
}

// The names of the signals of promotions.
const (
	promotionSignal = "promotion"
	discountSignal  = "discount"
)

func nameOf(keys []planKey) string {
	var b strings.Builder
	for _, k := range keys {
		for _, part := range []string{k.item, k.category, k.place} {
			b.WriteString(part)
			b.WriteByte(0)
		}
	}
	return b.String()
}

// lay marks the days of promotions: the share of a period's days that have
// one, and the mean over its days of the highest discount.
func (c *planned) lay(keys []planKey, first, step daycast.Day, periods int) (on, discount []float32) {
	days := make([]float32, periods*int(step)) // NaN: none; the discount where there is one
	for d := range days {
		days[d] = float32(math.NaN())
	}
	for _, k := range keys {
		for _, p := range c.promotions[k] {
			for d := max(p.First, first); d <= p.Last && int(d-first) < len(days); d++ {
				at := &days[d-first]
				if *at != *at {
					*at = 0
				}
				if p.Value > *at {
					*at = p.Value
				}
			}
		}
	}
	on, discount = make([]float32, periods), make([]float32, periods)
	for d, v := range days {
		if v == v {
			on[d/int(step)] += 1 / float32(step)
			discount[d/int(step)] += v / float32(step)
		}
	}
	return on, discount
}

// joined is what the sales say up to the calendar's first day, and the calendar
// from there on, a vector a series.
func joined(p *daycast.Panel, own, calendar daycast.PanelSignal) daycast.PanelSignal {
	s := daycast.PanelSignal{
		Name: calendar.Name, Future: true, Step: p.Step,
		Vector: make([]int32, len(p.Series)), First: slices.Clone(p.Start), Vectors: make([][]float32, len(p.Series)),
	}
	for i := range p.Series {
		s.Vector[i] = int32(i)
		s.Vectors[i] = make([]float32, p.Len(i)+p.Ahead.Periods)
		for t := range s.Vectors[i] {
			d := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
			s.Vectors[i][t] = own.At(i, d)
			if d >= calendar.First[calendar.Vector[i]] {
				s.Vectors[i][t] = calendar.At(i, d)
			}
		}
	}
	return s
}

// price lays the planned prices over those of the panel from the first one of
// a series on, less the discount of the period's promotions.
func (a *assembly) price(c *planned) {
	p := a.panel
	if p.Ahead.PricePlanned == nil {
		p.Ahead.PricePlanned = slices.Repeat([]daycast.Day{daycast.NotPlanned}, len(p.Series))
	}
	for i, s := range p.Series {
		wide := c.prices[planKey{item: s.Item}]
		var own []daycast.Plan
		if s.Place != daycast.OnlyPlace {
			own = c.prices[planKey{item: s.Item, place: s.Place}]
		}
		if len(wide)+len(own) == 0 {
			continue
		}
		steps := priceSteps{wide: wide, own: own}
		n := p.Len(i)
		for t := range n + p.Ahead.Periods {
			d := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
			v, ok := steps.on(d)
			if !ok {
				continue
			}
			if off := a.discount(i, d); off > 0 {
				v *= 1 - off
			}
			p.Ahead.PricePlanned[i] = min(p.Ahead.PricePlanned[i], d)
			if t < n {
				p.Price[p.Offsets[i]+t] = v
			} else {
				p.Ahead.Price[i*p.Ahead.Periods+t-n] = v
			}
		}
	}
}

// discount is that of series i in a period, 0 for none.
func (a *assembly) discount(i int, d daycast.Day) float32 {
	if len(a.discounts.Vectors) == 0 {
		return 0
	}
	return a.discounts.At(i, d)
}

// priceSteps walks the prices of a series by day. One of the place holds there
// whatever the item's is elsewhere.
type priceSteps struct {
	wide, own     []daycast.Plan
	atWide, atOwn int // how many have begun
}

func (s *priceSteps) on(d daycast.Day) (float32, bool) {
	for s.atWide < len(s.wide) && s.wide[s.atWide].First <= d {
		s.atWide++
	}
	for s.atOwn < len(s.own) && s.own[s.atOwn].First <= d {
		s.atOwn++
	}
	switch {
	case s.atOwn > 0:
		return s.own[s.atOwn-1].Value, true
	case s.atWide > 0:
		return s.wide[s.atWide-1].Value, true
	}
	return 0, false
}
