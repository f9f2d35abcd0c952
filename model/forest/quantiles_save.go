package forest

import (
	"encoding/binary"
	"io"
	"math"

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

// quantilesHead tells what a file is.
func quantilesHead() []byte { return append([]byte(quantilesMagic), quantilesVersion) }

// Save writes the levels, what leaves keep, and the trees.
func (p *QuantilePredictor) Save(w io.Writer) error {
	if err := tree.Seal(w, quantilesKind, quantilesHead(), p.body()); err != nil {
		return err
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
	body, err := tree.Unseal(r, quantilesKind, quantilesVersion, quantilesHead())
	if err != nil {
		return nil, err
	}
	p, ok := parseQuantiles(body)
	if !ok {
		return nil, tree.Damaged(quantilesKind)
	}
	if p.ensemble, err = tree.Load(r, quantilesKind); err != nil {
		return nil, err
	}
	if !p.fits() {
		return nil, tree.Damaged(quantilesKind)
	}
	return p, nil
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
