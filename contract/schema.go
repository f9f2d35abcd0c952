package contract

import (
	"fmt"
	"slices"
	"strings"
)

// A Column of a shop's table, as its source described it.
type Column struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"` // as far as the source tells, "" where it does not
}

// A Change is how a table's columns differ from those of an earlier run.
type Change struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	What   string `json:"what"`             // removed, renamed, added, or kind
	To     string `json:"to,omitempty"`     // of renamed the likely new name, of kind the new kind
	From   string `json:"from,omitempty"`   // of kind
	Needed bool   `json:"needed,omitempty"` // nothing can be done without the column
}

// The kinds of change.
const (
	Removed = "removed"
	Renamed = "renamed" // most likely
	Added   = "added"
	Retyped = "kind"
)

func (c Change) String() string {
	switch c.What {
	case Removed:
		return fmt.Sprintf("%s: column %q is gone", c.Table, c.Column)
	case Renamed:
		return fmt.Sprintf("%s: column %q is gone; %q is new: is it the same under another name?", c.Table, c.Column, c.To)
	case Added:
		return fmt.Sprintf("%s: column %q is new", c.Table, c.Column)
	default:
		return fmt.Sprintf("%s: column %q was of kind %s and is of kind %s", c.Table, c.Column, c.From, c.To)
	}
}

// Compare names what changed between two descriptions of a table, in which the
// order of columns does not count. needed says of which columns the loss
// matters.
func Compare(table string, before, now []Column, needed func(column string) bool) []Change {
	var gone, fresh []Column
	var changes []Change
	for _, b := range before {
		k := slices.IndexFunc(now, func(n Column) bool { return n.Name == b.Name })
		switch {
		case k < 0:
			gone = append(gone, b)
		case b.Kind != "" && now[k].Kind != "" && b.Kind != now[k].Kind:
			changes = append(changes, Change{Table: table, Column: b.Name, What: Retyped, From: b.Kind, To: now[k].Kind})
		}
	}
	for _, n := range now {
		if !slices.ContainsFunc(before, func(b Column) bool { return b.Name == n.Name }) {
			fresh = append(fresh, n)
		}
	}
	names := pair(gone, fresh)
	for _, g := range gone {
		c := Change{Table: table, Column: g.Name, What: Removed, Needed: needed(g.Name)}
		if to, ok := names[g.Name]; ok {
			c.What, c.To = Renamed, to
		}
		changes = append(changes, c)
	}
	for _, n := range fresh {
		changes = append(changes, Change{Table: table, Column: n.Name, What: Added})
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return strings.Compare(a.Column, b.Column) })
	return changes
}

// likely is how alike two names have to be, from 0 to 1: "qty" and "quantity"
// are 0.55, "brand" and "origin" 0.36.
const likely = 0.5

// pair finds for each column that is gone the new one that it most likely
// became: of no other kind, and alike in name. The most alike pair first.
func pair(gone, fresh []Column) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for range gone {
		best, from, to := likely, "", ""
		for _, g := range gone {
			for _, f := range fresh {
				if names[g.Name] != "" || taken[f.Name] || g.Kind != "" && f.Kind != "" && g.Kind != f.Kind {
					continue
				}
				if a := alike(g.Name, f.Name); a >= best && (a > best || from == "") {
					best, from, to = a, g.Name, f.Name
				}
			}
		}
		if from == "" {
			break
		}
		names[from], taken[to] = to, true
	}
	return names
}

// alike is 1 for equal names, 0 for those that share nothing: the share of all
// their letters that need no insertion or deletion to make one of the other.
func alike(a, b string) float64 {
	a, b = plain(a), plain(b)
	if len(a)+len(b) == 0 {
		return 0
	}
	row := make([]int, len(b)+1) // the longest common subsequence with each prefix of b
	for i := range len(a) {
		corner := 0
		for j := range len(b) {
			next := row[j+1]
			if a[i] == b[j] {
				row[j+1] = corner + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			corner = next
		}
	}
	return 2 * float64(row[len(b)]) / float64(len(a)+len(b))
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

// plain is a name without what only separates its words.
func plain(name string) string { return separators.Replace(strings.ToLower(name)) }
