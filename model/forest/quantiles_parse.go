package forest

import (
	"encoding/binary"
	"math"

	"daycast/model/tree"
)

// A cursor takes numbers off the front of a file's body. Once it is empty it
// is bad, and stays so.
type cursor struct {
	b   []byte
	bad bool
}

// take is the next n numbers of so many bytes each.
func (c *cursor) take(n uint32, size int) []byte {
	length := uint64(n) * uint64(size)
	if length > uint64(len(c.b)) {
		c.bad, c.b = true, nil
		return nil
	}
	out := c.b[:length]
	c.b = c.b[length:]
	return out
}

func (c *cursor) u32() uint32 {
	b := c.take(1, 4)
	if c.bad {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *cursor) floats(n uint32) []float32 {
	b := c.take(n, 4)
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

// parseQuantiles reads a body; the trees are not known yet.
func parseQuantiles(body []byte) (*QuantilePredictor, bool) {
	c := &cursor{b: body}
	p := &QuantilePredictor{}
	if levels := c.take(1, 2); !c.bad {
		b := c.take(uint32(binary.LittleEndian.Uint16(levels)), 8)
		for ; len(b) > 0; b = b[8:] {
			p.levels = append(p.levels, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	}
	weighted := c.take(1, 1)
	if c.bad || weighted[0] > 1 || tree.CheckLevels("random forest", p.levels) != nil {
		return nil, false
	}
	for range c.u32() {
		t, ok := c.tree(weighted[0] == 1)
		if !ok {
			return nil, false
		}
		p.trees = append(p.trees, t)
	}
	return p, !c.bad && len(c.b) == 0
}

// tree reads what a tree's leaves keep: each at least one target, in order.
func (c *cursor) tree(weighted bool) (t leafTargets, ok bool) {
	counts := c.take(c.u32(), 2)
	if len(counts) == 0 {
		return t, false
	}
	t.first = make([]uint32, 1, len(counts)/2+1)
	end := uint64(0)
	for ; len(counts) > 0; counts = counts[2:] {
		n := binary.LittleEndian.Uint16(counts)
		if end += uint64(n); n == 0 || end > math.MaxUint32 {
			return t, false
		}
		t.first = append(t.first, uint32(end))
	}
	t.values = c.floats(uint32(end))
	if weighted {
		t.weights = c.floats(uint32(end))
	}
	return t, !c.bad && t.sound()
}

// sound reports whether targets are finite and ascend in their leaf, and
// weights are finite and above zero.
func (t *leafTargets) sound() bool {
	for leaf := range len(t.first) - 1 {
		before := float32(-math.MaxFloat32)
		values, weights := t.at(int32(leaf))
		for _, v := range values {
			if !(v >= before && v <= math.MaxFloat32) {
				return false
			}
			before = v
		}
		for _, w := range weights {
			if !(w > 0 && w <= math.MaxFloat32) {
				return false
			}
		}
	}
	return true
}
