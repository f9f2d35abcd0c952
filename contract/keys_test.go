package contract

import (
	"strconv"
	"testing"
)

// A full set keeps a sample in its memory, tells the truth about it, and how
// much of the whole it is.
func TestKeysInLittleMemory(t *testing.T) {
	const texts = 100_000
	k, again := NewKeys(leastSlots*8), 0
	for range 2 {
		for i := range texts {
			if k.add(hashOf(strconv.Itoa(i))) {
				again++
			}
		}
	}
	if len(k.slots) != leastSlots || k.n > leastSlots {
		t.Errorf("%d slots, %d taken", len(k.slots), k.n)
	}
	if n := k.n * k.Sampled(); n < texts*8/10 || n > texts*12/10 {
		t.Errorf("%d texts by the sample of one in %d", n, k.Sampled())
	}
	if n := again * k.Sampled(); n < texts*8/10 || n > texts*12/10 {
		t.Errorf("%d texts came again by the sample", n)
	}
	for i := range texts {
		if h := hashOf(strconv.Itoa(i)); k.lacks(h) {
			t.Fatalf("%d is not there", i)
		}
	}
	lacking := 0
	for i := range texts {
		if k.lacks(hashOf("other " + strconv.Itoa(i))) {
			lacking++
		}
	}
	if n := lacking * k.Sampled(); n < texts*8/10 || n > texts*12/10 {
		t.Errorf("%d others by the sample", n)
	}
}

func TestKeysAreExactWhileThereIsRoom(t *testing.T) {
	k := NewKeys(0)
	for i := range 50_000 {
		if k.Add(strconv.Itoa(i)) {
			t.Fatalf("%d came before", i)
		}
	}
	if k.Sampled() != 1 || k.n != 50_000 || !k.Add("7") || hashOf("ab", "c") == hashOf("a", "bc") {
		t.Errorf("%d of one in %d", k.n, k.Sampled())
	}
}
