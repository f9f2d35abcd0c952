// Package simulate fills a shop's own SQL tables, as a shop would have them:
// with a simulated shop whose true demand is known, or with the invoices of a
// real one.
package simulate

// A Summary counts what a shop was filled with.
type Summary struct {
	Places    int     `json:"places"`
	Items     int     `json:"items"`
	Customers int     `json:"customers"`
	Orders    int     `json:"orders"`
	Lines     int     `json:"lines"` // order lines
	Stock     int     `json:"stock"` // stock rows: one a day and series
	Plans     int     `json:"plans"` // rows of promotions and prices
	Planted   Planted `json:"planted"`
	// Overlap is the lines of invoices that an earlier file already had,
	// which are not loaded again. Only real invoices overlap.
	Overlap int `json:"overlap,omitempty"`
}

// schema is a plain shop. SQLite's types are only wishes: a quantity that is
// no number stays the text that it was.
const schema = `
CREATE TABLE places (place_id TEXT, time_zone TEXT, country TEXT, region TEXT, latitude REAL, longitude REAL);
CREATE TABLE customers (customer_id TEXT, country TEXT, segment TEXT, first_order TEXT);
CREATE TABLE products (item_id TEXT, name TEXT, category TEXT, brand TEXT, launched TEXT, price REAL);
CREATE TABLE orders (order_id TEXT, customer_id TEXT, place_id TEXT, ordered_at TEXT);
CREATE TABLE order_lines (order_id TEXT, line_id INTEGER, item_id TEXT, quantity INTEGER, unit_price REAL, promotion INTEGER);
CREATE TABLE stock (day TEXT, item_id TEXT, place_id TEXT, on_hand INTEGER);
CREATE TABLE promotions (item_id TEXT, starts TEXT, ends TEXT, discount REAL, announced TEXT);
CREATE TABLE prices (item_id TEXT, starts TEXT, price REAL, announced TEXT);`

// indexes come after the rows, which is several times faster than before.
const indexes = `
CREATE UNIQUE INDEX orders_by_id ON orders (order_id);
CREATE INDEX orders_by_time ON orders (ordered_at);
CREATE INDEX order_lines_by_order ON order_lines (order_id);
CREATE INDEX stock_by_day ON stock (day);`

// Queries are the SQL queries that read a shop's tables as daycast's canonical
// ones, by the canonical table's name: sales, items, customers, places, stock,
// promotions and prices. They are what a user would write into the config.
func Queries() map[string]string {
	return map[string]string{
		"sales": `SELECT l.order_id, l.line_id, o.ordered_at, o.customer_id, l.item_id, o.place_id,
       l.quantity, l.unit_price, l.promotion
FROM order_lines l LEFT JOIN orders o ON o.order_id = l.order_id`,
		"items":     `SELECT item_id, name, category, brand FROM products`,
		"customers": `SELECT customer_id, country, segment, first_order FROM customers`,
		"places":    `SELECT place_id, time_zone, country, region, latitude, longitude FROM places`,
		"stock":     `SELECT day, item_id, place_id, on_hand FROM stock`,

		"promotions": `SELECT item_id, starts, ends, discount, announced FROM promotions`,
		"prices":     `SELECT item_id, starts, price, announced FROM prices`,
	}
}
