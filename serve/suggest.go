package serve

import (
	"context"
	"slices"
	"strings"

	"daycast"
)

// suggestWindow is how many neighbours in the sorted list are compared, so
// that a wrong id costs the same in a shop of any size.
const suggestWindow = 200

// nearest is the id of the series that a wrong id most likely meant, "" where
// none is near: the same in another case, the same item at another place, or
// a neighbour that a few edits turn into it.
func (l *live) nearest(ctx context.Context, id string) (string, error) {
	trimmed := strings.TrimSpace(id)
	want, err := daycast.ParseSeries(trimmed)
	if err != nil {
		want = daycast.Series{Item: trimmed}
	}
	item := daycast.Series{Item: want.Item}
	guesses, err := l.resolve(ctx, []string{trimmed, strings.ToUpper(trimmed), strings.ToLower(trimmed), item.ID()})
	if err != nil {
		return "", err
	}
	for _, s := range guesses {
		if s != (daycast.Series{}) {
			return s.ID(), nil
		}
	}
	near, err := l.neighbours(ctx, item)
	if err != nil {
		return "", err
	}
	best, fewest := "", 1+len(trimmed)/4
	for _, s := range near {
		if s.Item == item.Item {
			return s.ID(), nil
		}
		candidate := s.ID()
		if d := distance(trimmed, candidate, fewest); d <= fewest && (best == "" || d < fewest) {
			best, fewest = candidate, d
		}
	}
	return best, nil
}

// neighbours are the series that stand before and after one in the list.
func (l *live) neighbours(ctx context.Context, s daycast.Series) (near []daycast.Series, err error) {
	for row, err := range l.shop.Before(ctx, s, suggestWindow) {
		if err != nil {
			return nil, err
		}
		near = append(near, row.Series)
	}
	slices.Reverse(near)
	for row, err := range l.shop.After(ctx, s, "", suggestWindow) {
		if err != nil {
			return nil, err
		}
		near = append(near, row.Series)
	}
	return near, nil
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
