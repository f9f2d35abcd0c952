package clean

import (
	"cmp"
	"slices"

	"daycast"
)

// A lineID is an order line's name in the shop. A return may have its sale's.
type lineID struct {
	order, line string
	negative    bool
}

// versions finds lines of which the shop wrote several versions.
type versions struct {
	first map[lineID]int   // by name: the place of its first version in the lines
	more  map[lineID][]int // of those with several: all their places
	names []lineID         // of those with several, as they came
}

func newVersions() versions {
	return versions{first: map[lineID]int{}, more: map[lineID][]int{}}
}

// forget makes ready for another series.
func (v *versions) forget() {
	clear(v.first)
	clear(v.more)
	v.names = v.names[:0]
}

func (v *versions) add(id lineID, place int) {
	first, known := v.first[id]
	if !known {
		v.first[id] = place
		return
	}
	if v.more[id] == nil {
		v.more[id] = []int{first}
		v.names = append(v.names, id)
	}
	v.more[id] = append(v.more[id], place)
}

// settle marks each version as gone on the first day on which a later row
// tells better, and calls replaced with it and the row that won.
func (v *versions) settle(lines []orderLine, replaced func(id lineID, old, winner orderLine)) {
	for _, id := range v.names {
		places := v.more[id]
		slices.SortFunc(places, func(a, b int) int { return cmp.Compare(lines[a].row, lines[b].row) })
		winner := lines[places[len(places)-1]]
		gone := winner.day
		for _, place := range slices.Backward(places[:len(places)-1]) {
			lines[place].gone = gone
			gone = min(gone, lines[place].day)
			replaced(id, lines[place], winner)
		}
	}
}

// stands reports whether the line was ever known: a version that is replaced
// on its own day, or by one of an earlier day, never was.
func (l orderLine) stands() bool { return l.gone == never || l.gone > l.day }

// never is the day on which a line's last version is gone.
const never = daycast.Day(0)
