package classic

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"io"
	"maps"
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// kept is what an Estimator found, by series. It is bounded: series beyond
// are searched for anew whenever they are asked for.
type kept struct {
	at      map[uint64]uint32 // a series' key to its place in numbers, where a count precedes its parameters
	numbers []float32
}

// maxKept and maxKeptSeries bound what is kept: 64 MiB of numbers, and about as
// much for finding them.
const (
	maxKept       = 16 << 20
	maxKeptSeries = 1 << 20
)

func newKept() *kept { return &kept{at: map[uint64]uint32{}} }

// add reports false where there is no more room.
func (k *kept) add(key uint64, parameters []float32) bool {
	if len(k.numbers)+len(parameters)+1 > maxKept || len(k.at) == maxKeptSeries {
		return false
	}
	k.at[key] = uint32(len(k.numbers))
	k.numbers = append(append(k.numbers, float32(len(parameters))), parameters...)
	return true
}

func (k *kept) of(key uint64) ([]float32, bool) {
	if k == nil {
		return nil, false
	}
	at, ok := k.at[key]
	if !ok {
		return nil, false
	}
	n := uint32(k.numbers[at])
	return k.numbers[at+1 : at+1+n], true
}

func seriesKey(s daycast.Series) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, s.ID())
	return h.Sum64()
}

func rounded(parameters []float64) []float32 {
	out := make([]float32, len(parameters))
	for k, v := range parameters {
		out[k] = float32(v)
	}
	return out
}

func widened(parameters []float32) []float64 {
	out := make([]float64, len(parameters))
	for k, v := range parameters {
		out[k] = float64(v)
	}
	return out
}

// A fitted method is saved as
//
//	4 bytes    length of the head, little endian, then the head: JSON
//	by series  8 bytes its key, ascending; 4 bytes a count; the parameters, 4 bytes each
type head struct {
	Method  json.RawMessage
	Factors []factor `json:",omitempty"`
	Kept    int      // series
}

func (f *fitted) Save(w io.Writer) error {
	method, err := json.Marshal(f.method)
	if err != nil {
		return err
	}
	h := head{Method: method, Factors: f.factors}
	if f.kept != nil {
		h.Kept = len(f.kept.at)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	out := append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)
	if f.kept != nil {
		for _, key := range slices.Sorted(maps.Keys(f.kept.at)) {
			parameters, _ := f.kept.of(key)
			out = binary.LittleEndian.AppendUint64(out, key)
			out = binary.LittleEndian.AppendUint32(out, uint32(len(parameters)))
			for _, v := range parameters {
				out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
			}
		}
	}
	_, err = w.Write(out)
	return err
}

func load[M Method](r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var m M
	f := &fitted{}
	broken := func(err error) error { return daycast.Errorf(daycast.Invalid, "model %s: %w", m.Name(), err) }
	text, body, ok := cut(body)
	if !ok {
		return nil, broken(io.ErrUnexpectedEOF)
	}
	var h head
	if err := decode(text, &h); err != nil {
		return nil, broken(err)
	}
	if err := decode(h.Method, &m); err != nil {
		return nil, broken(err)
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	f.method, f.factors = m, h.Factors
	if len(f.factors) > maxFactors {
		return nil, daycast.Errorf(daycast.Invalid, "model %s: %d factors", m.Name(), len(f.factors))
	}
	if _, ok := f.method.(Estimator); !ok {
		return f, nil
	}
	if f.kept, ok = readKept(body, h.Kept); !ok {
		return nil, broken(io.ErrUnexpectedEOF)
	}
	return f, nil
}

// cut takes a length and as many bytes.
func cut(body []byte) (part, rest []byte, ok bool) {
	if len(body) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(body))
	if body = body[4:]; n > uint64(len(body)) {
		return nil, nil, false
	}
	return body[:n], body[n:], true
}

func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func readKept(body []byte, series int) (*kept, bool) {
	k := newKept()
	for range series {
		if len(body) < 12 {
			return nil, false
		}
		key, n := binary.LittleEndian.Uint64(body), uint64(binary.LittleEndian.Uint32(body[8:]))
		if body = body[12:]; 4*n > uint64(len(body)) {
			return nil, false
		}
		parameters := make([]float32, n)
		for i := range parameters {
			parameters[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
		}
		if body = body[4*n:]; !k.add(key, parameters) {
			return nil, false
		}
	}
	return k, true
}
