package clean

import "hash/maphash"

// repeats looks at the first rows of a table to tell a daily table, in which a
// row that comes twice is a slip, from a list of sales, in which two customers
// bought the same.
type repeats struct {
	seed   maphash.Seed
	left   int
	days   map[uint64]map[uint64]int // series-day -> row -> how often
	again  int                       // rows of a series-day that has one already
	differ int                       // of them, those that say something new
}

const (
	// sampledRows are a few days of a large shop, or some items' whole history.
	sampledRows = 200_000
	// A list of sales has more than this share of rows that are not the first
	// of their day, and most of them differ from it.
	repeatedShare = 0.05
	differShare   = 0.5
)

func newRepeats() *repeats {
	return &repeats{seed: maphash.MakeSeed(), left: sampledRows, days: map[uint64]map[uint64]int{}}
}

func (s *repeats) see(row []string, r parsed) {
	if s.left == 0 {
		s.days = nil
		return
	}
	s.left--
	rows := s.days[r.key()]
	if rows == nil {
		rows = map[uint64]int{}
		s.days[r.key()] = rows
	} else {
		s.again++
	}
	h := rowHash(s.seed, row)
	if len(rows) > 0 && rows[h] == 0 {
		s.differ++
	}
	rows[h]++
}

// sales reports whether the table is a list of sales.
func (s *repeats) sales() bool {
	seen := float64(sampledRows - s.left)
	return float64(s.again) > repeatedShare*seen && float64(s.differ) > differShare*float64(s.again)
}

func rowHash(seed maphash.Seed, row []string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, v := range row {
		_, _ = h.WriteString(v)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}
