package warehouse

var adjustmentRelation = relation[AdjustmentRow]{
	name: "adjustments",
	columns: []column{
		plain("item"), plain("place"), day("day"), plain("kind"), plain("before"), plain("after"), plain("reason"),
	},
	order: "item, place, day, kind",
	put: func(p *putter, a AdjustmentRow) {
		p.texts(a.Series.Item, a.Series.Place)
		p.days(a.Day)
		p.texts(a.Kind)
		p.singles(a.Before, a.After)
		p.texts(a.Reason)
	},
	take: func(t *taker) AdjustmentRow {
		return AdjustmentRow{
			Series: t.series(), Day: t.day(), Kind: t.text(), Before: t.single(), After: t.single(), Reason: t.text(),
		}
	},
}
