package serve

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for n, want := range map[number]string{
		0: "0", 1.1: "1.1", -2.5: "-2.5", 1e6: "1000000", 1234567: "1234567", 1e-7: "0.0000001",
		number(math.Inf(1)): "null", number(math.Inf(-1)): "null", number(math.NaN()): "null",
		math.MaxFloat32: "340282350000000000000000000000000000000",
	} {
		b, err := json.Marshal(n)
		if err != nil || string(b) != want {
			t.Errorf("%v: %s %v, want %s", float32(n), b, err, want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	q := quantiles{keys: []string{"0.05", "0.5"}, values: []float32{1.1, float32(math.NaN())}}
	b, err := json.Marshal(q)
	if err != nil || string(b) != `{"0.05":1.1,"0.5":null}` {
		t.Errorf("%s %v", b, err)
	}
}

// slowDistance is Levenshtein's by its definition.
func slowDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	replace := slowDistance(a[1:], b[1:])
	if a[0] != b[0] {
		replace++
	}
	return min(replace, slowDistance(a[1:], b)+1, slowDistance(a, b[1:])+1)
}

func TestDistance(t *testing.T) {
	words := []string{"", "a", "mug", "gum", "mugs", "85123A", "85123B", "58123"}
	for _, a := range words {
		for _, b := range words {
			if got, want := distance(a, b, 10), slowDistance(a, b); got != want {
				t.Errorf("%q to %q: %d, want %d", a, b, got, want)
			}
			if slow := slowDistance(a, b); slow > 2 && distance(a, b, 2) <= 2 {
				t.Errorf("%q to %q is within 2, want %d", a, b, slow)
			}
		}
	}
}
