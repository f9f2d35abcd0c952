package source

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	parquetformat "github.com/parquet-go/parquet-go/format"

	"daycast"
)

// parquetText is how a column's values are written, all but null. It fails for
// a type that has no text.
func parquetText(c *parquet.Column, kind Kind) (func(parquet.Value) string, error) {
	typ := c.Type()
	if logical := typ.LogicalType(); logical != nil && logical.Value != nil {
		switch l := logical.Value.(type) {
		case *parquetformat.StringType, *parquetformat.EnumType, *parquetformat.JsonType:
			return plainText(kind), nil
		case *parquetformat.DecimalType:
			return decimalText(typ.Kind(), int(l.Scale))
		case *parquetformat.DateType:
			return func(v parquet.Value) string { return daycast.Day(v.Int32()).String() }, nil
		case *parquetformat.TimestampType:
			if l.Unit.Value == nil {
				return nil, errors.New("a timestamp without a unit")
			}
			return timestampText(l, kind), nil
		case *parquetformat.TimeType:
			if l.Unit.Value == nil {
				return nil, errors.New("a time without a unit")
			}
			unit := l.Unit.Value.Duration()
			return func(v parquet.Value) string {
				return time.Unix(0, 0).UTC().Add(time.Duration(integer(v)) * unit).Format("15:04:05.999999999")
			}, nil
		case *parquetformat.IntType:
			if !l.IsSigned {
				return unsignedText, nil
			}
			return plainText(kind), nil
		case *parquetformat.UUIDType:
			return uuidText, nil
		case *parquetformat.NullType:
			return func(parquet.Value) string { return "" }, nil
		default:
			return nil, fmt.Errorf("values of type %s cannot be read", logical)
		}
	}
	if typ.ConvertedType() != nil && *typ.ConvertedType() == deprecated.Interval {
		return nil, fmt.Errorf("values of type INTERVAL cannot be read")
	}
	return plainText(kind), nil
}

// plainText writes a physical value.
func plainText(kind Kind) func(parquet.Value) string {
	return func(v parquet.Value) string {
		switch v.Kind() {
		case parquet.Boolean:
			return strconv.FormatBool(v.Boolean())
		case parquet.Int32, parquet.Int64:
			return strconv.FormatInt(integer(v), 10)
		case parquet.Int96:
			return int96Text(v.Int96(), kind)
		case parquet.Float:
			return floatText(float64(v.Float()), "FLOAT4")
		case parquet.Double:
			return floatText(v.Double(), "")
		default:
			return validText(string(v.ByteArray()))
		}
	}
}

func integer(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

func unsignedText(v parquet.Value) string {
	if v.Kind() == parquet.Int32 {
		return strconv.FormatUint(uint64(v.Uint32()), 10)
	}
	return strconv.FormatUint(v.Uint64(), 10)
}

func uuidText(v parquet.Value) string {
	h := hex.EncodeToString(v.ByteArray())
	if len(h) != 32 {
		return h
	}
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func timestampText(l *parquetformat.TimestampType, kind Kind) func(parquet.Value) string {
	dbType := "TIMESTAMP"
	if l.IsAdjustedToUTC {
		dbType = "TIMESTAMPTZ"
	}
	unit := l.Unit.Value.Duration()
	perSecond := int64(time.Second / unit)
	return func(v parquet.Value) string {
		n := v.Int64()
		s, rest := n/perSecond, n%perSecond // time.Unix takes a negative rest
		return timeText(time.Unix(s, rest*int64(unit)).UTC(), dbType, kind)
	}
}

// int96Text is an instant: nanoseconds of the day in the low eight bytes, and
// the number of the Julian day, of which 2440588 is 1970-01-01.
func int96Text(v deprecated.Int96, kind Kind) string {
	day := int64(v[2]) - 2440588
	return timeText(time.Unix(day*86400, int64(uint64(v[1])<<32|uint64(v[0]))).UTC(), "TIMESTAMPTZ", kind)
}

// decimalText is exact, with as many digits behind the point as the type has.
func decimalText(kind parquet.Kind, scale int) (func(parquet.Value) string, error) {
	const most = 1000 // digits; more than any engine writes
	if scale < 0 || scale > most {
		return nil, fmt.Errorf("a decimal with %d digits behind the point cannot be read", scale)
	}
	switch kind {
	case parquet.Int32, parquet.Int64:
		return func(v parquet.Value) string { return pointed(strconv.FormatInt(integer(v), 10), scale) }, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value) string { return pointed(twosComplement(v.ByteArray()).String(), scale) }, nil
	default:
		return nil, fmt.Errorf("a decimal in %s cannot be read", kind)
	}
}

// twosComplement is a signed number of any length, its highest byte first.
func twosComplement(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return n
}

// pointed puts a point before the last scale digits.
func pointed(digits string, scale int) string {
	if scale == 0 {
		return digits
	}
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}
