package explore

import (
	"cmp"
	"slices"
)

// Promotion says what series sold on promotion, over the days in stock of
// which it is known whether they were: a promotion is one of half a day or
// more.
//
//	Share  days on promotion / days
//	Lift   sum of units on promotion / sum of usual, a series' usual being its
//	       mean over the days without one; 1: promotions changed nothing
//	Days   on promotion, of series that were both on and off
type Promotion struct {
	Share      Number          `json:"share"`
	Lift       Number          `json:"lift"`
	Days       int64           `json:"days"`
	ByCategory []PromotionLift `json:"byCategory"` // by days, descending
}

// PromotionLift is the lift of one category.
type PromotionLift struct {
	Name string `json:"name"`
	Lift Number `json:"lift"`
	Days int64  `json:"days"`
}

// mostCategories is how many of them have a lift, or errors, of their own.
const mostCategories = 20

// lifted adds series up.
type lifted struct {
	days         int64
	units, usual float64
}

func (s *shop) promotion(r *Report) {
	r.Promotion = Promotion{Lift: unknown, ByCategory: []PromotionLift{}}
	if s.own["promotion"] == nil {
		r.note("There is no promotion response: the shop's promotions are not known.")
		return
	}
	var all lifted
	var days, on float64
	by := map[string]lifted{}
	for i := range s.panel.Series {
		p := s.promotionOf(i)
		days += p.onDays + p.offDays
		on += p.onDays
		if p.onDays == 0 || p.offDays == 0 {
			continue
		}
		l := lifted{int64(p.onDays), p.on, p.onDays * p.off / p.offDays}
		all.add(l)
		category := by[s.categoryName(i)]
		category.add(l)
		by[s.categoryName(i)] = category
	}
	if days > 0 {
		r.Promotion.Share = ratio(on, days)
	}
	r.Promotion.Lift, r.Promotion.Days = ratio(all.units, all.usual), all.days
	for name, l := range by {
		if l.usual > 0 {
			r.Promotion.ByCategory = append(r.Promotion.ByCategory, PromotionLift{name, ratio(l.units, l.usual), l.days})
		}
	}
	slices.SortFunc(r.Promotion.ByCategory, func(a, b PromotionLift) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), cmp.Compare(a.Name, b.Name))
	})
	r.Promotion.ByCategory = r.Promotion.ByCategory[:min(len(r.Promotion.ByCategory), mostCategories)]
}

func (l *lifted) add(o lifted) {
	l.days += o.days
	l.units += o.units
	l.usual += o.usual
}

// promoted is one series' days and units on promotion and off.
type promoted struct{ onDays, on, offDays, off float64 }

func (s *shop) promotionOf(i int) (p promoted) {
	units := s.panel.UnitsOf(i)
	for t, state := range s.panel.StateOf(i) {
		share := s.own["promotion"].At(i, s.dayOf(i, t))
		switch {
		case !inStock(state) || !known(share):
		case share >= .5:
			p.onDays++
			p.on += float64(units[t])
		default:
			p.offDays++
			p.off += float64(units[t])
		}
	}
	return p
}
