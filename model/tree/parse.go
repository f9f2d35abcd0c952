package tree

import (
	"encoding/binary"
	"math"
)

// A parser walks over bytes that nobody vouches for. After the first failure
// it yields zeros, and counts of zero, so that loops end.
type parser struct {
	b      []byte
	failed bool
}

func (p *parser) take(n int) []byte {
	if p.failed || n > len(p.b) {
		p.failed = true
		return make([]byte, min(n, 8))
	}
	out := p.b[:n]
	p.b = p.b[n:]
	return out
}

func (p *parser) u8() uint8    { return p.take(1)[0] }
func (p *parser) u16() uint16  { return binary.LittleEndian.Uint16(p.take(2)) }
func (p *parser) u32() uint32  { return binary.LittleEndian.Uint32(p.take(4)) }
func (p *parser) u64() uint64  { return binary.LittleEndian.Uint64(p.take(8)) }
func (p *parser) f32() float32 { return math.Float32frombits(p.u32()) }
func (p *parser) f64() float64 { return math.Float64frombits(p.u64()) }

// count reads how many things of at least size bytes follow.
func (p *parser) count(size int) int {
	n := int64(p.u32())
	p.check(n*int64(size) <= int64(len(p.b)))
	if p.failed {
		return 0
	}
	return int(n)
}

func (p *parser) check(ok bool) { p.failed = p.failed || !ok }

// parse reads a body and checks all that prediction relies on.
func parse(b []byte) (*Ensemble, bool) {
	p := &parser{b: b}
	e := &Ensemble{link: Link(p.u8()), start: p.f64()}
	p.check(e.link <= Logistic && e.start-e.start == 0)
	e.bins = p.bins()
	trees := p.count(treeBytes)
	for range trees {
		e.trees = append(e.trees, p.tree(e.bins.columns))
	}
	return e, !p.failed && len(p.b) == 0
}

func (p *parser) bins() *Bins {
	b := &Bins{}
	columns := p.count(columnBytes)
	p.check(columns <= maxColumns)
	for range columns {
		b.columns = append(b.columns, p.column())
	}
	return b
}

func (p *parser) column() columnBins {
	kind, cuts := p.u8(), int(p.u16())
	c := columnBins{categorical: kind != number, other: kind == categoryWithOther}
	p.check(kind <= categoryWithOther && 4*cuts <= len(p.b) && cuts <= maxCuts)
	if p.failed {
		return c
	}
	c.cuts = make([]float32, cuts)
	for i := range c.cuts {
		c.cuts[i] = p.f32()
		p.check(c.cuts[i] == c.cuts[i] && (i == 0 || c.cuts[i-1] < c.cuts[i]))
	}
	return c
}

func (p *parser) tree(columns []columnBins) Tree {
	nodes, words := int64(p.u32()), int64(p.u32())
	p.check(nodes >= 1 && nodes <= math.MaxInt32 && nodes*nodeBytes+words*8 <= int64(len(p.b)))
	if p.failed {
		return Tree{}
	}
	var rights []int32 // children that are still to come, the next one last
	t := Tree{nodes: make([]node, nodes), sets: make([]uint64, words)}
	for i := range t.nodes {
		n := node{
			right: int32(p.u32()), set: int32(p.u32()), value: p.f32(), gain: p.f32(), cover: p.f32(),
			column: p.u16(), lo: p.u16(), span: p.u16(),
		}
		p.check(finite(n.value) && finite(n.gain) && n.gain >= 0 && finite(n.cover) && n.cover >= 0)
		t.nodes[i] = n
		if n.right == 0 {
			// After a leaf comes the right child of the last node that lacks it.
			if k := len(rights) - 1; k >= 0 {
				p.check(int(rights[k]) == i+1)
				rights = rights[:k]
			} else {
				p.check(int64(i) == nodes-1)
			}
			continue
		}
		rights = append(rights, n.right)
		p.check(int(n.column) < len(columns) && n.set >= -1 && (n.set >= 0 || n.lo <= 1))
		if !p.failed && n.set >= 0 {
			p.check(int64(n.set)+int64(setWords(columns[n.column].last())) <= words)
		}
	}
	p.check(len(rights) == 0)
	for i := range t.sets {
		t.sets[i] = p.u64()
	}
	return t
}
