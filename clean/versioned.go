package clean

import (
	"cmp"
	"slices"
	"strings"

	"daycast"
)

// An ItemRow is one row of the shop's items: what held of an item from a day to
// another.
type ItemRow struct {
	From, To   daycast.Day // 0: not told
	Attributes map[string]string
}

// The columns of an item's row that say when it held.
const (
	ValidFrom = "valid_from"
	ValidTo   = "valid_to"
)

// ReadItemRow reads the days of a row as a map from column to value, and takes
// them out of the map, which is then the row's attributes.
func ReadItemRow(record map[string]string) (ItemRow, Misfit) {
	row := ItemRow{Attributes: record}
	for _, c := range []struct {
		name string
		to   *daycast.Day
	}{{ValidFrom, &row.From}, {ValidTo, &row.To}} {
		text := strings.TrimSpace(record[c.name])
		if text == "" || c.name == ValidTo && endless(text) {
			continue
		}
		var ok bool
		if *c.to, ok = ReadDay(text); !ok {
			return row, Misfit{c.name, notDay}
		}
	}
	if row.From != 0 && row.To != 0 && row.To < row.From {
		return row, Misfit{ValidTo, "before valid_from"}
	}
	delete(record, ValidFrom)
	delete(record, ValidTo)
	return row, Misfit{}
}

// endless reports whether an end is one of those that mean none.
func endless(text string) bool { return strings.HasPrefix(text, "9999") || text == "infinity" }

// Versions are the rows of one item as items, each from the day on which it
// began to hold up to the next one. A single row always held, and so did the
// first: what was before it nobody knows better. A row without a beginning
// begins where the one before it ended. Of rows that begin on the same day the
// first counts.
func Versions(id string, rows []ItemRow) []daycast.Item {
	begun := make([]daycast.Item, 0, len(rows))
	for _, r := range rows {
		begins := r.From
		if begins == 0 {
			for _, before := range rows {
				if before.To != 0 && (r.To == 0 || before.To < r.To) {
					begins = max(begins, before.To+1)
				}
			}
		}
		begun = append(begun, daycast.Item{ID: id, KnownAt: begins, Attributes: r.Attributes})
	}
	slices.SortStableFunc(begun, func(a, b daycast.Item) int { return cmp.Compare(a.KnownAt, b.KnownAt) })
	begun = slices.CompactFunc(begun, func(a, b daycast.Item) bool { return a.KnownAt == b.KnownAt })
	begun[0].KnownAt = 0
	return begun
}
