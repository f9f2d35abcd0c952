package clean

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
)

// buyerLines are some customers' purchases over a hundred days, of two groups,
// with a month of silence.
func buyerLines(seed uint64) []daycast.Line {
	rng := rand.New(rand.NewPCG(seed, 1))
	var lines []daycast.Line
	for d := 20_000; d < 20_140; d++ {
		for range rng.IntN(9) {
			if d > 20_060 && d < 20_095 {
				continue
			}
			lines = append(lines, daycast.Line{
				Series: daycast.Series{Item: fmt.Sprintf("%c%d", "ab"[rng.IntN(2)], rng.IntN(3))}, At: int64(d)*86_400_000_000 + 5,
				Customer: uint64(rng.IntN(40)), Units: float64(rng.IntN(12) - 2),
			})
		}
	}
	return lines
}

func buyersOf(t *testing.T) Buyers {
	return Buyers{
		Day: daycast.Line.UTCDay, Through: 20_130, Dir: t.TempDir(), Segments: []string{"s"},
		Group:     func(item string, _ daycast.Day) string { return map[byte]string{'a': "hats", 'b': ""}[item[0]] },
		Customers: map[uint64]Customer{3: {FirstOrder: 19_000, Segment: -1}, 4: {}, 5: {}, 6: {}, 7: {}, 8: {}, 9: {}, 10: {}},
	}
}

func signalsOf(t *testing.T, b Buyers, lines []daycast.Line) map[string]float32 {
	t.Helper()
	out := map[string]float32{}
	for s, err := range b.Signals(t.Context(), lineSeq(lines)) {
		if err != nil {
			t.Fatal(err)
		}
		if s.KnownAt != s.Day {
			t.Fatalf("%+v is not known at its day's end", s)
		}
		key := fmt.Sprint(s.Day, " ", s.Scope, s.Key, " ", s.Name)
		if _, twice := out[key]; twice {
			t.Fatalf("%s comes twice", key)
		}
		out[key] = s.Value
	}
	if files, _ := os.ReadDir(b.Dir); len(files) > 0 {
		t.Errorf("%d files are left", len(files))
	}
	return out
}

func lineSeq(lines []daycast.Line) iter.Seq2[daycast.Line, error] {
	return only(lines, func(daycast.Line) bool { return true })
}

// slowBuyers goes through all lines for each day and group, by the definition.
func slowBuyers(b Buyers, lines []daycast.Line) map[string]float32 {
	out := map[string]float32{}
	for day := daycast.Day(20_000); day <= b.Through; day++ {
		for _, scope := range []struct{ name, group string }{{"shop", ""}, {"categoryhats", "hats"}} {
			units, days, first, all := map[uint64]float64{}, map[uint64]map[daycast.Day]bool{}, map[uint64]daycast.Day{}, 0.0
			for _, l := range lines {
				d := b.Day(l)
				if l.Customer == 0 || l.Units <= 0 || d > day {
					continue
				}
				if f, known := first[l.Customer]; !known || d < f {
					first[l.Customer] = d
				}
				if told := b.Customers[l.Customer].FirstOrder; told != 0 {
					first[l.Customer] = min(first[l.Customer], told)
				}
				if d <= day-28 || scope.group != "" && b.Group(l.Series.Item, d) != scope.group {
					continue
				}
				units[l.Customer] += l.Units
				all += l.Units
				if days[l.Customer] == nil {
					days[l.Customer] = map[daycast.Day]bool{}
				}
				days[l.Customer][d] = true
			}
			n := len(units)
			if n < 5 {
				continue
			}
			put := func(name string, v float64) { out[fmt.Sprint(day, " ", scope.name, " customers_", name)] = float32(v) }
			people := func(name string, is func(uint64) bool) {
				k := 0
				for id := range units {
					if is(id) {
						k++
					}
				}
				if (k == 0 || k >= 5) && (n-k == 0 || n-k >= 5) {
					put(name, float64(k)/float64(n))
				}
			}
			put("active", float64(n))
			people("new", func(id uint64) bool { return first[id] > day-28 })
			people("repeat", func(id uint64) bool { return len(days[id]) > 1 })
			people("segment_s", func(id uint64) bool { c, known := b.Customers[id]; return known && c.Segment == 0 })
			var sorted []float64
			for _, u := range units {
				sorted = append(sorted, u)
			}
			slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
			put("top1", sorted[0]/all)
			put("top5", (sorted[0]+sorted[1]+sorted[2]+sorted[3]+sorted[4])/all)
		}
	}
	return out
}

func TestBuyersAgainstTheirDefinition(t *testing.T) {
	for seed := range uint64(4) {
		b, lines := buyersOf(t), buyerLines(seed)
		want, got := slowBuyers(b, lines), signalsOf(t, b, lines)
		if len(want) < 300 {
			t.Fatalf("only %d values are compared", len(want))
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Fatalf("seed %d (-slow +fast):\n%s", seed, diff)
		}
		rand.New(rand.NewPCG(seed, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if diff := gocmp.Diff(got, signalsOf(t, b, lines)); diff != "" {
			t.Fatalf("seed %d: the order of the lines counts:\n%s", seed, diff)
		}
	}
}

// TestBuyersKnowNoFuture poisons the lines after a day.
func TestBuyersKnowNoFuture(t *testing.T) {
	b, lines := buyersOf(t), buyerLines(9)
	const day = 20_050
	want := signalsOf(t, b, lines)
	for k := range lines {
		if b.Day(lines[k]) > day {
			lines[k].Units, lines[k].Customer = 1e9, uint64(k%7)+1
		}
	}
	got := signalsOf(t, b, lines)
	before := 0
	for key, v := range want {
		if key < daycast.Day(day+1).String() {
			before++
			if got[key] != v {
				t.Fatalf("%s was %g and is %g with what came later", key, v, got[key])
			}
		}
	}
	if before < 50 {
		t.Fatalf("only %d values are compared", before)
	}
}

// TestFewBuyersAreLeftOut: no value is about fewer than five.
func TestFewBuyersAreLeftOut(t *testing.T) {
	b := buyersOf(t)
	var lines []daycast.Line
	for customer := range uint64(6) {
		lines = append(lines, daycast.Line{Series: daycast.Series{Item: "a"}, At: 20_000*86_400_000_000 + 1, Customer: customer + 20, Units: 1})
	}
	if got := signalsOf(t, b, lines[:4]); len(got) != 0 {
		t.Errorf("four customers are told of: %v", got)
	}
	b = buyersOf(t)
	b.Customers[20] = Customer{Segment: 0}
	for key, v := range signalsOf(t, b, lines) {
		if key[len(key)-len("segment_s"):] == "segment_s" {
			t.Errorf("%s tells of one customer in six: %g", key, v)
		}
	}
}

func TestBuyersPassErrorsOn(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "/no/such/folder"} {
		b := buyersOf(t)
		b.Dir = dir
		ctx, cancel := context.WithCancel(t.Context())
		if dir[:3] != "/no" {
			cancel()
		}
		var last error
		for _, err := range b.Signals(ctx, lineSeq(buyerLines(1))) {
			last = err
		}
		cancel()
		if last == nil {
			t.Errorf("%s: no error", dir)
		}
	}
}

func TestSharesOfBuyers(t *testing.T) {
	for _, tt := range [][3]float64{{0, 10, 0}, {4, 10, math.NaN()}, {5, 10, .5}, {6, 10, math.NaN()}, {10, 10, 1}} {
		if got := shareOfBuyers(int(tt[0]), int(tt[1])); got != tt[2] && !(math.IsNaN(got) && math.IsNaN(tt[2])) {
			t.Errorf("%g of %g is %g, want %g", tt[0], tt[1], got, tt[2])
		}
	}
}
