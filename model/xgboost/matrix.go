package xgboost

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"unsafe"

	"daycast/feature"
)

// A matrix is the library's copy of a frame, with targets and weights.
type matrix struct {
	l      *Library
	handle uintptr
}

// arrayOf is the __array_interface__ of NumPy, as which the library takes
// columns: the address of Go's memory, which is pinned while the library reads.
func arrayOf(pin *runtime.Pinner, values []float32) string {
	var address uintptr
	if len(values) > 0 {
		p := unsafe.SliceData(values)
		pin.Pin(p)
		address = uintptr(unsafe.Pointer(p))
	}
	return fmt.Sprintf(`{"data": [%d, true], "shape": [%d], "typestr": "<f4", "version": 3}`, address, len(values))
}

func newMatrix(l *Library, x *feature.Frame, y, w []float32) (*matrix, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	columns := make([]string, len(x.Columns))
	for c := range columns {
		columns[c] = arrayOf(&pin, clean(x.Data[c], x.Columns[c].Levels))
	}
	m := &matrix{l: l}
	if err := l.check(l.newMatrix("["+strings.Join(columns, ",")+"]", `{"missing": NaN, "nthread": 1}`, &m.handle)); err != nil {
		return nil, err
	}
	if err := m.describe(&pin, x, y, w); err != nil {
		m.free()
		return nil, err
	}
	return m, nil
}

// describe sets targets, weights and the columns' types.
func (m *matrix) describe(pin *runtime.Pinner, x *feature.Frame, y, w []float32) error {
	for field, values := range map[string][]float32{"label": y, "weight": w} {
		if values == nil {
			continue
		}
		if err := m.l.check(m.l.setInfo(m.handle, field, arrayOf(pin, values))); err != nil {
			return err
		}
	}
	number, category := []byte("q\x00"), []byte("c\x00")
	types := make([]*byte, len(x.Columns))
	for c, column := range x.Columns {
		types[c] = &number[0]
		if column.Categorical() {
			types[c] = &category[0]
		}
	}
	pin.Pin(&number[0])
	pin.Pin(&category[0])
	pin.Pin(&types[0])
	return m.l.check(m.l.setStrings(m.handle, "feature_type", &types[0], uint64(len(types))))
}

func (m *matrix) free() { m.l.freeMatrix(m.handle) }

// clean is a column as the library wants it: itself or, where it has what the
// library refuses, a copy with the codes that are none as missing and infinite
// numbers as the largest.
func clean(values []float32, levels int) []float32 {
	bad := func(v float32) bool {
		if levels > 0 {
			return !(v >= 0 && v < float32(levels)) && v == v
		}
		return math.IsInf(float64(v), 0)
	}
	out := values
	for i, v := range values {
		if !bad(v) {
			continue
		}
		if &out[0] == &values[0] {
			out = append([]float32(nil), values...)
		}
		switch {
		case levels > 0:
			out[i] = float32(math.NaN())
		case v > 0:
			out[i] = math.MaxFloat32
		default:
			out[i] = -math.MaxFloat32
		}
	}
	return out
}
