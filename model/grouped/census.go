package grouped

import (
	"daycast"
	"daycast/model/nesting"
)

// maxGroups is how many groups a level may have: beyond, each is small.
const maxGroups = 300

// Level is a level whose groups are forecast: Around names, by group and other
// level, the group of that level that it lies within.
type Level struct {
	Name   string
	Around map[string]map[string]string
}

// shop is the level of all series.
const shop = "shop"

// census finds the levels and which groups lie within which.
type census struct {
	first  *daycast.Panel
	levels []daycast.Level // with few groups, the shop first
	within *nesting.Levels
	series int
}

func (c *census) add(p *daycast.Panel) {
	if c.first == nil {
		c.first = p
		c.levels = []daycast.Level{levelOf(p, shop)}
		sizes := []int{1}
		for _, l := range p.Levels {
			if len(l.Names) <= maxGroups {
				c.levels, sizes = append(c.levels, l), append(sizes, len(l.Names))
			}
		}
		c.within = nesting.New(sizes)
	}
	var levels []daycast.Level
	for _, l := range c.levels {
		levels = append(levels, levelOf(p, l.Name))
	}
	of := make([]int32, len(levels))
	for i := range p.Series {
		for k := range levels {
			of[k] = levels[k].Of[i]
		}
		c.within.Add(of)
	}
	c.series += len(p.Series)
}

// levelOf is the panel's level of a name; one of nobody where it has none.
func levelOf(p *daycast.Panel, name string) daycast.Level {
	for _, l := range p.Levels {
		if l.Name == name {
			return l
		}
	}
	l := daycast.Level{Name: name, Names: []string{name}, Of: make([]int32, len(p.Series))}
	for i := range l.Of {
		if name != shop {
			l.Of[i] = -1
		}
	}
	return l
}

// finest are the levels that no other refines.
func (c *census) finest() []Level {
	every := make([]int, len(c.levels))
	for k := range every {
		every[k] = k
	}
	var out []Level
	for _, k := range c.within.Finest(every) {
		own := Level{Name: c.levels[k].Name, Around: map[string]map[string]string{}}
		for g, name := range c.levels[k].Names {
			around := map[string]string{}
			for j := range c.levels {
				if other := c.within.Within(k, g, j); j != k && j > 0 && other >= 0 {
					around[c.levels[j].Name] = c.levels[j].Names[other]
				}
			}
			own.Around[name] = around
		}
		out = append(out, own)
	}
	return out
}

// signals are those that are known ahead and that series share.
func (c *census) signals() []string {
	var out []string
	for _, s := range c.first.Signals {
		if s.Future && 2*len(s.Vectors) <= c.series {
			out = append(out, s.Name)
		}
	}
	return out
}
