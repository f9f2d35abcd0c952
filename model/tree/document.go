package tree

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
)

// An object is a value of JSON and of UBJSON with its keys in order. Values
// are strings, whole numbers, objects, slices of them and slices of numbers.
type object []field

type field struct {
	key   string
	value any
}

// appendJSON writes floats with an exponent, by which XGBoost tells them from
// whole numbers.
func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case object:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSON(b, f.key), ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	case string:
		quoted, _ := json.Marshal(v) // of a string it does not fail
		return append(b, quoted...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case []int:
		return appendArray(b, v, func(b []byte, v int) []byte { return appendJSON(b, v) })
	case []object:
		return appendArray(b, v, func(b []byte, v object) []byte { return appendJSON(b, v) })
	case []string:
		return appendArray(b, v, func(b []byte, v string) []byte { return appendJSON(b, v) })
	case []float32:
		return appendArray(b, v, func(b []byte, v float32) []byte {
			if math.IsInf(float64(v), 0) {
				return append(b, infinity(v)...)
			}
			return strconv.AppendFloat(b, float64(v), 'E', -1, 32)
		})
	case []int32:
		return appendArray(b, v, func(b []byte, v int32) []byte { return strconv.AppendInt(b, int64(v), 10) })
	case []int64:
		return appendArray(b, v, func(b []byte, v int64) []byte { return strconv.AppendInt(b, v, 10) })
	case []uint8:
		return appendArray(b, v, func(b []byte, v uint8) []byte { return strconv.AppendInt(b, int64(v), 10) })
	}
	panic("tree: a document has a value of another type")
}

// infinity is as XGBoost writes and reads it, which JSON does not.
func infinity(v float32) string {
	if v < 0 {
		return "-Infinity"
	}
	return "Infinity"
}

func appendArray[T any](b []byte, values []T, one func(b []byte, v T) []byte) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

// appendUBJSON writes arrays of numbers with their type, but for []int, which
// XGBoost wants each with its own.
func appendUBJSON(b []byte, value any) []byte {
	be := binary.BigEndian
	count := func(b []byte, n int) []byte { return be.AppendUint64(append(b, 'L'), uint64(n)) }
	typed := func(mark byte, n int) { b = count(append(b, '[', '$', mark, '#'), n) }
	switch v := value.(type) {
	case object:
		b = append(b, '{')
		for _, f := range v {
			b = append(count(b, len(f.key)), f.key...)
			b = appendUBJSON(b, f.value)
		}
		return append(b, '}')
	case string:
		return append(count(append(b, 'S'), len(v)), v...)
	case int:
		return be.AppendUint64(append(b, 'L'), uint64(v))
	case []int:
		return appendMixed(b, v)
	case []object:
		return appendMixed(b, v)
	case []string:
		return appendMixed(b, v)
	case []float32:
		typed('d', len(v))
		for _, one := range v {
			b = be.AppendUint32(b, math.Float32bits(one))
		}
		return b
	case []int32:
		typed('l', len(v))
		for _, one := range v {
			b = be.AppendUint32(b, uint32(one))
		}
		return b
	case []int64:
		typed('L', len(v))
		for _, one := range v {
			b = be.AppendUint64(b, uint64(one))
		}
		return b
	case []uint8:
		typed('U', len(v))
		return append(b, v...)
	}
	panic("tree: a document has a value of another type")
}

// appendMixed writes an array whose elements have each their type.
func appendMixed[T any](b []byte, values []T) []byte {
	b = binary.BigEndian.AppendUint64(append(b, '[', '#', 'L'), uint64(len(values)))
	for _, v := range values {
		b = appendUBJSON(b, v)
	}
	return b
}
