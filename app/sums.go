package app

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"daycast"
	"daycast/model/interval"
)

// mostCells is how many groups times periods a level may have for its totals to
// be written: their draws take 128 MB. The groups of a level of more are nearly
// single series.
const mostCells = 40_000

// cellBytes is what the draws of a group take in a period.
const cellBytes = 8 * interval.Draws

// sums are the totals of a shop and of the groups of its levels, from block to
// block.
type sums struct {
	memory  int64 // bytes that draws may take
	horizon int
	series  int // that were added
	cells   int // of all groups, the horizon of each
	shop    *interval.Total
	levels  map[string]map[string]*interval.Total // by level and group
	without map[string]string                     // levels that there are no totals of, and why
}

func newSums(memory int64) *sums {
	return &sums{memory: memory, levels: map[string]map[string]*interval.Total{}, without: map[string]string{}}
}

// ownLevels are the groups that a series itself tells of, whatever block it is
// in. Where there are no places, an item is one series.
func ownLevels(s daycast.Series) map[string]string {
	if s.Place == daycast.OnlyPlace {
		return nil
	}
	return map[string]string{"item": s.Item, "place": s.Place}
}

// begin makes ready for a block. A block has no level of which its series have
// one group, or one each, though others may: what such a level's groups sell in
// this block is not known then, and it is left out.
func (s *sums) begin(p *daycast.Panel, horizon int) {
	first := s.shop == nil
	if first {
		s.shop, s.horizon = interval.NewTotal(horizon), horizon
		s.levels["item"], s.levels["place"] = map[string]*interval.Total{}, map[string]*interval.Total{}
	}
	has := map[string]bool{}
	for _, l := range p.Levels {
		has[l.Name] = true
		if s.levels[l.Name] != nil || s.without[l.Name] != "" {
			continue
		}
		if !first {
			s.without[l.Name] = "not all blocks have it"
			continue
		}
		s.levels[l.Name] = map[string]*interval.Total{}
	}
	for _, name := range sortedKeys(s.levels) {
		if !has[name] && name != "item" && name != "place" {
			s.leave(name, "not all blocks have it")
		}
	}
}

// leave gives up a level.
func (s *sums) leave(level, why string) {
	s.cells -= len(s.levels[level]) * s.horizon
	delete(s.levels, level)
	s.without[level] = why
}

// add adds series i of the block's panel to the shop and its groups.
func (s *sums) add(p *daycast.Panel, i int, own *interval.Total) {
	s.series++
	s.shop.Plus(own)
	added := map[string]bool{}
	for _, l := range p.Levels {
		added[l.Name] = true
		if g := l.Of[i]; g >= 0 {
			s.group(l.Name, l.Names[g], own)
		}
	}
	for name, g := range ownLevels(p.Series[i]) {
		if !added[name] {
			s.group(name, g, own)
		}
	}
}

func (s *sums) group(level, name string, own *interval.Total) {
	groups := s.levels[level]
	if groups == nil {
		return
	}
	if groups[name] == nil {
		if (len(groups)+1)*s.horizon > mostCells {
			s.leave(level, fmt.Sprintf("it has more than %d groups", len(groups)))
			return
		}
		groups[name] = interval.NewTotal(s.horizon)
		s.cells += s.horizon
		s.fit()
	}
	groups[name].Plus(own)
}

// fit gives the levels with the most groups up until draws fit into memory.
func (s *sums) fit() {
	for int64(s.cells)*cellBytes > s.memory && len(s.levels) > 0 {
		most := slices.MaxFunc(sortedKeys(s.levels), func(a, b string) int { return cmp.Compare(len(s.levels[a]), len(s.levels[b])) })
		s.leave(most, "its draws do not fit into memory")
	}
}

// all yields the levels that say something, by name: as in a panel, those with
// more than one group and fewer than one to each series.
func (s *sums) all() iter.Seq2[string, map[string]*interval.Total] {
	return func(yield func(string, map[string]*interval.Total) bool) {
		for _, name := range sortedKeys(s.levels) {
			if n := len(s.levels[name]); n > 1 && n < s.series && !yield(name, s.levels[name]) {
				return
			}
		}
	}
}

func (s *sums) notes() (notes []string) {
	for _, name := range sortedKeys(s.without) {
		notes = append(notes, fmt.Sprintf("no totals of the level %s: %s", name, s.without[name]))
	}
	return notes
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
