package daycast

// A Scope says to what a signal's key refers.
type Scope string

// The scopes, widest first.
const (
	ScopeShop     Scope = "shop"     // key is empty
	ScopePlace    Scope = "place"    // key is the place
	ScopeCategory Scope = "category" // key is the item's category
	ScopeItem     Scope = "item"     // key is the item
	ScopeSeries   Scope = "series"   // key is the series id
)

// A Signal is one value of an outside factor: on Day, Name was Value, and that
// was known at KnownAt. A backtest at origin O sees only values with KnownAt <= O.
type Signal struct {
	Name    string
	Scope   Scope
	Key     string
	Day     Day
	KnownAt Day
	Value   float32 // a number, or where Code is set its place in the dictionary is the reader's choice
	Code    string  // for signals that are words, such as a holiday's name; empty for numbers
}
