package clean

import "daycast"

// dayset is a set of days, a bit each.
type dayset struct {
	word map[int32]uint64
}

// add reports whether the day is new.
func (s *dayset) add(d daycast.Day) bool {
	if s.word == nil {
		s.word = map[int32]uint64{}
	}
	k, bit := int32(d)>>6, uint64(1)<<(uint32(d)&63)
	if s.word[k]&bit != 0 {
		return false
	}
	s.word[k] |= bit
	return true
}
