package clean

// dayset is a set of day numbers, a bit each.
type dayset []uint64

// add reports whether the day is new.
func (s *dayset) add(n int32) bool {
	k, bit := int(n>>6), uint64(1)<<(uint32(n)&63)
	for len(*s) <= k {
		*s = append(*s, 0)
	}
	if (*s)[k]&bit != 0 {
		return false
	}
	(*s)[k] |= bit
	return true
}

// has reports whether the day is in the set.
func (s dayset) has(n int32) bool {
	k := int(n >> 6)
	return k < len(s) && s[k]&(uint64(1)<<(uint32(n)&63)) != 0
}
