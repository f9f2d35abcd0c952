package clean

import (
	"fmt"
	"strings"

	"daycast"
)

// synonyms are the other names that people give the columns of a daily table,
// the more usual first.
var synonyms = map[string][]string{
	"item": {
		"item_id", "sku", "sku_id", "product", "product_id", "item_code", "product_code", "stock_code", "stockcode",
		"article", "article_id", "unique_id", "item_name", "product_name", "item_nbr", "family", "id",
	},
	"place": {
		"place_id", "store", "store_id", "store_nbr", "location", "location_id", "channel", "shop", "shop_id",
		"outlet", "branch", "warehouse", "site",
	},
	"day": {
		"date", "ds", "dt", "order_date", "sale_date", "sales_date", "invoice_date", "business_date", "calendar_date",
		"datetime", "timestamp", "time", "week", "week_start", "week_starting",
	},
	"units": {
		"sales", "unit_sales", "units_sold", "sales_units", "quantity", "qty", "quantity_sold", "qty_sold", "sold",
		"demand", "sale_amount", "sales_qty", "volume", "y", "target", "value", "revenue", "amount",
	},
	"price":     {"unit_price", "sell_price", "selling_price", "sales_price", "avg_price"},
	"promotion": {"promo", "onpromotion", "on_promotion", "is_promo", "is_promotion", "promo_flag", "promotion_flag"},
	"in_stock":  {"instock", "is_in_stock", "available", "availability"},
}

// onlyItem is what a table sells that names no items, such as the days of
// stores or of a whole shop.
const onlyItem = "all"

// header is where a daily table has its own columns; -1: not there.
type header struct {
	width                                              int
	item, place, day, units, price, promotion, inStock int
	notes                                              []string
}

func readHeader(columns []string, d *decimal) (header, []*column, error) {
	h := header{width: len(columns)}
	at := map[string]int{}
	for k := len(columns) - 1; k >= 0; k-- { // of two alike the first counts
		at[spelled(columns[k])] = k
	}
	taken := map[int]bool{}
	find := func(name string) int {
		for _, n := range append([]string{name}, synonyms[name]...) {
			k, ok := at[n]
			if !ok || taken[k] {
				continue
			}
			taken[k] = true
			if columns[k] != name {
				h.notes = append(h.notes, fmt.Sprintf("column %q is read as %s", columns[k], name))
			}
			return k
		}
		return -1
	}
	h.item, h.day, h.units, h.place = find("item"), find("day"), find("units"), find("place")
	h.price, h.promotion, h.inStock = find("price"), find("promotion"), find("in_stock")
	if h.item < 0 {
		h.notes = append(h.notes, fmt.Sprintf("there is no column item: all rows of a place are the item %q", onlyItem))
	}
	var missing []string
	for _, need := range []struct {
		name string
		at   int
	}{{"day", h.day}, {"units", h.units}} {
		if need.at < 0 {
			missing = append(missing, need.name)
		}
	}
	if len(missing) > 0 {
		return h, nil, daycast.Errorf(daycast.Invalid, "no column %s in the first line", strings.Join(missing, ", ")).
			WithField(missing[0]).WithHint("the columns are %s; want item, day and units", clipped(strings.Join(columns, ", ")))
	}
	var extra []*column
	names := map[string]bool{}
	for k, c := range columns {
		if name := spelled(c); !taken[k] && !names[name] {
			names[name] = true
			extra = append(extra, newColumn(name, k, d))
		}
	}
	return h, extra, nil
}

// spelled is a column's name for which case, spaces and dashes do not count.
func spelled(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	return strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(name)
}
