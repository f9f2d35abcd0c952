package tree

import (
	"math"
	"math/rand/v2"
	"slices"

	"daycast"
	"daycast/feature"
)

// A Sketch finds bins from rows that come in blocks: a feature.Sink. It keeps
// a seeded sample of 200,000 rows, 4 bytes a value, whatever the number that
// comes. Up to as many rows its bins are those of NewBins; of more rows both
// are drawn with the same chance for each, and differ as two seeds do.
//
// The sample is a reservoir: Li (1994), "Reservoir-sampling algorithms of time
// complexity O(n(1+log(N/n)))", algorithm L, which draws the number of rows to
// skip rather than a number for each row.
type Sketch struct {
	kept *feature.Frame // nil before the first block
	size int
	rng  *rand.Rand
	seen int64
	next int64   // the row that goes into the full reservoir next
	rate float64 // the chance of a row to come, were it the last: W of the paper

	asked         bool  // by Next, and not written yet
	chosen, slots []int // rows that are kept, of those to come, and where
}

// NewSketch has seen no row.
func NewSketch(seed uint64) *Sketch { return newSketch(sampleRows, seed) }

func newSketch(size int, seed uint64) *Sketch {
	s := &Sketch{size: size, rng: rand.New(rand.NewPCG(seed, sampleStream)), rate: 1}
	s.next = int64(size) - 1
	s.skip()
	return s
}

// skip draws the next row that goes into the reservoir.
func (s *Sketch) skip() {
	s.rate *= math.Exp(math.Log(1-s.rng.Float64()) / float64(s.size))
	s.next += 1 + int64(min(1<<60, math.Log(1-s.rng.Float64())/math.Log1p(-s.rate)))
}

// Write takes notice of all rows of the block, or, after Next, of those that
// it asked for.
func (s *Sketch) Write(block *feature.Frame) error {
	if err := s.check(block); err != nil {
		return err
	}
	if s.asked {
		s.asked = false
		if block.Rows != len(s.chosen) {
			return daycast.Errorf(daycast.Invalid, "a block of %d rows came, where %d were chosen", block.Rows, len(s.chosen))
		}
		for r := range s.chosen {
			s.keep(block, r, s.slots[r])
		}
		return nil
	}
	for k, r := range s.choose(block.Rows) {
		s.keep(block, r, s.slots[k])
	}
	return nil
}

// WriteRows takes notice of the given rows of the block only, such as those
// with a weight above zero.
func (s *Sketch) WriteRows(block *feature.Frame, rows []uint32) error {
	if err := s.check(block); err != nil {
		return err
	}
	for k, r := range s.choose(len(rows)) {
		s.keep(block, int(rows[r]), s.slots[k])
	}
	return nil
}

// Next makes the sketch a feature.Chooser: of the rows that come few are kept,
// and the others need not be made.
func (s *Sketch) Next(rows int) []int {
	s.asked = true
	return s.choose(rows)
}

// choose draws which of the next rows are kept, and their places.
func (s *Sketch) choose(rows int) []int {
	s.chosen, s.slots = s.chosen[:0], s.slots[:0]
	begin, end := s.seen, s.seen+int64(rows)
	for ; s.seen < min(end, int64(s.size)); s.seen++ {
		s.chosen, s.slots = append(s.chosen, int(s.seen-begin)), append(s.slots, int(s.seen))
	}
	for s.next < end {
		s.chosen, s.slots = append(s.chosen, int(s.next-begin)), append(s.slots, s.rng.IntN(s.size))
		s.skip()
	}
	s.seen = end
	return s.chosen
}

func (s *Sketch) check(block *feature.Frame) error {
	if s.kept == nil {
		s.kept = &feature.Frame{Columns: slices.Clone(block.Columns), Data: make([][]float32, len(block.Columns))}
	}
	return checkBlock(block, s.kept.Columns)
}

// checkBlock refuses a block of another shape than its columns say, or with
// other columns than the blocks before.
func checkBlock(block *feature.Frame, columns []feature.Column) error {
	if !slices.Equal(block.Columns, columns) {
		return daycast.Errorf(daycast.Invalid, "a block of %d columns follows blocks of %d others", len(block.Columns), len(columns)).
			WithHint("give all blocks the same columns, in name, order and levels")
	}
	return checkFrame(block)
}

func (s *Sketch) keep(block *feature.Frame, row, slot int) {
	if slot == s.kept.Rows {
		for c := range s.kept.Data {
			s.kept.Data[c] = append(s.kept.Data[c], block.Data[c][row])
		}
		s.kept.Rows++
		return
	}
	for c := range s.kept.Data {
		s.kept.Data[c][slot] = block.Data[c][row]
	}
}

// Rows is how many rows came.
func (s *Sketch) Rows() int { return int(s.seen) }

// Bins are those of the rows so far.
func (s *Sketch) Bins(threads int) (*Bins, error) { return s.BinsLevels(maxValueBins-1, threads) }

// BinsLevels is Bins with bins for up to so many levels of a category: see
// NewBinsLevels.
func (s *Sketch) BinsLevels(levels, threads int) (*Bins, error) {
	if s.seen == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no row to find bins from")
	}
	rows := make([]uint32, s.kept.Rows)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return exactBins(s.kept, rows, levels, threads), nil
}
