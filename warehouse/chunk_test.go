package warehouse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"daycast"
)

func randomLine(rng *rand.Rand, series daycast.Series) daycast.Line {
	maybe := func(v float64) float64 {
		if rng.IntN(3) == 0 {
			return math.NaN()
		}
		return v
	}
	l := daycast.Line{
		Series: series, Row: rng.Int64(), Order: fmt.Sprint(rng.IntN(1e6)), At: rng.Int64() - math.MaxInt64/2, Local: rng.IntN(2) == 0,
		Units: float64(rng.IntN(20) - 5), Price: maybe(rng.Float64() * 100), Discount: maybe(1), Promotion: maybe(0.5),
	}
	if rng.IntN(2) == 0 {
		l.Customer, l.Number = rng.Uint64(), "7"
	}
	if rng.IntN(4) == 0 {
		l.At, l.Unread = daycast.NoTime, daycast.UnreadTime+"soon"
	}
	return l
}

func sameLine(a, b daycast.Line) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// wantLines: a chunk gives back the lines, in their order.
func wantLines(t *testing.T, c chunk, series daycast.Series, lines []daycast.Line) {
	t.Helper()
	i := 0
	if !readChunk(string(c.bytes), series, func(l daycast.Line) bool {
		if i == len(lines) || !sameLine(l, lines[i]) {
			t.Fatalf("line %d: got %#v, want %#v", i, l, lines[min(i, len(lines)-1)])
		}
		i++
		return true
	}) || i != len(lines) {
		t.Fatalf("%d of %d lines", i, len(lines))
	}
}

func TestChunkGivesBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	series := daycast.Series{Item: "tea", Place: "shop"}
	for range 200 {
		var c chunk
		var lines []daycast.Line
		for range 1 + rng.IntN(30) {
			l := randomLine(rng, series)
			lines = append(lines, l)
			c.add(l, 7)
		}
		wantLines(t, c, series, lines)
		for cut := range len(c.bytes) { // none of the beginnings is read as more than there is
			n := 0
			readChunk(string(c.bytes[:cut]), series, func(daycast.Line) bool { n++; return true })
			if n > len(lines) {
				t.Fatalf("cut at %d: %d lines of %d", cut, n, len(lines))
			}
		}
	}
}

// A line's hash tells what the line says, wherever it stands.
func TestChunkContent(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	series := daycast.Series{Item: "tea"}
	for range 200 {
		a, b := randomLine(rng, series), randomLine(rng, series)
		sum := func(hash uint64, lines ...daycast.Line) (n uint64) {
			var c chunk
			for _, l := range lines {
				c.add(l, hash)
			}
			return c.content
		}
		moved := b
		moved.Row++
		if sum(7, a, b) != sum(7, moved, a) || sum(7, a, b) != sum(7, a)+sum(7, b) {
			t.Fatal("the order of lines changes their hash")
		}
		changed := a
		changed.Units++
		if sum(7, a) == sum(7, changed) || sum(7, a) == sum(8, a) || sum(7, a, a) == sum(7) {
			t.Fatalf("another line has the same hash: %#v", a)
		}
	}
}

func FuzzReadChunk(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	series := daycast.Series{Item: "tea"}
	var c chunk
	for range 3 {
		c.add(randomLine(rng, series), 7)
	}
	f.Add(string(c.bytes))
	f.Add("\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, text string) {
		var again chunk
		var lines []daycast.Line
		ok := readChunk(text, series, func(l daycast.Line) bool {
			lines = append(lines, l)
			again.add(l, 7)
			return true
		})
		if !ok || len(lines) == 0 {
			return
		}
		wantLines(t, again, series, lines)
	})
}
