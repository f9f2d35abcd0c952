package tree

import (
	"math/rand/v2"

	"daycast"
	"daycast/feature"
)

// BlockMatrix bins rows rows that walk writes, on two walks: one for the bins
// that NewBinsLevels makes of those with a weight above zero, of which it asks
// for no more than a sample, and one for the matrix. w has a weight for each
// row; nil: all count. In memory are the binned rows, the sample and a block.
func BlockMatrix(walk func(feature.Sink) error, w []float32, rows, levels int, seed uint64, threads int) (*Matrix, error) {
	bins, err := blockBins(walk, w, rows, levels, seed, threads)
	if err != nil {
		return nil, err
	}
	f := bins.NewFiller(rows, threads)
	if err := walk(f); err != nil {
		return nil, err
	}
	return f.Matrix()
}

func blockBins(walk func(feature.Sink) error, w []float32, rows, levels int, seed uint64, threads int) (*Bins, error) {
	s := newPicker(w, rows, sampleRows, seed)
	if err := walk(s); err != nil {
		return nil, err
	}
	if s.seen != rows || s.kept == nil {
		return nil, daycast.Errorf(daycast.Invalid, "%d rows came of %d", s.seen, rows)
	}
	all := make([]uint32, s.written)
	for i := range all {
		all[i] = uint32(i)
	}
	return exactBins(s.kept, all, levels, threads), nil
}

// picker is a feature.Chooser of a sample of the rows that count: those that
// Sample draws.
type picker struct {
	w       []float32
	rng     *rand.Rand
	left    int // rows to come that count
	want    int // of them
	seen    int
	chosen  []int
	asked   bool
	kept    *feature.Frame
	written int
}

func newPicker(w []float32, rows, size int, seed uint64) *picker {
	p := &picker{w: w, rng: rand.New(rand.NewPCG(seed, sampleStream)), left: rows}
	for _, v := range w {
		if !(v > 0) {
			p.left--
		}
	}
	p.want = min(size, p.left)
	return p
}

// Next draws from the next rows, with the same chance for each: see Sample.
func (p *picker) Next(rows int) []int {
	p.asked, p.chosen = true, p.chosen[:0]
	for k := range rows {
		if at := p.seen + k; at < len(p.w) && !(p.w[at] > 0) {
			continue
		}
		if p.want == p.left || p.want > 0 && p.rng.Float64()*float64(p.left) < float64(p.want) {
			p.chosen = append(p.chosen, k)
			p.want--
		}
		p.left--
	}
	p.seen += rows
	return p.chosen
}

// Write takes the rows that Next asked for, or else a whole block.
func (p *picker) Write(block *feature.Frame) error {
	if p.kept == nil {
		p.kept = feature.NewFrame(block.Columns, p.want+len(p.chosen))
	}
	if err := checkBlock(block, p.kept.Columns); err != nil {
		return err
	}
	whole := !p.asked
	p.asked = false
	if whole {
		p.Next(block.Rows)
		p.asked = false
	}
	if !whole && block.Rows != len(p.chosen) || p.written+len(p.chosen) > p.kept.Rows {
		return daycast.Errorf(daycast.Invalid, "a block of %d rows came, where %d were chosen", block.Rows, len(p.chosen))
	}
	for c, column := range block.Data {
		out := p.kept.Data[c][p.written:]
		if !whole {
			copy(out, column)
			continue
		}
		for k, r := range p.chosen {
			out[k] = column[r]
		}
	}
	p.written += len(p.chosen)
	return nil
}
