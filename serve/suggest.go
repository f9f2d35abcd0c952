package serve

import (
	"strings"

	"daycast"
)

// suggestWindow is how many neighbours in the sorted list are compared, so
// that a wrong id costs the same in a shop of any size.
const suggestWindow = 200

// nearest is the id of the series that a wrong id most likely meant, "" where
// none is near: the same in another case, the same item at another place, or
// a neighbour that a few edits turn into it.
func (l *live) nearest(id string) string {
	trimmed := strings.TrimSpace(id)
	for _, guess := range []string{trimmed, strings.ToUpper(trimmed), strings.ToLower(trimmed)} {
		if i, ok := l.resolve(guess); ok {
			return l.Panel.Series[i].ID()
		}
	}
	want, err := daycast.ParseSeries(trimmed)
	if err != nil {
		want = daycast.Series{Item: trimmed}
	}
	at, _ := l.find(daycast.Series{Item: want.Item})
	all := l.Panel.Series
	if at < len(all) && all[at].Item == want.Item {
		return all[at].ID()
	}
	best, fewest := "", 1+len(trimmed)/4
	for i := max(0, at-suggestWindow); i < min(len(all), at+suggestWindow); i++ {
		candidate := all[i].ID()
		if d := distance(trimmed, candidate, fewest); d <= fewest && (best == "" || d < fewest) {
			best, fewest = candidate, d
		}
	}
	return best
}

// distance is Levenshtein's, in bytes; any number above limit stands for more
// than limit. Levenshtein (1966), "Binary codes capable of correcting
// deletions, insertions, and reversals".
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
