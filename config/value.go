package config

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// Bytes is a size, written as 512KiB, 1MiB, 4GiB, or with kB, MB, GB for
// thousands.
type Bytes int64

var byteUnits = []struct {
	name string
	size int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	s, unit := strings.TrimSpace(string(text)), int64(1)
	for _, u := range byteUnits {
		if n := len(s) - len(u.name); n > 0 && strings.EqualFold(s[n:], u.name) {
			s, unit = strings.TrimSpace(s[:n]), u.size
			break
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if size := n * float64(unit); err != nil || !(size >= 0 && size < math.MaxInt64) {
		return fmt.Errorf("want a size such as 512MiB or 4GiB")
	}
	*b = Bytes(n * float64(unit))
	return nil
}

// String is the size in the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range byteUnits {
		if b > 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return "0B"
}

// MarshalText writes what UnmarshalText reads.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// Duration is a length of time, written as 10s, 90m, 24h, or in days as 7d.
type Duration time.Duration

const dayLength = 24 * time.Hour

// UnmarshalText reads a length of time.
func (d *Duration) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n > math.MaxInt64/int64(dayLength) || n < math.MinInt64/int64(dayLength) {
			return fmt.Errorf("want a number of days such as 7d")
		}
		*d = Duration(time.Duration(n) * dayLength)
		return nil
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("want a length of time such as 10s, 90m or 7d")
	}
	*d = Duration(v)
	return nil
}

// String is in days where it is whole ones.
func (d Duration) String() string {
	if v := time.Duration(d); v != 0 && v%dayLength == 0 {
		return strconv.FormatInt(int64(v/dayLength), 10) + "d"
	}
	return time.Duration(d).String()
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// A Secret is text that never prints: not in a log, not as JSON or YAML, not
// with any verb of fmt. Only Reveal gives it.
type Secret struct{ text string }

const redacted = "[secret]"

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the secret itself, for the one call that needs it.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// String says only whether there is one.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format prints String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, so that JSON and YAML hide it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the secret in.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}
