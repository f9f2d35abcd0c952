package coherent

import (
	"slices"
	"strings"

	"daycast"
)

const (
	// mostGroups is how many groups a level may have that is found: beyond, each
	// is small.
	mostGroups = 300
	// mostNodes is how many groups all of them may have together: each is
	// forecast at each past origin, which takes some milliseconds.
	mostNodes = 600
)

// between stands between the columns of a crossing, and apart between the names
// of its groups: names may have any other sign.
const (
	between = "*"
	apart   = "\x1f"
)

// ParseLevel reads a level's columns: "category", or "category*place" for each
// category at each place. "shop" has none.
func ParseLevel(text string) []string {
	if text == shop {
		return nil
	}
	var columns []string
	for _, c := range strings.Split(text, between) {
		columns = append(columns, strings.TrimSpace(c))
	}
	return columns
}

// NameOf is what ParseLevel reads.
func NameOf(columns []string) string {
	if len(columns) == 0 {
		return shop
	}
	return strings.Join(columns, between)
}

// GroupName is how people call a group of a level that Find gives: a*b for one of
// a crossing.
func GroupName(name string) string { return strings.ReplaceAll(name, apart, between) }

// LevelOf is the level of a panel's columns together; none: of the shop. A column
// that the panel does not have is code invalid, with field.
func LevelOf(p *daycast.Panel, columns []string, field string) (daycast.Level, error) {
	level, ok := cross(p, columns)
	if !ok {
		return level, unknown(p, columns, field)
	}
	return level, nil
}

// field is what the levels to align by are called.
const field = "forecast.levels"

// shop is the level of all series, which is there always.
const shop = "shop"

// Find gives the levels of a panel's series whose columns are named, the shop's
// left out. Where none are named they are those columns with several groups that
// are neither too many to be forecast nor nearly single series, those with few
// groups first. A column that the panel does not have is code invalid.
func Find(p *daycast.Panel, asked [][]string) ([]daycast.Level, error) {
	if len(asked) == 0 {
		return found(p), nil
	}
	var levels []daycast.Level
	for _, columns := range asked {
		if len(columns) == 0 {
			continue
		}
		level, err := LevelOf(p, columns, field)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(levels, func(l daycast.Level) bool { return l.Name == level.Name }) {
			return nil, daycast.Errorf(daycast.Invalid, "the level %q is named twice", level.Name).WithField(field)
		}
		levels = append(levels, level)
	}
	return levels, nil
}

func unknown(p *daycast.Panel, columns []string, field string) error {
	names := make([]string, len(p.Levels))
	for k, l := range p.Levels {
		names[k] = l.Name
	}
	missing := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return slices.Contains(names, c) })
	if len(missing) == 0 {
		return daycast.Errorf(daycast.Invalid, "the level %q names a column twice", NameOf(columns)).WithField(field)
	}
	e := daycast.Errorf(daycast.Invalid, "the level %q: series have no column %q", NameOf(columns), missing[0]).WithField(field)
	if len(names) == 0 {
		return e.WithHint("this shop's series have no columns to group them by: leave the levels out")
	}
	return e.WithHint("they have %s; %s is each of two together", strings.Join(names, ", "), "a"+between+"b")
}

func found(p *daycast.Panel) []daycast.Level {
	levels := slices.DeleteFunc(slices.Clone(p.Levels), func(l daycast.Level) bool {
		n := len(l.Names)
		return n < 2 || n > mostGroups || 3*n > 2*len(p.Series) || l.Name == shop
	})
	slices.SortStableFunc(levels, func(a, b daycast.Level) int { return len(a.Names) - len(b.Names) })
	nodes := 1
	for k, l := range levels {
		if nodes += len(l.Names); nodes > mostNodes {
			return levels[:k]
		}
	}
	return levels
}

// cross is the level of a panel's columns together: its groups are those that
// series are in, in the order of their first. It is not ok where the panel lacks
// a column, or one is named twice.
func cross(p *daycast.Panel, columns []string) (daycast.Level, bool) {
	out := daycast.Level{Name: NameOf(columns), Of: make([]int32, len(p.Series))}
	if len(columns) == 0 {
		out.Names = []string{shop}
		return out, true
	}
	var of []daycast.Level
	for k, c := range columns {
		at := slices.IndexFunc(p.Levels, func(l daycast.Level) bool { return l.Name == c })
		if at < 0 || slices.Contains(columns[:k], c) {
			return out, false
		}
		of = append(of, p.Levels[at])
	}
	if len(of) == 1 {
		out.Names, out.Of = of[0].Names, of[0].Of
		return out, true
	}
	known := map[string]int32{}
	names := make([]string, len(of))
	for i := range p.Series {
		out.Of[i] = -1
		whole := true
		for k, l := range of {
			if g := l.Of[i]; g >= 0 {
				names[k] = l.Names[g]
			} else {
				whole = false
			}
		}
		if !whole {
			continue
		}
		name := strings.Join(names, apart)
		g, ok := known[name]
		if !ok {
			g = int32(len(out.Names))
			known[name] = g
			out.Names = append(out.Names, name)
		}
		out.Of[i] = g
	}
	return out, true
}
