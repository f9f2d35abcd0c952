package contract

import (
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// Keys is a set of texts, by their 64-bit hashes, in bounded memory: two of
// six million texts share a hash with a chance of one in a million.
//
// When it is full it forgets every other hash, by the lowest bit that still
// tells hashes apart, and from then on holds only texts of those that are
// left: of one in two, in four and so on. What it says of a text in its sample
// is as exact as before; Sampled says how many texts one of them stands for.
type Keys struct {
	slots []uint64 // open addressing; 0 is free
	n     int
	most  int  // slots at most, a power of two
	shift uint // the lowest shift bits of each hash are 0
}

const (
	leastSlots = 1 << 10
	// DefaultKeys is how many bytes a set takes at most: exact up to 6.3
	// million texts.
	DefaultKeys = 64 << 20
)

// NewKeys makes a set of at most so many bytes, which is rounded down to a
// power of two and no less than 8 KiB; 0: DefaultKeys.
func NewKeys(bytes int) *Keys {
	if bytes <= 0 {
		bytes = DefaultKeys
	}
	most := max(leastSlots, 1<<(bits.Len(uint(bytes/8))-1))
	return &Keys{slots: make([]uint64, leastSlots), most: most}
}

// Sampled is how many texts each one in the set stands for; 1: it is exact.
func (k *Keys) Sampled() int { return 1 << k.shift }

// hashOf is the hash of texts together; never 0.
func hashOf(texts ...string) uint64 {
	var d xxhash.Digest
	d.Reset()
	var size [4]byte
	for _, t := range texts {
		binary.LittleEndian.PutUint32(size[:], uint32(len(t)))
		_, _ = d.Write(size[:]) // ("ab", "c") is not ("a", "bc")
		_, _ = d.WriteString(t)
	}
	return nonzero(d.Sum64())
}

func nonzero(h uint64) uint64 {
	if h == 0 {
		return 1 << 63
	}
	return h
}

// sampled reports whether the set tells anything about a hash.
func (k *Keys) sampled(h uint64) bool { return h&(1<<k.shift-1) == 0 }

// Add takes a text in, and reports whether it was there before.
func (k *Keys) Add(text string) (before bool) { return k.add(hashOf(text)) }

// add takes a hash in, and reports whether it was there before.
func (k *Keys) add(h uint64) (before bool) {
	if !k.sampled(h) {
		return false
	}
	at := k.find(h)
	if k.slots[at] == h {
		return true
	}
	k.slots[at] = h
	k.n++
	if 4*k.n > 3*len(k.slots) {
		k.grow()
	}
	return false
}

// lacks reports whether a hash is known not to be in the set.
func (k *Keys) lacks(h uint64) bool { return k.sampled(h) && k.slots[k.find(h)] != h }

// find is the slot that holds a hash, or the free one where it belongs.
func (k *Keys) find(h uint64) uint64 {
	mask := uint64(len(k.slots) - 1)
	at := (h >> 32) & mask // the low bits of a sample are all 0
	for k.slots[at] != 0 && k.slots[at] != h {
		at = (at + 1) & mask
	}
	return at
}

// grow makes room: twice the slots, or half of the sample.
func (k *Keys) grow() {
	old, size := k.slots, 2*len(k.slots)
	if size > k.most {
		size = k.most
		k.shift++
	}
	k.slots, k.n = make([]uint64, size), 0
	for _, h := range old {
		if h != 0 && k.sampled(h) {
			k.slots[k.find(h)] = h
			k.n++
		}
	}
}
