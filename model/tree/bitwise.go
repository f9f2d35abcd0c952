package tree

// A block of 64 rows goes down a tree together, a bit each: a node has a word
// that tells which rows come to it, and a mask that tells which rows would go
// right, so that two operations on words send all of them on.
//
//	left  = rows &^ mask
//	right = rows & mask
//
// Masks belong to cuts, which many nodes share, so they are made once for all
// trees: each is the one before it and the rows in between. What leaf a row
// has come to is then read off bit by bit: the words of the leaves with an odd
// number, or-ed, have the lowest bits of all rows' leaves. There is no branch
// that depends on data. The idea to keep a tree's state in a word's bits is
// that of Lucchese et al. (2015), "QuickScorer: a fast algorithm to rank
// documents with additive ensembles of regression trees", SIGIR; their bits
// are leaves, these are rows.
const bitRows = 64

// maxBitLeaves is how many leaves a bitTree may have: of more, most would see
// no row of a block, and a walk is faster. Places then fit a byte.
const maxBitLeaves = 128

type bitTree struct {
	nodes  []bitNode // but leaves, parents first
	values []float32 // of the leaves
	sets   []bitSet
}

// A bitNode's places are those of words: of a node its number, of a leaf its
// number after that of the nodes.
type bitNode struct {
	mask        uint32
	left, right uint8
}

// A bitSet is a set whose mask has to be made for each block.
type bitSet struct {
	mask   int
	column int // index among the compiled's
	set    binSet
}

// layBits is empty for a tree of too many leaves.
func (c *compiled) layBits(t *Tree, at map[uint16]*laneColumn) bitTree {
	inner := len(t.nodes) / 2
	if inner+1 > maxBitLeaves {
		return bitTree{}
	}
	place := make([]uint8, len(t.nodes))
	nodes, leaves := 0, 0
	for i := range t.nodes {
		if t.nodes[i].right == 0 {
			place[i] = uint8(inner + leaves)
			leaves++
		} else {
			place[i] = uint8(nodes)
			nodes++
		}
	}
	var b bitTree
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.right == 0 {
			b.values = append(b.values, n.value)
			continue
		}
		l := at[n.column]
		mask := c.masks
		if n.set < 0 {
			_, _, mask = l.ask(n)
		} else {
			b.sets = append(b.sets, bitSet{mask, l.index, l.words(n, t)})
			c.masks++
		}
		b.nodes = append(b.nodes, bitNode{uint32(mask), place[i+1], place[n.right]})
	}
	return b
}

// A block is up to 64 rows on their way.
type block struct {
	c       *compiled
	rows    int
	masks   []uint64
	buckets []uint64
	seen    [][]seenBin              // by column that has a lane for sets
	lanes   []uint16                 // of eight rows side by side, where a tree has to be walked
	words   [2 * maxBitLeaves]uint64 // by place
	row     []uint16                 // lanes of one
	score   [bitRows]float64
}

// seenBin is a bin and the rows that have it.
type seenBin struct {
	bin  uint16
	rows uint64
}

func newBlock(c *compiled) *block {
	return &block{c: c, masks: make([]uint64, c.masks), seen: make([][]seenBin, len(c.columns))}
}

// load makes the masks of the rows from begin on.
func (b *block) load(values func(column int) []float32, rows int) {
	b.rows = rows
	for i := range b.c.columns {
		l := &b.c.columns[i]
		v := values(l.column)
		if l.number >= 0 {
			b.maskCuts(l, v)
		}
		if l.set >= 0 {
			b.collect(l, v)
		}
	}
	if !b.c.walked {
		return
	}
	if b.lanes == nil {
		b.lanes, b.row = make([]uint16, bitRows*b.c.lanes), make([]uint16, b.c.lanes)
	}
	for r := range rows {
		b.c.fill(b.row, func(column int) float32 { return values(column)[r] })
		for l, v := range b.row {
			b.lanes[(r/8*b.c.lanes+l)*8+r%8] = v
		}
	}
}

// walk adds the values of a tree that has no bits.
func (b *block) walk(root uint32) {
	var at [8]uint32
	for r := 0; r < b.rows; r += 8 {
		b.c.walkRows(root, b.lanes[r*b.c.lanes:][:8*b.c.lanes], &at)
		for k, leaf := range at {
			b.score[r+k] += float64(b.c.values[leaf])
		}
	}
}

// maskCuts makes the masks of a column's cuts, from the last one on.
func (b *block) maskCuts(l *laneColumn, values []float32) {
	used := len(l.cuts.cuts)
	b.buckets = append(b.buckets[:0], make([]uint64, used+2)...)
	buckets := b.buckets // by lane: the rows that have it, 0 for missing
	for r, v := range values {
		buckets[l.cuts.bin(v)] |= 1 << r
	}
	missing, above := buckets[0], uint64(0)
	first := b.masks[l.firstMask:][:used+2]
	last := b.masks[l.firstMask+used+2:][:used+1]
	first[used+1], last[used] = 0, missing
	for k := used; k > 0; k-- {
		above |= buckets[k+1]
		first[k], last[k-1] = above, above|missing
	}
	first[0] = above | buckets[1]
}

// collect lists the bins of a column and who has them.
func (b *block) collect(l *laneColumn, values []float32) {
	seen := b.seen[l.index][:0]
next:
	for r, v := range values {
		bin := l.bins.bin(v)
		for i := range seen {
			if seen[i].bin == bin {
				seen[i].rows |= 1 << r
				continue next
			}
		}
		seen = append(seen, seenBin{bin, 1 << r})
	}
	b.seen[l.index] = seen
}

// add adds a tree's values to the rows' scores.
func (b *block) add(t *bitTree) {
	for _, s := range t.sets {
		mask := uint64(0)
		for _, seen := range b.seen[s.column] {
			if !s.set.has(seen.bin) {
				mask |= seen.rows
			}
		}
		b.masks[s.mask] = mask
	}
	words, masks := &b.words, b.masks
	words[0] = 1<<bitRows - 1
	for i, n := range t.nodes {
		w, m := words[uint8(i)], masks[n.mask]
		words[n.left] = w &^ m
		words[n.right] = w & m
	}
	b.score64(t.values, words[len(t.nodes):][:len(t.values)])
}

// score64 adds each row's leaf's value. words has the rows by leaf, which it
// overwrites.
func (b *block) score64(values []float32, words []uint64) {
	var planes [8]uint64 // plane k has bit k of the number of each row's leaf
	for k := 0; len(words) > 1; k++ {
		half := len(words) / 2
		odd := uint64(0)
		for i := range half {
			odd |= words[2*i+1]
			words[i] = words[2*i] | words[2*i+1]
		}
		if len(words)%2 == 1 {
			words[half] = words[2*half]
			half++
		}
		planes[k] = odd
		words = words[:half]
	}
	for r := 0; r < b.rows; r += 8 {
		leaves := uint64(0) // of eight rows, a byte each
		for k, plane := range &planes {
			leaves |= spread(uint8(plane>>r)) << k
		}
		score := b.score[r:][:8]
		for j := range score {
			score[j] += float64(values[uint8(leaves>>(8*j))])
		}
	}
}

// spread makes each bit of b the lowest one of a byte.
func spread(b uint8) uint64 {
	const ones = 0x0101010101010101
	return (uint64(b)*ones&0x8040201008040201 + 0x7f*ones) >> 7 & ones
}
