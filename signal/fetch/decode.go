package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"daycast"
)

// Decode reads an answer's JSON. A value of another type than it was is a change
// of the API's shape, and named: code invalid.
func Decode(source string, body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return Drift(source, fmt.Sprintf("%s is a %s, and was none", wrong.Field, wrong.Value))
	}
	if err != nil {
		return daycast.Errorf(daycast.Invalid, "%s: its answer cannot be read: %w", source, err)
	}
	return nil
}

// Drift is the error of an answer whose shape has changed: what is missing or
// other than it was.
func Drift(source, what string) error {
	return daycast.Errorf(daycast.Invalid, "%s: the shape of its answers has changed: %s", source, what).
		WithHint("look for a newer daycast, or set another source")
}

// wellFormed says what a body is, where it is no JSON.
func wellFormed(body []byte) error {
	text := bytes.TrimSpace(body)
	switch {
	case len(text) == 0:
		return errors.New("it is empty")
	case text[0] == '<':
		return fmt.Errorf("it is a page of HTML: %s", excerpt(text))
	}
	if json.Valid(text) {
		return nil
	}
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); err != nil && strings.Contains(err.Error(), "unexpected end") {
		return fmt.Errorf("it is cut off after %d bytes", len(body))
	}
	return fmt.Errorf("it is %s", excerpt(text))
}

// excerpt is the beginning of what an API said, on one line.
func excerpt(body []byte) string {
	const most = 200
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), 4*most)]), "?")), " ")
	if text == "" {
		return "(nothing)"
	}
	for k := range text {
		if k >= most {
			return text[:k] + "..."
		}
	}
	return text
}
