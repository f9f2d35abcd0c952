package tree

import "math"

// ordered maps floats to numbers in the same order; -0 comes before 0.
func ordered(v float32) uint32 {
	bits := math.Float32bits(v)
	return bits ^ (uint32(int32(bits)>>31) | 1<<31)
}

// unordered is the inverse of ordered.
func unordered(key uint32) float32 {
	return math.Float32frombits(key ^ (uint32(int32(^key)>>31) | 1<<31))
}

// sortKeys sorts keys, given room for as many: a radix sort by bytes, several
// times as fast as by comparison for the sample of a column.
func sortKeys(keys, spare []uint32) []uint32 {
	var count [4][256]uint32
	for _, k := range keys {
		count[0][uint8(k)]++
		count[1][uint8(k>>8)]++
		count[2][uint8(k>>16)]++
		count[3][uint8(k>>24)]++
	}
	for d := range count {
		c, shift := &count[d], 8*d
		at := uint32(0)
		for v, n := range c {
			c[v] = at
			at += n
		}
		spare = spare[:len(keys)]
		for _, k := range keys {
			v := uint8(k >> shift)
			spare[c[v]] = k
			c[v]++
		}
		keys, spare = spare, keys
	}
	return keys
}
