package forest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"

	"daycast"
	"daycast/model/tree"
)

// quantilesKind is the name of a saved QuantilePredictor. Its file, all
// numbers little-endian, is followed by the trees as model/tree saves them:
//
//	magic "daycast.quantile_forest\n" | version u8 | length of the body u64 | body | CRC-32C of all before u32
//
//	body  levels u16, level f64... | weighted u8 | trees u32, tree...
//	tree  leaves u32 | targets by leaf u16... | target f32... | where weighted, weight f32...
const (
	quantilesKind    = "random_forest.quantiles"
	quantilesMagic   = "daycast.quantile_forest\n"
	quantilesVersion = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the levels, what leaves keep, and the trees.
func (p *QuantilePredictor) Save(w io.Writer) error {
	body := p.body()
	out := append([]byte(quantilesMagic), quantilesVersion)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(body)))
	out = append(out, body...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
	if _, err := w.Write(out); err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing a %s model: %w", quantilesKind, err)
	}
	return p.ensemble.Save(w, quantilesKind)
}

func (p *QuantilePredictor) body() []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(len(p.levels)))
	for _, level := range p.levels {
		b = le.AppendUint64(b, math.Float64bits(level))
	}
	weighted := byte(0)
	if len(p.trees) > 0 && p.trees[0].weights != nil {
		weighted = 1
	}
	b = le.AppendUint32(append(b, weighted), uint32(len(p.trees)))
	for _, t := range p.trees {
		b = le.AppendUint32(b, uint32(len(t.first)-1))
		for i, first := range t.first[1:] {
			b = le.AppendUint16(b, uint16(first-t.first[i]))
		}
		for _, values := range [][]float32{t.values, t.weights} {
			for _, v := range values {
				b = le.AppendUint32(b, math.Float32bits(v))
			}
		}
	}
	return b
}

// LoadQuantiles reads what QuantilePredictor.Save wrote, and not a byte more.
// It refuses anything else with code invalid, and allocates a small multiple
// of what r holds, whatever the lengths in it claim.
func LoadQuantiles(r io.Reader) (*QuantilePredictor, error) {
	sum := crc32.New(castagnoli)
	tee := io.TeeReader(r, sum)
	head := make([]byte, len(quantilesMagic)+1+8)
	if _, err := io.ReadFull(tee, head); err != nil {
		return nil, unreadable(err)
	}
	if want := append([]byte(quantilesMagic), quantilesVersion); !bytes.Equal(head[:len(want)], want) {
		return nil, daycast.Errorf(daycast.Invalid, "not a %s model of version %d", quantilesKind, quantilesVersion)
	}
	length := binary.LittleEndian.Uint64(head[len(head)-8:])
	if length > math.MaxInt64 {
		return nil, unreadable(io.EOF)
	}
	var body bytes.Buffer // grows with what is there, not with what length claims
	if _, err := io.CopyN(&body, tee, int64(length)); err != nil {
		return nil, unreadable(err)
	}
	want := sum.Sum32()
	var got uint32
	if err := binary.Read(r, binary.LittleEndian, &got); err != nil {
		return nil, unreadable(err)
	}
	p, ok := parseQuantiles(body.Bytes())
	if got != want || !ok {
		return nil, unreadable(io.EOF)
	}
	e, err := tree.Load(r, quantilesKind)
	if err != nil {
		return nil, err
	}
	if p.ensemble = e; !p.fits() {
		return nil, unreadable(io.EOF)
	}
	return p, nil
}

func unreadable(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return daycast.Errorf(daycast.Unavailable, "reading a %s model: %w", quantilesKind, err)
	}
	return daycast.Errorf(daycast.Invalid, "the %s model is truncated or damaged", quantilesKind).
		WithHint("restore the file or train again")
}

// fits reports whether each leaf of the trees keeps targets.
func (p *QuantilePredictor) fits() bool {
	if len(p.trees) != p.ensemble.Trees() {
		return false
	}
	for t := range p.trees {
		if len(p.trees[t].first)-1 != p.ensemble.Tree(t).Leaves() {
			return false
		}
	}
	return true
}
