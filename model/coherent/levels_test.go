package coherent

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

func TestFind(t *testing.T) {
	p := modeltest.Rich(1, 12, 40)
	for _, c := range []struct {
		asked string
		want  string // or what the error says
	}{
		{"", "category 3, place 2"},
		{"place", "place 2"},
		{"shop place", "place 2"},
		{"category*place", "category*place 6"},
		{"category place*category", "category 3, place*category 6"},
		{"brand", `the level "brand": series have no column "brand"`},
		{"category*brand", `the level "category*brand": series have no column "brand"`},
		{"place*place", `the level "place*place" names a column twice`},
		{"place place", `the level "place" is named twice`},
	} {
		var asked [][]string
		for _, a := range strings.Fields(c.asked) {
			asked = append(asked, ParseLevel(a))
		}
		levels, err := Find(p, asked)
		var got []string
		for _, l := range levels {
			got = append(got, fmt.Sprintf("%s %d", l.Name, len(l.Names)))
		}
		slices.Sort(got)
		if err != nil {
			got = []string{err.Error()}
		}
		if strings.Join(got, ", ") != c.want && !(err != nil && strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %s, want %s", c.asked, strings.Join(got, ", "), c.want)
		}
	}
}

// TestFindLeavesOut has a level of one group, and one of nearly single series.
func TestFindLeavesOut(t *testing.T) {
	p := modeltest.Panel(modeltest.Origin, make([]modeltest.Series, 6)...)
	p.Levels = []daycast.Level{
		{Name: "country", Names: []string{"de"}, Of: make([]int32, 6)},
		{Name: "brand", Names: []string{"a", "b", "c", "d", "e"}, Of: []int32{0, 1, 2, 3, 4, 4}},
		{Name: "place", Names: []string{"n", "s"}, Of: []int32{0, 1, 0, 1, 0, -1}},
	}
	levels, err := Find(p, nil)
	if err != nil || len(levels) != 1 || levels[0].Name != "place" {
		t.Errorf("found %v, want the places alone: %v", levels, err)
	}
}
