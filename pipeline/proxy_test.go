package pipeline_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// A proxy stands between a test and its Postgres, and does harm to what comes
// from there.
type proxy struct {
	t        *testing.T
	target   string
	listener net.Listener

	lock  sync.Mutex
	harms []harm // that are still to be done, each to the first connection that comes so far
	whole bool   // harms count the bytes of all connections
	pace  pace
	conns map[net.Conn]bool
	done  int // harms so far
	total int // bytes that the server sent
}

// A harm is done to what the server sends once a connection has passed so many
// bytes, one to each connection: the connection is reset, or nothing passes any more, or a bit of the
// bytes is changed.
type harm struct {
	after int
	what  string // reset, hang, flip or frame
}

// pace slows a proxy down.
type pace struct {
	latency time.Duration // of each piece
	bytes   int           // a second; 0: as fast as can be
}

// through starts a proxy and gives the DSN that leads through it.
func through(t *testing.T, dsn string, harms ...harm) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, target: u.Host, listener: l, harms: harms, conns: map[net.Conn]bool{}}
	t.Cleanup(p.close)
	go p.accept()
	u.Host = l.Addr().String()
	return p, u.String()
}

// overall makes it count the bytes of all connections.
func (p *proxy) overall() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.whole = true
}

// slow makes it slow.
func (p *proxy) slow(by pace) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.pace = by
}

func (p *proxy) close() {
	p.listener.Close()
	p.lock.Lock()
	defer p.lock.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// count is how many harms were done.
func (p *proxy) count() int {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.done
}

// passedBytes is how much the server has sent.
func (p *proxy) passedBytes() int {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.total
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		p.lock.Lock()
		p.conns[client], p.conns[server] = true, true
		p.lock.Unlock()
		go func() {
			_, _ = io.Copy(server, client)
			server.Close()
		}()
		go p.pass(client, server)
	}
}

// pass hands on what the server sends.
func (p *proxy) pass(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	piece, passed, harmed := make([]byte, 16<<10), 0, false
	for {
		n, err := server.Read(piece)
		if err != nil {
			return
		}
		what, pace := p.next(passed, n, harmed)
		harmed = harmed || what != ""
		switch what {
		case "reset":
			_, _ = client.Write(piece[:n/2])
			_ = client.(*net.TCPConn).SetLinger(0)
			return
		case "hang":
			_, _ = io.Copy(io.Discard, server) // until the client gives up
			return
		case "flip": // any bit
			piece[n/2] ^= 0x10
		case "frame": // the length of a row
			if at := bytes.Index(piece[:n-4], []byte("D\x00\x00\x00")); at >= 0 {
				piece[at+1] ^= 0x40
			}
		}
		passed += n
		if pace.latency > 0 || pace.bytes > 0 {
			wait := pace.latency
			if pace.bytes > 0 {
				wait += time.Duration(n) * time.Second / time.Duration(pace.bytes)
			}
			<-time.After(wait)
		}
		if _, err := client.Write(piece[:n]); err != nil {
			return
		}
	}
}

// next is the harm to do to a piece, "" for none, and how slow it is.
func (p *proxy) next(passed, n int, harmed bool) (string, pace) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.total += n
	if p.whole {
		passed = p.total - n
	}
	if harmed || len(p.harms) == 0 || passed+n < p.harms[0].after {
		return "", p.pace
	}
	what := p.harms[0].what
	p.harms = p.harms[1:]
	p.done++
	return what, p.pace
}
