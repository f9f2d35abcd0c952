package daycast

import (
	"errors"
	"fmt"
)

// A Code is the kind of an error: it decides the exit code and the HTTP status.
type Code string

// The codes. Each is mapped once to HTTP (serve) and once to an exit code (cmd).
const (
	Invalid      Code = "invalid"      // the input is wrong; the message says what would be right
	NotFound     Code = "not_found"    // it does not exist
	Conflict     Code = "conflict"     // somebody else holds or changed it
	Unauthorized Code = "unauthorized" // wrong or missing credentials
	Unavailable  Code = "unavailable"  // try again later
	Internal     Code = "internal"     // our fault
)

// An Error is what every package returns for a failure that a person will
// read. Message says what is wrong, Hint what would be right.
type Error struct {
	Code    Code
	Message string
	Hint    string // what the operator can do; may be empty
	Field   string // the config key, column, flag or JSON field at fault; may be empty
	Err     error  // the cause; may be nil
}

// Errorf makes an Error; a %w in the format sets its cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

// WithHint returns the error with what the operator can do about it.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithField returns the error with the name of the field at fault.
func (e *Error) WithField(field string) *Error {
	e.Field = field
	return e
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of the first Error in err's chain, Internal without one.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
