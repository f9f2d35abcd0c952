package source

import (
	"encoding/binary"
	"fmt"
	"testing"

	"daycast"
)

// Messages of pgoutput, as the server writes them.

func relationMessage(id uint32, name string, columns ...string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{'R'}, id)
	b = append(b, "public\x00"+name+"\x00f"...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(columns)))
	for _, c := range columns {
		b = append(append(b, 1), c+"\x00"...)
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 1114), 0)
	}
	return b
}

func rowMessage(kind byte, id uint32, tuples ...any) []byte {
	b := binary.BigEndian.AppendUint32([]byte{kind}, id)
	for i := 0; i < len(tuples); i += 2 {
		b = append(b, tuples[i].(byte))
		values := tuples[i+1].([]string)
		b = binary.BigEndian.AppendUint16(b, uint16(len(values)))
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(append(b, 't'), uint32(len(v)))
			b = append(b, v...)
		}
	}
	return b
}

var followingTest = Following{Tables: []Followed{{Table: "orders", Time: "at"}, {Table: "public.lines", Key: "o", Parent: "orders", Column: "id"}}}

func messages() [][]byte {
	begin := binary.BigEndian.AppendUint32(append([]byte{'B'}, make([]byte, 16)...), 77)
	return [][]byte{
		begin,
		relationMessage(1, "orders", "id", "at"), relationMessage(2, "lines", "o", "q"), relationMessage(3, "other", "at"),
		rowMessage('I', 1, byte('N'), []string{"5", "2024-03-01 10:00:00"}),
		rowMessage('U', 1, byte('O'), []string{"6", "2024-01-01 00:00:00"}, byte('N'), []string{"6", "2024-02-01 00:00:00"}),
		rowMessage('D', 2, byte('O'), []string{"8", "1"}),
		rowMessage('I', 3, byte('N'), []string{"1999-01-01"}),
	}
}

func TestOutput(t *testing.T) {
	o := newOutput(followingTest)
	for i, m := range messages() {
		if err := o.read(m); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if got := fmt.Sprint(o.sorted(), o.keys, o.transactions); got != "[2024-01-01 2024-02-01 2024-03-01] [map[] map[8:true]] [77]" {
		t.Error(got)
	}
	if err := o.read(append(binary.BigEndian.AppendUint32([]byte{'T'}, 1), 0, 0, 0, 0, 1)); daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("emptied: %v", err)
	}
}

// Whatever comes, it is days, keys or an error.
func FuzzOutput(f *testing.F) {
	for _, m := range messages() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := newOutput(followingTest)
		for _, m := range messages()[:4] {
			if err := o.read(m); err != nil {
				t.Fatal(err)
			}
		}
		_ = o.read(data)
	})
}

// A transaction is hidden from a snapshot that it runs in, or that is older.
// Numbers go round after 2^32.
func TestHidden(t *testing.T) {
	for _, c := range []struct {
		x       uint32
		end     int64
		running string
		want    bool
	}{
		{100, 101, "", false}, {100, 100, "", true}, {100, 150, "99 100 120", true}, {100, 150, "99 120", false},
		{1<<32 - 2, 1<<32 + 10, "", false}, {5, 1<<32 + 10, "", false}, {5, 1<<32 + 5, "", true}, {5, 1<<32 + 10, "4294967301", true},
	} {
		if got := hidden([]uint32{c.x}, c.end, c.running); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
