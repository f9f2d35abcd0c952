package serve

import (
	"math"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// A number is written as short as a float32 allows, and as null where it is
// not finite.
type number float32

// MarshalJSON writes the number.
func (n number) MarshalJSON() ([]byte, error) { return appendNumber(nil, n), nil }

// Schema says that a number may be null.
func (number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Format: "float", Nullable: true}
}

func appendNumber(b []byte, n number) []byte {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 32)
}

// quantiles is an object from a level such as "0.1" to its value, in the
// order of the levels. All days of an answer share the keys.
type quantiles struct {
	keys   []string
	values []float32
}

// IsZero leaves the object out where the model knows no quantiles.
func (q quantiles) IsZero() bool { return len(q.keys) == 0 }

// MarshalJSON writes the object.
func (q quantiles) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 2+24*len(q.keys))
	b = append(b, '{')
	for k, key := range q.keys {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, key), ':')
		b = appendNumber(b, number(q.values[k]))
	}
	return append(b, '}'), nil
}

// Schema says that the keys are levels.
func (quantiles) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type:                 huma.TypeObject,
		Description:          "From the quantile's level to its value in units.",
		AdditionalProperties: &huma.Schema{Type: huma.TypeNumber},
		Examples:             []any{map[string]any{"0.1": 2, "0.5": 5, "0.9": 9}},
	}
}
