package source

import "unicode/utf8"

// validText reads text that is not UTF-8 as Latin-1, the encoding of most
// older exports, so that one byte never stops a run.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
