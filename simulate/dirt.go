package simulate

// Planted counts what is wrong or hard in a simulated shop, on purpose.
type Planted struct {
	Returns       int `json:"returns"`        // lines of negative quantity, of a later order of the same customer
	StockOuts     int `json:"stock_outs"`     // days of series on which less was there than was wanted
	Outages       int `json:"outages"`        // days of places of which nothing arrived
	Lost          int `json:"lost"`           // lines of those days, which are not in the shop's tables
	Duplicates    int `json:"duplicates"`     // lines that were delivered twice
	BadQuantities int `json:"bad_quantities"` // lines whose quantity is no number
	BadPrices     int `json:"bad_prices"`     // lines whose price is no number
	NoPrices      int `json:"no_prices"`      // lines without a price
	BadDates      int `json:"bad_dates"`      // orders whose time is no time
	BadStock      int `json:"bad_stock"`      // stock rows whose count is no number
}

// The chances of dirt, by row.
const (
	duplicateChance   = 0.005
	badQuantityChance = 0.001
	badPriceChance    = 0.001
	noPriceChance     = 0.003
	badDateChance     = 0.0005
	badStockChance    = 0.0005
)

var (
	badQuantities = []string{"two", "3 pcs", "N/A", "1O", "-", "1.2.3"}
	badPrices     = []string{"EUR 4.50", "free", "N/A", "9.9.9", "?"}
	badDates      = []string{"2024-13-45T10:00:00", "31.02.2024", "yesterday", "0000-00-00 00:00:00", "N/A"}
	badStock      = []string{"?", "N/A", "about 10"}
)
