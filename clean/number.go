package clean

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber reads a number or a truth value.
func parseNumber(s string) (float32, bool) {
	if v, ok := parseFloat(s); ok {
		return v, true
	}
	switch strings.ToLower(s) {
	case "true", "yes", "y", "t":
		return 1, true
	case "false", "no", "n", "f":
		return 0, true
	}
	return 0, false
}

// parseFloat refuses what cannot be a day's units or a price: infinities, NaN
// and numbers whose sums would leave a float32.
func parseFloat(s string) (float32, bool) {
	const most = math.MaxFloat32 / 1e6
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > most {
		return 0, false
	}
	return float32(v), true
}

// A decimal says what a comma in a number is.
type decimal struct{ comma bool }

// learn looks at one cell: a comma in a number that is not followed by groups
// of three digits, or comes after a point, is the decimal mark.
func (d *decimal) learn(s string) {
	s = strings.TrimLeft(s, "+-")
	at := strings.IndexByte(s, ',')
	if d.comma || at < 0 || strings.Trim(s, "0123456789.,") != "" {
		return
	}
	if point := strings.IndexByte(s, '.'); point >= 0 {
		d.comma = point < at
		return
	}
	groups := strings.Split(s, ",")
	d.comma = len(groups) == 2 && (groups[0] == "0" || len(groups[0]) > 3 || len(groups[1]) != 3 && groups[1] != "")
}

// parse reads what parseNumber reads, and numbers with thousands separators,
// a decimal comma or a currency.
func (d *decimal) parse(s string) (float32, bool) {
	if v, ok := parseNumber(s); ok {
		return v, true
	}
	s = bare(s)
	if d.comma {
		s = strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1)
	} else {
		s = strings.ReplaceAll(s, ",", "")
	}
	return parseFloat(s)
}

// bare takes the currency, the spaces and the apostrophes off a number.
func bare(s string) string {
	if s == "" || strings.IndexFunc(s, isDigit) < 0 {
		return s
	}
	return strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "",
		"€", "", "$", "", "£", "", "¥", "", "EUR", "", "USD", "", "GBP", "").Replace(s)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// missingWord reports whether a cell says that its value is not known.
func missingWord(s string) bool {
	switch s {
	case "":
		return true
	case "-", "?":
		return true
	}
	switch strings.ToLower(s) {
	case "na", "nan", "null", "none", "n/a", "<na>", "nil", "#n/a":
		return true
	}
	return false
}
