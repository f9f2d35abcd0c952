package nesting

import (
	"slices"
	"testing"
)

// A shop, two places, three departments, and departments at places.
func TestLevels(t *testing.T) {
	const shop, place, dept, both = 0, 1, 2, 3
	n := New([]int{1, 2, 3, 5})
	pairs := [][2]int32{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}}
	for k, pair := range pairs {
		for range 3 {
			n.Add([]int32{0, pair[0], pair[1], int32(k)})
		}
	}
	for k, pair := range pairs {
		if n.Within(both, k, place) != pair[0] || n.Within(both, k, dept) != pair[1] {
			t.Errorf("pair %d lies within %d and %d, want %v", k, n.Within(both, k, place), n.Within(both, k, dept), pair)
		}
	}
	if n.Within(place, 0, dept) >= 0 || n.Within(place, 0, shop) != 0 {
		t.Errorf("place 0 lies within department %d and shop %d", n.Within(place, 0, dept), n.Within(place, 0, shop))
	}
	if !n.Refines(both, dept) || !n.Refines(dept, shop) || n.Refines(dept, place) || n.Refines(shop, place) {
		t.Error("wrong levels refine each other")
	}
	if around := n.Around(both); !slices.Equal(around, []int{place, dept}) {
		t.Errorf("around the pairs are %v", around)
	}
	if finest := n.Finest([]int{shop, place, dept}); !slices.Equal(finest, []int{place, dept}) {
		t.Errorf("of shop, place and department the finest are %v", finest)
	}
	n.Add([]int32{0, 1, 2, -1}) // one of no pair
	if n.Within(place, 1, both) >= 0 {
		t.Error("place 1 lies within a pair")
	}
}
