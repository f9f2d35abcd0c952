package gbm

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"

	"daycast"
	"daycast/model/tree"
)

// quantilesKind is the name of a saved QuantilePredictor. Its file, all
// numbers little-endian, is followed by an ensemble for each level:
//
//	magic "daycast.quantiles\n" | version u8 | levels u16, level f64... | CRC-32 of all before u32
const (
	quantilesKind    = "gbm.quantiles"
	quantilesMagic   = "daycast.quantiles\n"
	quantilesVersion = 1
)

// Save writes the levels and their trees.
func (p *QuantilePredictor) Save(w io.Writer) error {
	head := append([]byte(quantilesMagic), quantilesVersion)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(p.levels)))
	for _, level := range p.levels {
		head = binary.LittleEndian.AppendUint64(head, math.Float64bits(level))
	}
	head = binary.LittleEndian.AppendUint32(head, crc32.ChecksumIEEE(head))
	if _, err := w.Write(head); err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing a %s model: %w", quantilesKind, err)
	}
	for _, one := range p.at {
		if err := one.ensemble.Save(w, quantilesKind); err != nil {
			return err
		}
	}
	return nil
}

// LoadQuantiles reads what QuantilePredictor.Save wrote, and not a byte more.
// It refuses anything else with code invalid.
func LoadQuantiles(r io.Reader) (*QuantilePredictor, error) {
	var seen bytes.Buffer // at most 512 KiB of levels
	tee := io.TeeReader(r, &seen)
	head := make([]byte, len(quantilesMagic)+3)
	if _, err := io.ReadFull(tee, head); err != nil || string(head[:len(quantilesMagic)]) != quantilesMagic || head[len(quantilesMagic)] != quantilesVersion {
		return nil, daycast.Errorf(daycast.Invalid, "not a %s model of version %d", quantilesKind, quantilesVersion)
	}
	p := &QuantilePredictor{levels: make([]float64, binary.LittleEndian.Uint16(head[len(head)-2:]))}
	damaged := daycast.Errorf(daycast.Invalid, "the %s model is truncated or damaged", quantilesKind).
		WithHint("restore the file or train again")
	if err := binary.Read(tee, binary.LittleEndian, p.levels); err != nil {
		return nil, damaged
	}
	sum := crc32.ChecksumIEEE(seen.Bytes())
	var want uint32
	if err := binary.Read(r, binary.LittleEndian, &want); err != nil || want != sum || tree.CheckLevels(kind, p.levels) != nil {
		return nil, damaged
	}
	for range p.levels {
		e, err := tree.Load(r, quantilesKind)
		if err != nil {
			return nil, err
		}
		p.at = append(p.at, &Predictor{e})
	}
	return p, nil
}
