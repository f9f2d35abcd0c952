package forest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"daycast/model/tree"
)

// leafTargets are what the leaves of a tree keep, from left to right, one
// after another.
type leafTargets struct {
	first   []uint32  // by leaf, where its targets begin; one more for the end
	values  []float32 // ascending in a leaf
	weights []float32 // nil: all 1
}

// at are the targets of a leaf.
func (t *leafTargets) at(leaf int32) (values, weights []float32) {
	begin, end := t.first[leaf], t.first[leaf+1]
	if t.weights != nil {
		weights = t.weights[begin:end]
	}
	return t.values[begin:end], weights
}

// A leafSample keeps targets while trees grow.
type leafSample struct {
	*fit
	most  int // of a leaf
	trees []leafTargets
}

// keep takes the leaves of tree t.
func (s *leafSample) keep(t int, leaves []tree.Leaf, b *bag, seed uint64) {
	out := leafTargets{first: make([]uint32, 1, len(leaves)+1)}
	rng := rand.New(rand.NewPCG(seed, 0))
	weighted := s.Weight != nil || b.counts != nil
	for _, leaf := range leaves {
		rows := tree.Sample(leaf.Rows, min(1, float64(s.most)/float64(len(leaf.Rows))), rng.Uint64())
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b uint32) int { return cmp.Compare(s.Y[a], s.Y[b]) })
		for _, r := range rows {
			out.values = append(out.values, s.Y[r])
			if weighted {
				// A weight that is none in 32 bits would leave a leaf without any.
				w := max(math.SmallestNonzeroFloat32, tree.Finite(b.weight(s.fit, r)))
				out.weights = append(out.weights, w)
			}
		}
		out.first = append(out.first, uint32(len(out.values)))
	}
	s.trees[t] = out
}

// A distribution is values with weights.
type distribution struct {
	keys    []uint64  // a value, in an order that agrees with that of floats, then its place in weights
	weights []float64 // of the values in the order that they came
	total   float64
	spare   []uint64
}

func (d *distribution) clear() { d.keys, d.weights, d.total = d.keys[:0], d.weights[:0], 0 }

// add adds values whose weights, nil for all the same, are divided by their sum.
func (d *distribution) add(values, weights []float32) {
	sum := float64(len(values))
	if weights != nil {
		sum = 0
		for _, w := range weights {
			sum += float64(w)
		}
	}
	for i, v := range values {
		w := 1 / sum
		if weights != nil {
			w *= float64(weights[i])
		}
		d.keys = append(d.keys, uint64(ordered(v))<<32|uint64(len(d.weights)))
		d.weights = append(d.weights, w)
	}
	d.total++
}

// quantiles yields the least value at which the weights so far come to each
// level, but for rounding.
func (d *distribution) quantiles(levels []float64, yield func(i int, v float32)) {
	d.sort()
	sum, at := 0., -1
	for i, level := range levels {
		for want := level*d.total - 1e-9*d.total; at < 0 || (sum < want && at < len(d.keys)-1); {
			at++
			sum += d.weights[uint32(d.keys[at])]
		}
		yield(i, unordered(uint32(d.keys[at]>>32)))
	}
}

// sort is a radix sort by the values' bytes: for the hundreds of targets that a
// row has, several times as fast as one by comparison.
func (d *distribution) sort() {
	var count [4][256]uint32
	for _, k := range d.keys {
		count[0][uint8(k>>32)]++
		count[1][uint8(k>>40)]++
		count[2][uint8(k>>48)]++
		count[3][uint8(k>>56)]++
	}
	d.spare = append(d.spare[:0], d.keys...)
	for i := range count {
		c, at := &count[i], uint32(0)
		for v, n := range c {
			c[v], at = at, at+n
		}
		for _, k := range d.keys {
			v := uint8(k >> (32 + 8*i))
			d.spare[c[v]] = k
			c[v]++
		}
		d.keys, d.spare = d.spare, d.keys
	}
}

// ordered maps floats to numbers in the same order, and unordered back.
func ordered(v float32) uint32 {
	bits := math.Float32bits(v)
	return bits ^ (uint32(int32(bits)>>31) | 1<<31)
}

func unordered(key uint32) float32 {
	return math.Float32frombits(key ^ (uint32(int32(^key)>>31) | 1<<31))
}
