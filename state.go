package daycast

// A DayState says why a day's units are what they are. Only Sold, Zero and
// StockOut days are evidence about demand.
type DayState uint8

// The states, in the order in which they are saved: never renumber.
const (
	NotListed DayState = iota // before the launch or after the delisting
	Sold                      // units != 0; negative where returns exceed sales
	Zero                      // open and in stock, nobody bought
	StockOut                  // units is a lower bound of demand
	Closed                    // the place did not trade
	Missing                   // the feed failed; units is unknown
)

var stateNames = [...]string{"not_listed", "sold", "zero", "stock_out", "closed", "missing"}

// String is the state's name in tables and pages, such as "stock_out".
func (s DayState) String() string {
	if int(s) >= len(stateNames) {
		return "unknown"
	}
	return stateNames[s]
}

// Evidence reports whether a day in this state says something about demand.
func (s DayState) Evidence() bool { return s == Sold || s == Zero || s == StockOut }
