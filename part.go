package daycast

import "slices"

// Part is a panel of the series at indices, in that order, with that of the
// shop which concerns them and no more: the names of their groups, the vectors
// of their signals, the totals of the shop and of their groups. It is what
// Select gives, small enough to be put away for itself.
func (p *Panel) Part(indices []int) *Panel {
	q := p.Select(indices)
	kept := map[string][]int32{} // by level: the groups that are left
	for k := range q.Levels {
		l := &q.Levels[k]
		var groups []int32
		l.Of, groups = renumber(l.Of)
		l.Names = pick(l.Names, groups)
		kept[l.Name] = groups
	}
	for k := range q.Signals {
		s := &q.Signals[k]
		var vectors []int32
		s.Vector, vectors = renumber(s.Vector)
		s.First, s.Vectors = pick(s.First, vectors), pick(s.Vectors, vectors)
	}
	if p.Totals != nil {
		q.Totals = p.Totals.part(kept)
	}
	return q
}

// part has the totals of the groups that are kept of each level, and all of a
// level that is not told of, such as the shop.
func (t *Totals) part(kept map[string][]int32) *Totals {
	q := *t
	q.Mean, q.Count, q.Price = slices.Clone(t.Mean), slices.Clone(t.Count), slices.Clone(t.Price)
	for k, name := range t.Levels {
		groups, ok := kept[name]
		if !ok {
			continue
		}
		q.Mean[k] = pick(t.Mean[k], groups)
		if t.Count != nil {
			q.Count[k] = pick(t.Count[k], groups)
		}
		if t.Price != nil {
			q.Price[k] = pick(t.Price[k], groups)
		}
	}
	return &q
}

// renumber gives what is numbered from 0 and used new numbers without gaps, in
// the order of the old ones; -1 stays.
func renumber(of []int32) (renumbered, used []int32) {
	used = slices.Clone(of)
	slices.Sort(used)
	used = slices.Compact(used)
	if len(used) > 0 && used[0] < 0 {
		used = used[1:]
	}
	renumbered = make([]int32, len(of))
	for i, old := range of {
		renumbered[i] = -1
		if old >= 0 {
			k, _ := slices.BinarySearch(used, old)
			renumbered[i] = int32(k)
		}
	}
	return renumbered, used
}

func pick[T any](from []T, at []int32) []T {
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = from[i]
	}
	return out
}
