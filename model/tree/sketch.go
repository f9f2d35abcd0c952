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

// Write takes notice of all rows of the block.
func (s *Sketch) Write(block *feature.Frame) error {
	if err := s.check(block); err != nil {
		return err
	}
	for r := range block.Rows {
		s.add(block, r)
	}
	return nil
}

// WriteRows takes notice of the given rows of the block only, such as those
// with a weight above zero.
func (s *Sketch) WriteRows(block *feature.Frame, rows []uint32) error {
	if err := s.check(block); err != nil {
		return err
	}
	for _, r := range rows {
		s.add(block, int(r))
	}
	return nil
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

func (s *Sketch) add(block *feature.Frame, row int) {
	at := s.seen
	s.seen++
	switch {
	case at < int64(s.size):
		for c := range s.kept.Data {
			s.kept.Data[c] = append(s.kept.Data[c], block.Data[c][row])
		}
		s.kept.Rows++
	case at == s.next:
		to := s.rng.IntN(s.size)
		for c := range s.kept.Data {
			s.kept.Data[c][to] = block.Data[c][row]
		}
		s.skip()
	}
}

// Rows is how many rows came.
func (s *Sketch) Rows() int { return int(s.seen) }

// Bins are those of the rows so far.
func (s *Sketch) Bins(threads int) (*Bins, error) {
	if s.seen == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "no row to find bins from")
	}
	rows := make([]uint32, s.kept.Rows)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return exactBins(s.kept, rows, maxValueBins-1, threads), nil
}
