package daycast_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"daycast"
)

func TestError(t *testing.T) {
	err := daycast.Errorf(daycast.Unavailable, "the database: %w", fs.ErrClosed).WithHint("try port %d", 5432).WithField("source.dsn")
	if got, want := err.Error(), "the database: file already closed (try port 5432)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(err, fs.ErrClosed) {
		t.Error("the cause is lost")
	}
	wrapped := fmt.Errorf("step extract: %w", err)
	if daycast.CodeOf(wrapped) != daycast.Unavailable {
		t.Errorf("code of a wrapped error: %s", daycast.CodeOf(wrapped))
	}
	if daycast.CodeOf(errors.New("else")) != daycast.Internal {
		t.Error("an error of nobody's is internal")
	}
}
