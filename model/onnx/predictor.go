package onnx

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"slices"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// A Predictor is a network with the columns that it reads.
type Predictor struct {
	header
	network []byte
	session *session
}

// header is the saved description.
type header struct {
	Spec    Spec  `json:"spec"`
	Columns []int `json:"columns"` // by feature, among those of the fit
	Scale   int   `json:"scale"`   // the column of the scale's logarithm; -1: not needed
}

// Kind is "onnx".
func (*Predictor) Kind() string { return "onnx" }

// Predict gives the ratio of units to scale for each row. Where the network has
// no finite answer that is 1, the scale itself, a recent mean.
func (p *Predictor) Predict(x *feature.Frame, out []float32) {
	err := p.answer(x, out)
	for k, v := range out {
		if err != nil || !finite(v) {
			out[k] = 1
		}
	}
}

// answer is Predict with what the network says.
func (p *Predictor) answer(x *feature.Frame, out []float32) error {
	if max(p.Scale, slices.Max(p.Columns)) >= len(x.Data) {
		return daycast.Errorf(daycast.Invalid, "rows of %d features, of which the network reads others", len(x.Data))
	}
	n, rows := len(p.Columns), p.session.rows
	in, got := make([]float32, n*rows), make([]float32, rows)
	for from := 0; from < x.Rows; from += rows {
		part := min(rows, x.Rows-from)
		clear(in)
		for k, c := range p.Columns {
			for i, v := range x.Data[c][from : from+part] {
				if v != v && p.Spec.Missing != nil {
					v = *p.Spec.Missing
				}
				in[i*n+k] = v
			}
		}
		if err := p.session.run(in, got); err != nil {
			return err
		}
		copy(out[from:from+part], got)
	}
	if p.Scale >= 0 {
		for k := range out[:x.Rows] {
			out[k] = float32(float64(out[k]) / math.Exp(float64(x.Data[p.Scale][k])))
		}
	}
	return nil
}

// Save writes the SHA-256 of the rest, the header's length, the header and the
// network.
func (p *Predictor) Save(w io.Writer) error {
	head, err := json.Marshal(p.header)
	if err != nil {
		return err
	}
	rest := slices.Concat(binary.LittleEndian.AppendUint32(nil, uint32(len(head))), head, p.network)
	sum := sha256.Sum256(rest)
	if _, err := w.Write(sum[:]); err != nil {
		return err
	}
	_, err = w.Write(rest)
	return err
}

// Loader reads what Save wrote, and opens the library for it. It fails with
// code invalid where that is not whole, and with code unavailable where there
// is no library.
func Loader(open func() (*Library, error)) model.PredictorLoader {
	return func(r io.Reader) (model.Predictor, error) {
		p, err := parse(r)
		if err != nil {
			return nil, err
		}
		l, err := open()
		if err != nil {
			return nil, daycast.Errorf(daycast.Unavailable, "the model is a network of ONNX: %w", err)
		}
		p.session, err = l.open(p.network, len(p.Columns), p.Spec.Output)
		return p, err
	}
}

func parse(r io.Reader) (*Predictor, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	const sumSize, lengthSize = sha256.Size, 4
	if len(text) < sumSize+lengthSize {
		return nil, broken("cut short")
	}
	// What is not what was saved never reaches the library.
	if sha256.Sum256(text[sumSize:]) != [sumSize]byte(text[:sumSize]) {
		return nil, broken("its bytes are not those that were saved")
	}
	n := int(binary.LittleEndian.Uint32(text[sumSize:]))
	if text = text[sumSize+lengthSize:]; n > len(text) {
		return nil, broken("cut short")
	}
	p := &Predictor{network: text[n:]}
	d := json.NewDecoder(bytes.NewReader(text[:n]))
	d.DisallowUnknownFields()
	if err := d.Decode(&p.header); err != nil {
		return nil, broken(err.Error())
	}
	if err := p.Spec.check(); err != nil {
		return nil, err
	}
	if len(p.Columns) != len(p.Spec.Features) || p.Scale < -1 || (p.Scale < 0) != (p.Spec.Target == targetRatio) {
		return nil, broken("the header is not whole")
	}
	if slices.Min(p.Columns) < 0 {
		return nil, broken("the header is not whole")
	}
	return p, nil
}

func broken(why string) error { return daycast.Errorf(daycast.Invalid, "a saved network: %s", why) }
