package source

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestSilence(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	open := func(context.Context, string, string) (net.Conn, error) { return near, nil }
	conn, err := listening(open, 50*time.Millisecond)(t.Context(), "tcp", "shop:5432")
	if err != nil {
		t.Fatal(err)
	}
	silent := silentError{}
	if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &silent) {
		t.Errorf("nothing came, and Read says %v", err)
	}
	if _, err := conn.Write([]byte("?")); !errors.As(err, &silent) {
		t.Errorf("nothing was taken, and Write says %v", err)
	}
	go func() { _, _ = far.Write([]byte("x")) }()
	if n, err := conn.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("after a pause between reads: %d, %v", n, err)
	}
	// The user's own deadlines are the user's, also one that is set meanwhile.
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("past the user's deadline Read says %v", err)
	}
	_ = conn.SetDeadline(time.Time{})
	go func() { _ = conn.SetDeadline(time.Unix(1, 0)) }()
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("cancelled, Read says %v", err)
	}
	if c, _ := listening(open, 0)(t.Context(), "tcp", ""); c != near {
		t.Error("without a limit the connection is not the dialer's own")
	}
}
