package quality

// An Effect is what becomes of a row for a reason of the cleaning.
type Effect string

// The effects.
const (
	LeftOut     Effect = "left out"
	Quarantined Effect = "quarantine" // left out, and kept with the reason
	ValueLost   Effect = "value lost" // the row counts, one value of it does not
	Kept        Effect = "used"       // the row counts in another way than as it stands
	Unknown     Effect = "changed"    // a reason that this package does not know
)

var effects = map[string]Effect{
	"duplicate": LeftOut, "superseded": LeftOut, "non_product": LeftOut, "zero_quantity": LeftOut, "zero_price": LeftOut,
	"stock_adjustment": LeftOut, "test_order": LeftOut,
	"missing_item": Quarantined, "bad_time": Quarantined, "old_date": Quarantined, "future_date": Quarantined,
	"bad_quantity": Quarantined, "negative_price": Quarantined, "return_without_sale": Quarantined, "other_currency": Quarantined,
	"wrong_number_of_values": Quarantined, "no_item": Quarantined, "unreadable_day": Quarantined,
	"unreadable_units": ValueLost,
	"bad_price":        ValueLost, "bad_discount": ValueLost, "bad_promotion": ValueLost, "price_scale": ValueLost,
	"return": Kept, "unit_change": Kept, "several_rows_added_up": Kept,
}

// EffectOf is what a reason means for its rows.
func EffectOf(reason string) Effect {
	if e, ok := effects[reason]; ok {
		return e
	}
	return Unknown
}

// Gone reports whether the row counts in no day.
func (e Effect) Gone() bool { return e == LeftOut || e == Quarantined }
