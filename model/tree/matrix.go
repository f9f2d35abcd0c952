package tree

import (
	"slices"
	"sync"

	"daycast/feature"
)

// A Matrix is a binned frame: a byte for each lane, and once trees are grown on
// it a second one. Histograms read all of a row, partitions one lane of many
// rows; each finds what it reads in as few lines of the cache as can be.
//
//	words   |        row 0, word 0          | row 0, word 1 ...
//	        | lane 0 | lane 1 |...| lane 7  | lane 8 ...
//	lanes   | lane 0 of row 0, of row 1 ... |
//
// A lane holds one column, or several that have few bins (see place). A column
// with more bins than a byte tells apart lies beside, in 16 bits by row.
type Matrix struct {
	bins *Bins
	layout
	rows  int
	width int // words by row
	tiled sync.Once
	words []uint64   // rows x width, from tile on
	lanes [][]uint8  // by lane, by row
	wide  [][]uint16 // by wide column, by row
}

// tileLanes is the number of lanes of a word.
const tileLanes = 8

// NewMatrix has room for rows rows, to be written.
func (b *Bins) NewMatrix(rows int) *Matrix {
	m := &Matrix{bins: b, layout: planLayout(b), rows: rows}
	m.width = (m.layout.lanes + tileLanes - 1) / tileLanes
	m.lanes = make([][]uint8, m.layout.lanes)
	for i := range m.lanes {
		m.lanes[i] = make([]uint8, rows)
	}
	m.wide = make([][]uint16, m.layout.wide)
	for i := range m.wide {
		m.wide[i] = make([]uint16, rows)
	}
	return m
}

// Matrix bins x, whose columns are those that the bins were made from.
func (b *Bins) Matrix(x *feature.Frame, threads int) *Matrix {
	m := b.NewMatrix(x.Rows)
	m.Write(0, x, threads)
	return m
}

// Write bins the rows of x into those from begin on, once for each row: so a
// matrix is made block by block, and its frame need not exist in whole. A
// column that x lacks counts as missing.
func (m *Matrix) Write(begin int, x *feature.Frame, threads int) {
	m.write(begin, x, m.bins.lookups(), threads)
}

// write is Write with lookups, which take longer to make than to use where
// blocks are small.
func (m *Matrix) write(begin int, x *feature.Frame, lookups []lookup, threads int) {
	none := slices.Repeat([]float32{nan}, min(spanRows, x.Rows)) // of a column that x lacks
	team := NewTeam(threads)
	defer team.Stop()
	team.Spans(x.Rows, func(from, to int) {
		for c := range m.bins.columns {
			values, at := none[:to-from], begin+from
			if c < len(x.Data) {
				values = x.Data[c][from:to]
			}
			if p := &m.places[c]; p.wide {
				writeWide(m.wide[p.lane][at:], values, &lookups[c])
			} else {
				p.write(m.lanes[p.lane][at:], values, &lookups[c])
			}
		}
	})
}

func writeWide(out []uint16, values []float32, l *lookup) {
	for i, v := range values {
		out[i] = l.bin(v)
	}
}

func (p *place) write(lane []uint8, values []float32, l *lookup) {
	lane = lane[:len(values)]
	switch {
	case p.alone():
		l.fill(lane, values)
	case p.exclusive:
		for i, v := range values {
			// Where two columns of a lane have something to say after all, the
			// first one is heard.
			if lane[i] == 0 {
				lane[i] = p.code[l.bin(v)]
			}
		}
	default:
		for i, v := range values {
			lane[i] += p.code[l.bin(v)]
		}
	}
}

// tile makes the words, which growers read, of all rows from their lanes. No row
// may be written afterwards. A window on a store, whose words come from there,
// has no lanes.
func (m *Matrix) tile(team *Team) {
	m.tiled.Do(func() {
		if m.lanes == nil {
			return
		}
		m.words = make([]uint64, m.rows*m.width)
		team.Spans(m.rows, func(from, to int) { m.transpose(from, to) })
	})
}

// transpose fills the words of rows from their lanes.
func (m *Matrix) transpose(begin, end int) {
	for t := range m.width {
		lanes := m.lanes[t*tileLanes : min(len(m.lanes), (t+1)*tileLanes)]
		if len(lanes) == tileLanes {
			m.transposeTile(t, (*[tileLanes][]uint8)(lanes), begin, end)
			continue
		}
		for k, lane := range lanes {
			word, shift := begin*m.width+t, 8*k
			for _, bin := range lane[begin:end] {
				m.words[word] |= uint64(bin) << shift
				word += m.width
			}
		}
	}
}

// transposeTile does so for the word t of a row that has all lanes.
func (m *Matrix) transposeTile(t int, lanes *[tileLanes][]uint8, begin, end int) {
	n := end - begin
	a, b, c, d := lanes[0][begin:end], lanes[1][begin:end][:n], lanes[2][begin:end][:n], lanes[3][begin:end][:n]
	e, f, g, h := lanes[4][begin:end][:n], lanes[5][begin:end][:n], lanes[6][begin:end][:n], lanes[7][begin:end][:n]
	word := begin*m.width + t
	for r := range a {
		low := uint64(a[r]) | uint64(b[r])<<8 | uint64(c[r])<<16 | uint64(d[r])<<24
		high := uint64(e[r]) | uint64(f[r])<<8 | uint64(g[r])<<16 | uint64(h[r])<<24
		m.words[word] = low | high<<32
		word += m.width
	}
}

// at is the bin of a column in a row.
func (m *Matrix) at(row uint32, column int) uint16 {
	p := &m.places[column]
	if p.wide {
		return m.wide[p.lane][row]
	}
	return uint16(p.bin(m.lanes[p.lane][row]))
}
