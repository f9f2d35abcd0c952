package source

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"unicode/utf16"

	"daycast"
)

// A tdsServer speaks as much of SQL Server's protocol (MS-TDS) as lets a client
// log in, be refused, and read one table.
type tdsServer struct {
	listener net.Listener
	refuse   []byte      // the tokens that a login gets; nil lets it in
	intent   chan byte   // of each login, its TypeFlags
	queries  chan string // that came
}

func startTDS(t *testing.T, refuse []byte) *tdsServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s := &tdsServer{listener: listener, refuse: refuse, intent: make(chan byte, 100), queries: make(chan string, 100)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *tdsServer) dsn() string {
	return "sqlserver://me:s3cret@" + s.listener.Addr().String() + "?database=shop&encrypt=disable"
}

func (s *tdsServer) serve(conn net.Conn) {
	defer conn.Close()
	for {
		kind, body, err := readTDS(conn)
		if err != nil {
			return
		}
		switch kind {
		case 0x12: // pre-login: version 16, no encryption
			_ = writeTDS(conn, []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2})
		case 0x10: // login
			s.intent <- body[26]
			if s.refuse != nil {
				_ = writeTDS(conn, append(bytes.Clone(s.refuse), tdsDone(2)...))
				return
			}
			_ = writeTDS(conn, append(tdsLoginAck(), tdsDone(0)...))
		case 0x01: // a batch: headers, then text
			query := fromUTF16(body[binary.LittleEndian.Uint32(body):])
			s.queries <- query
			_ = writeTDS(conn, tdsAnswer(query))
		default: // an attention, at the end of a query that was left
			_ = writeTDS(conn, tdsDone(0x20))
		}
	}
}

func tdsAnswer(query string) []byte {
	switch {
	case strings.Contains(query, "sold"):
		return append(tdsError(208, 16, "Invalid object name 'sold'."), tdsDone(2)...)
	case strings.Contains(query, "ORDER BY"):
		return append(tdsError(1033, 15, "The ORDER BY clause is invalid in views"), tdsDone(2)...)
	case !strings.Contains(query, "FROM"): // of a new session
		return tdsDone(0)
	case strings.Contains(query, "TOP (0)"):
		return append(tdsColumns(), tdsDone(0)...)
	}
	return append(append(tdsColumns(), tdsRows()...), tdsDone(0)...)
}

// readTDS reads a message: packets up to one that says that it is the last.
func readTDS(r io.Reader) (kind byte, body []byte, err error) {
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, nil, err
		}
		part := make([]byte, int(binary.BigEndian.Uint16(head[2:]))-len(head))
		if _, err := io.ReadFull(r, part); err != nil {
			return 0, nil, err
		}
		if body = append(body, part...); head[1]&1 != 0 {
			return head[0], body, nil
		}
	}
}

func writeTDS(w io.Writer, body []byte) error {
	head := []byte{4, 1, 0, 0, 0, 0, 1, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(head)+len(body)))
	_, err := w.Write(append(head, body...))
	return err
}

var little = binary.LittleEndian

func toUTF16(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = little.AppendUint16(b, u)
	}
	return b
}

func fromUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = little.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

func short(s string) []byte { return append([]byte{byte(len(utf16.Encode([]rune(s))))}, toUTF16(s)...) }

func tdsToken(kind byte, body []byte) []byte {
	return append(little.AppendUint16([]byte{kind}, uint16(len(body))), body...)
}

func tdsError(number int32, class byte, message string) []byte {
	b := little.AppendUint32(nil, uint32(number))
	b = append(b, 1, class)
	b = little.AppendUint16(b, uint16(len(utf16.Encode([]rune(message)))))
	b = append(b, toUTF16(message)...)
	b = append(b, 0, 0) // server and procedure
	return tdsToken(0xaa, little.AppendUint32(b, 1))
}

func tdsLoginAck() []byte {
	return tdsToken(0xad, append(append([]byte{1, 0x74, 0, 0, 4}, short("Microsoft SQL Server")...), 16, 0, 0, 0))
}

func tdsDone(status uint16) []byte {
	return append(little.AppendUint16([]byte{0xfd}, status), make([]byte, 10)...)
}

// The table has a column of each type that is told apart.
func tdsColumns() []byte {
	collation := []byte{9, 4, 0xd0, 0, 0x34}
	columns := []struct {
		name string
		typ  []byte
	}{
		{"order_id", []byte{0x24, 16}},
		{"ordered_at", []byte{0x2b, 7}},
		{"item_id", append([]byte{0xe7, 100, 0}, collation...)},
		{"quantity", []byte{0x6a, 9, 18, 2}},
		{"unit_price", []byte{0x6e, 8}},
		{"promotion", []byte{0x68, 1}},
		{"wall", []byte{0x2a, 3}},
		{"day", []byte{0x28}},
		{"share", []byte{0x6d, 4}},
		{"old", []byte{0x6f, 8}},
	}
	b := little.AppendUint16([]byte{0x81}, uint16(len(columns)))
	for _, c := range columns {
		b = append(b, 0, 0, 0, 0, 1, 0) // no user type; may be null
		b = append(append(b, c.typ...), short(c.name)...)
	}
	return b
}

func tdsRows() []byte {
	days := func(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }
	const since0001 = 738974 // days from 0001-01-01 to 2024-03-30
	clock := int64(21*3600)*10_000_000 + 5_000_000
	var b []byte
	b = append(b, 0xd1, 16, 0x10, 0xb8, 0xa7, 0x6b, 0xad, 0x9d, 0xd1, 0x11, 0x80, 0xb4, 0, 0xc0, 0x4f, 0xd4, 0x30, 0xc8)
	b = append(append(append(b, 10), little.AppendUint64(nil, uint64(clock))[:5]...), days(since0001)...)
	b = little.AppendUint16(b, 330) // minutes east of UTC
	b = append(append(b, 8, 0), toUTF16("tea☕")...)
	b = append(b, 5, 0, 0x39, 0x30, 0, 0)                        // -123.45
	b = append(b, 8, 0, 0, 0, 0, 0xd0, 0x86, 0, 0)               // 3.4512 in ten-thousandths
	b = append(b, 1, 1)                                          // true
	b = append(append(b, 7), little.AppendUint32(nil, 500)...)   // half a second after midnight
	b = append(append(b, days(since0001)...), 3)                 // and the next value's length
	b = append(append(b, days(since0001)...), 4)                 //
	b = append(b, 0xcd, 0xcc, 0xcc, 0x3d)                        // 0.1 in 32 bits
	b = append(append(b, 8), little.AppendUint32(nil, 45379)...) // days from 1900-01-01
	b = little.AppendUint32(b, 300)                              // a second
	b = append(b, 0xd1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0)   // nothing but nulls
	return b
}

func TestSQLServerReads(t *testing.T) {
	s := startTDS(t, nil)
	src, err := OpenSQLServer(t.Context(), s.dsn(), map[Table]string{Sales: "SELECT * FROM lines"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if flags := <-s.intent; flags&0x20 == 0 {
		t.Errorf("the login does not say that it only reads: %#x", flags)
	}
	if err := src.Check(t.Context()); err != nil {
		t.Error(err)
	}
	var got []string
	for batch, err := range src.Read(t.Context(), Sales, daycast.Span{From: 19783}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			got = append(got, strings.Join(row, "|"))
		}
	}
	want := "6BA7B810-9DAD-11D1-80B4-00C04FD430C8|2024-03-30T21:00:00.5Z|tea☕|-123.45|3.4512|true|2024-03-30T00:00:00.5|2024-03-30|0.1|2024-03-30T00:00:01\n" +
		strings.Repeat("|", 9)
	if strings.Join(got, "\n") != want {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
	s.listener.Close()
	close(s.queries)
	last := ""
	for q := range s.queries {
		last = q
	}
	if want := "SELECT q.[order_id], q.[ordered_at], q.[item_id], q.[quantity], q.[unit_price], q.[promotion], q.[wall], q.[day], q.[share], q.[old] " +
		"FROM (SELECT * FROM lines\n) AS q WHERE q.[ordered_at] >= '2024-02-29T00:00:00+00:00'"; last != want {
		t.Errorf("the query is %s, want %s", last, want)
	}
}

func TestSQLServerNamesWhatIsWrong(t *testing.T) {
	good := startTDS(t, nil)
	refused := startTDS(t, tdsError(18456, 14, "Login failed for user 'me'."))
	noDatabase := startTDS(t, append(tdsError(4060, 11, `Cannot open database "shop"`), tdsError(18456, 14, "Login failed for user 'me'.")...))
	for _, c := range []struct {
		name, dsn, query string
		code             daycast.Code
		word             string
	}{
		{"wrong password", refused.dsn(), "", daycast.Unauthorized, `refuses user "me"`},
		{"no database", noDatabase.dsn(), "", daycast.Invalid, "database=NAME"},
		{"no table", good.dsn(), "SELECT * FROM sold", daycast.Invalid, "query for sales: Invalid object name 'sold'"},
		{"an order", good.dsn(), "SELECT * FROM lines ORDER BY 1", daycast.Invalid, "leave out the ORDER BY"},
	} {
		src, err := OpenSQLServer(t.Context(), c.dsn, map[Table]string{Sales: c.query})
		if err == nil {
			err = src.Check(t.Context())
			src.Close()
		}
		if daycast.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.word) || strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
			t.Errorf("%s: got %v with code %s, want %q with code %s", c.name, err, daycast.CodeOf(err), c.word, c.code)
		}
	}
}

// A server that is not there is tried again, and then unavailable.
func TestSQLServerUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, err = OpenSQLServer(t.Context(), "sqlserver://me:s3cret@"+address+"?database=shop", nil)
	if daycast.CodeOf(err) != daycast.Unavailable || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
