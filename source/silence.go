package source

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// A silentError is a connection on which nothing moved for too long.
type silentError struct{ limit time.Duration }

func (e silentError) Error() string { return "nothing came for " + e.limit.String() }

// dial is how a driver opens a connection.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

// listening makes connections on which silence of the limit is an error: a
// network that swallows what it is given, or a proxy whose server is gone, would
// otherwise hold up a reader for good. 0 means that any silence will do.
func listening(dial dial, limit time.Duration) dial {
	if limit <= 0 {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &listeningConn{Conn: conn, limit: limit}, nil
	}
}

// A listeningConn gives each Read and Write a deadline of its own, unless its
// user's comes first. Only time spent waiting in them counts: a reader may take
// as long as it likes with what it has got.
type listeningConn struct {
	net.Conn
	limit time.Duration

	lock        sync.Mutex // users set deadlines while a Read waits
	read, write time.Time  // the user's; zero: none
}

func (c *listeningConn) Read(p []byte) (int, error) {
	return c.within(c.Conn.Read, p, &c.read, c.Conn.SetReadDeadline)
}

func (c *listeningConn) Write(p []byte) (int, error) {
	return c.within(c.Conn.Write, p, &c.write, c.Conn.SetWriteDeadline)
}

func (c *listeningConn) within(do func([]byte) (int, error), p []byte, users *time.Time, set func(time.Time) error) (int, error) {
	c.lock.Lock()
	deadline := time.Now().Add(c.limit)
	ours := users.IsZero() || deadline.Before(*users)
	if !ours {
		deadline = *users
	}
	err := set(deadline)
	c.lock.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := do(p)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if ours && (users.IsZero() || !users.Before(deadline)) { // not set to an earlier one meanwhile
		return n, silentError{c.limit}
	}
	return n, err
}

func (c *listeningConn) SetDeadline(t time.Time) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.read, c.write = t, t
	return c.Conn.SetDeadline(t)
}

func (c *listeningConn) SetReadDeadline(t time.Time) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.read = t
	return c.Conn.SetReadDeadline(t)
}

func (c *listeningConn) SetWriteDeadline(t time.Time) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.write = t
	return c.Conn.SetWriteDeadline(t)
}
