package clean

import (
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"daycast"
)

// shop is a daily table read from CSV text, and what came of it.
type shop struct {
	table   *DailyTable
	report  *Report
	facts   []daycast.Fact
	signals []daycast.Signal
	plans   []daycast.Plan
}

// tableOf makes a Daily of CSV text, in which broken rows are allowed.
func tableOf(text string, step daycast.Step) Daily {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	rows, _ := r.ReadAll()
	if len(rows) == 0 {
		return Daily{Step: step, Rows: func(context.Context) iter.Seq2[[][]string, error] {
			return func(func([][]string, error) bool) {}
		}}
	}
	return Daily{Columns: rows[0], Step: step, Rows: func(context.Context) iter.Seq2[[][]string, error] {
		return func(yield func([][]string, error) bool) { yield(rows[1:], nil) }
	}}
}

// load reads a daily table to the end.
func load(ctx context.Context, d Daily) (*shop, error) {
	s := &shop{report: &Report{}}
	var err error
	if s.table, err = d.Profile(ctx, s.report); err != nil {
		return nil, err
	}
	for f, err := range s.table.Facts(ctx, s.report) {
		if err != nil {
			return nil, err
		}
		s.facts = append(s.facts, f)
	}
	slices.SortStableFunc(s.facts, func(a, b daycast.Fact) int {
		if a.Series != b.Series {
			if a.Series.Less(b.Series) {
				return -1
			}
			return 1
		}
		return int(a.Day - b.Day)
	})
	for g, err := range s.table.Signals(ctx) {
		if err != nil {
			return nil, err
		}
		s.signals = append(s.signals, g)
	}
	slices.SortStableFunc(s.signals, func(a, b daycast.Signal) int {
		if c := strings.Compare(a.Name+"\x00"+string(a.Scope)+"\x00"+a.Key, b.Name+"\x00"+string(b.Scope)+"\x00"+b.Key); c != 0 {
			return c
		}
		return int(a.Day - b.Day)
	})
	return s, nil
}

func mustLoad(t *testing.T, text string, step daycast.Step) *shop {
	t.Helper()
	s, err := load(t.Context(), tableOf(text, step))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The shop is the panel builder's Reader.
var _ Reader = (*shop)(nil)

func (s *shop) Facts(_ context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
	return only(s.facts, func(f daycast.Fact) bool { return f.KnownAt <= known })
}

func (s *shop) Signals(_ context.Context, known daycast.Day) iter.Seq2[daycast.Signal, error] {
	return only(s.signals, func(g daycast.Signal) bool { return g.KnownAt <= known })
}

func (s *shop) Plans(_ context.Context, known daycast.Day) iter.Seq2[daycast.Plan, error] {
	return only(s.plans, func(p daycast.Plan) bool { return p.KnownAt <= known })
}

func (s *shop) Items(_ context.Context, known daycast.Day) iter.Seq2[daycast.Item, error] {
	return only(s.table.Items, func(it daycast.Item) bool { return it.KnownAt <= known })
}

func (s *shop) Places(context.Context) iter.Seq2[daycast.Place, error] {
	return only(s.table.Places, func(daycast.Place) bool { return true })
}

func only[T any](rows []T, keep func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if keep(r) && !yield(r, nil) {
				return
			}
		}
	}
}

func (s *shop) builder(horizon int) PanelBuilder {
	return PanelBuilder{Reader: s, Step: s.table.daily.Step, Anchor: s.table.Anchor, Horizon: horizon, Planned: s.table.Planned}
}

func (s *shop) panel(t *testing.T, origin daycast.Day, horizon int) (*daycast.Panel, Findings) {
	t.Helper()
	p, found, err := s.builder(horizon).Build(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	return p, found
}

// letters are the states in pictures of series.
const letters = "-S0OCM"

// picture is one line a series: its id, its first day, and its states, days
// ahead after a bar with C where closed.
func picture(p *daycast.Panel) string {
	var b strings.Builder
	for i, s := range p.Series {
		fmt.Fprintf(&b, "%s %s ", s.ID(), p.Start[i])
		for _, state := range p.StateOf(i) {
			b.WriteByte(letters[state])
		}
		b.WriteByte('|')
		for h := range p.Ahead.Periods {
			b.WriteByte(map[bool]byte{true: 'C', false: '.'}[p.Ahead.Closed[i*p.Ahead.Periods+h]])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestDailyPanel reads small files and draws the panel at the last day, two
// days ahead.
func TestDailyPanel(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one row", "item,day,units\na,2024-01-01,3\n", "a 2024-01-01 S|..\n"},
		{"two rows with a gap", "item,day,units\na,2024-01-01,3\na,2024-01-04,1\n", "a 2024-01-01 S00S|..\n"},
		{"unsorted", "item,day,units\na,2024-01-03,3\nb,2024-01-02,1\na,2024-01-01,2\n", "a 2024-01-01 S0S|..\nb 2024-01-02 S0|..\n"},
		{"one day for all", "item,day,units\na,2024-01-01,3\nb,2024-01-01,1\n", "a 2024-01-01 S|..\nb 2024-01-01 S|..\n"},
		{"blank units inside are missing, at the end the future",
			"item,day,units\na,2024-01-01,3\na,2024-01-02,\na,2024-01-03,NaN\na,2024-01-04,NA\na,2024-01-05,2\na,2024-01-06,\n",
			"a 2024-01-01 SMMMS|..\n"},
		{"negative and fractional", "item,day,units\na,2024-01-01,-1.5\na,2024-01-02,.25\n", "a 2024-01-01 SS|..\n"},
		{"never sold is there, and closed ahead", "item,day,units\na,2024-01-01,3\nb,2024-01-01,0\n", "a 2024-01-01 S|..\nb 2024-01-02 |CC\n"},
		{"nothing ever sold", "item,day,units\na,2024-01-01,0\na,2024-01-02,0\n", "a 2024-01-03 |CC\n"},
		{"known only ahead", "item,day,units\na,2024-01-01,3\nb,2024-01-02,\n", "a 2024-01-01 S|..\nb 2024-01-02 |..\n"},
		{"only broken rows", "item,day,units\na,2024-01-01,3\nb,someday,2\nc,2024-01-01,few\n",
			"a 2024-01-01 S|..\nb 2024-01-02 |..\nc 2024-01-02 |..\n"},
		{"never in stock is not never wanted", "item,day,units,in_stock\na,2024-01-01,3,1\nb,2024-01-01,0,0\n", "a 2024-01-01 S|..\nb 2024-01-02 |..\n"},
		{"ends long before", "item,day,units\na,2022-01-01,3\nb,2022-12-31,1\nb,2023-01-01,1\n",
			"a 2022-01-01 S" + strings.Repeat("-", 365) + "|CC\nb 2022-12-31 SS|..\n"},
		{"no rows for eight weeks where zeros are written", "item,day,units\na,2024-01-01,3\na,2024-01-02,0\nb,2024-01-01,1\nb,2024-02-28,1\n",
			"a 2024-01-01 S0" + strings.Repeat("-", 57) + "|CC\nb 2024-01-01 S" + strings.Repeat("-", 57) + "S|..\n"},
		{"a row ahead keeps it listed", "item,day,units\na,2024-01-01,3\na,2024-01-02,0\na,2024-02-29,\nb,2024-01-01,1\nb,2024-02-28,1\n",
			"a 2024-01-01 S0" + strings.Repeat("M", 57) + "|..\nb 2024-01-01 S" + strings.Repeat("-", 57) + "S|..\n"},
		{"stock-outs", "item,day,units,in_stock\na,2024-01-01,3,1\na,2024-01-02,0,0\na,2024-01-03,1,.25\na,2024-01-04,2,\n", "a 2024-01-01 SOOS|..\n"},
		{"stock in pieces", "item,day,units,in_stock\na,2024-01-01,3,40\na,2024-01-02,0,0\na,2024-01-03,1,1\n", "a 2024-01-01 SOS|..\n"},
		{"repeated rows", "item,day,units\na,2024-01-01,3\na,2024-01-01,3\na,2024-01-02,1\na,2024-01-02,-1\n", "a 2024-01-01 S0|..\n"},
		{"places", "item,place,day,units\na,x,2024-01-01,3\na,y,2024-01-01,1\n", "a@x 2024-01-01 S|..\na@y 2024-01-01 S|..\n"},
		{"odd ids", "item,day,units\n007,2024-01-01,3\n7,2024-01-01,3\n\"a,b\nc\",2024-01-01,1\nx@y/z%,2024-01-01,1\nžluť,2024-01-01,1\n",
			"007 2024-01-01 S|..\n7 2024-01-01 S|..\na,b\nc 2024-01-01 S|..\nx%40y%2Fz%25 2024-01-01 S|..\nžluť 2024-01-01 S|..\n"},
		{"open column", "item,day,units,open\na,2024-01-01,3,1\na,2024-01-02,0,0\na,2024-01-03,2,1\na,2024-01-04,,0\na,2024-01-05,,1\n", "a 2024-01-01 SCS|C.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustLoad(t, tt.text, daycast.Daily)
			p, _ := s.panel(t, s.table.Last, 2)
			if got := picture(p); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// TestDailyHeader reads the same shop under other spellings of its columns,
// dates and numbers.
func TestDailyHeader(t *testing.T) {
	want := "[a x 2024-02-13 1.5 9.5 1]"
	tests := []struct{ name, text string }{
		{"plain", "item,place,day,units,price,promotion\na,x,2024-02-13,1.5,9.5,1\n"},
		{"synonyms", "SKU,Store ID,Date,Units Sold,Unit-Price,OnPromotion\na,x,2024-02-13,1.5,9.5,yes\n"},
		{"spaces", " a_column , item , place,day ,units,price,promotion\n9, a ,x ,\" 2024-02-13 \", 1.5 , 9.5,TRUE\n"},
		{"time of day", "item,place,day,units,price,promotion\na,x,2024-02-13 10:30:00,1.5,9.5,1\n"},
		{"time zone", "item,place,day,units,price,promotion\na,x,2024-02-13T23:30:00+01:00,1.5,9.5,1\n"},
		{"american", "item,place,day,units,price,promotion\na,x,2/13/2024,1.5,9.5,1\n"},
		{"british", "item,place,day,units,price,promotion\na,x,13/02/2024,1.5,9.5,1\n"},
		{"german", "item,place,day,units,price,promotion\na,x,13.02.2024,\"1,5\",\"9,50 €\",Aktion\n"},
		{"compact", "item,place,day,units,price,promotion\na,x,20240213,1.5,9.5,1\n"},
		{"excel", "item,place,day,units,price,promotion\na,x,45335,1.5,9.5,1\n"},
		{"words", "item,place,day,units,price,promotion\na,x,\"Feb 13, 2024\",1.5,$9.50,y\n"},
		{"afternoon", "item,place,day,units,price,promotion\na,x,2/13/2024 3:04:05 PM,1.5,9.5,1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustLoad(t, tt.text, daycast.Daily)
			f := s.facts[0]
			got := fmt.Sprint([]any{f.Series.Item, f.Series.Place, f.Day, f.Units, f.Price, f.Promotion})
			if len(s.facts) != 1 || got != want {
				t.Errorf("got %v, want %v; notes %q", got, want, s.table.Notes)
			}
		})
	}
}

func TestDailyDayBeforeMonth(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,day,units\n")
	for d := 1; d <= 9; d++ {
		fmt.Fprintf(&b, "a,%02d/02/2024,1\n", d)
	}
	if s := mustLoad(t, b.String(), daycast.Daily); s.table.Last.String() != "2024-02-09" {
		t.Errorf("nine days in a row are read as nine months: last day %s", s.table.Last)
	}
}

func TestDailyThousands(t *testing.T) {
	s := mustLoad(t, "item,day,units\na,2024-01-01,\"1,234\"\na,2024-01-02,\"12,345.5\"\n", daycast.Daily)
	if s.facts[0].Units != 1234 || s.facts[1].Units != 12345.5 {
		t.Errorf("got %v and %v", s.facts[0].Units, s.facts[1].Units)
	}
}

func TestDailyBrokenRows(t *testing.T) {
	text := "item,day,units,price\n,2024-01-01,3,1\na,2024-01-01,3,2\na,2024-01-02\n,2024-01-02,3,1\na,2024-13-45,3,1\na,2024-01-03,lots,1\n" +
		"a,2024-01-04,1,cheap\na,2024-01-05,1,-2\na,2024-01-06,1,0\na,2024-01-06,1,0\na,2024-01-06,2,3\n"
	s := mustLoad(t, text, daycast.Daily)
	want := map[string]int64{
		"wrong_number_of_values": 1, "no_item": 2, "unreadable_day": 1, "unreadable_units": 1,
		"unreadable_price": 1, "price_not_above_zero": 2, "duplicate": 1, "several_rows_added_up": 1,
	}
	for _, r := range s.report.Reasons() {
		if r.Rows != want[r.Name] {
			t.Errorf("%s: %d rows, want %d", r.Name, r.Rows, want[r.Name])
		}
		if len(r.Examples) == 0 {
			t.Errorf("%s has no example", r.Name)
		}
		delete(want, r.Name)
	}
	if len(want) > 0 {
		t.Errorf("not counted: %v", want)
	}
	for _, f := range s.facts {
		if f.Series.Item == "" {
			t.Error("a row without an item made a series")
		}
	}
	var got []string
	for q, err := range s.table.Quarantine(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s %s %s", q.Row, q.Column, q.Value, q.Reason))
	}
	aside := []string{
		"1 item  no_item", "3  a,2024-01-02 wrong_number_of_values", "4 item  no_item",
		"5 day 2024-13-45 unreadable_day", "6 units lots unreadable_units",
	}
	if !slices.Equal(got, aside) {
		t.Errorf("quarantine\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(aside, "\n"))
	}
}

func TestDailyListOfSales(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,day,units\n")
	for d := 1; d <= 9; d++ {
		fmt.Fprintf(&b, "a,2024-01-0%d,1\na,2024-01-0%d,2\na,2024-01-0%d,4\na,2024-01-0%d,1\n", d, d, d, d)
	}
	s := mustLoad(t, b.String(), daycast.Daily)
	p, _ := s.panel(t, s.table.Last, 1)
	if got := p.UnitsOf(0)[0]; got != 8 {
		t.Errorf("the first day holds %v units, want 8: two customers may buy the same", got)
	}
}

func TestDailyRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no column", "item,day\na,2024-01-01\n", "no column units"},
		{"no columns that are known", "a,b\na,2024-01-01\n", "no column day, units"},
		{"no rows", "item,day,units\n", "nothing to learn from"},
		{"no units", "item,day,units\na,2024-01-01,\n", "nothing to learn from"},
		{"no dates", "item,day,units\na,soon,1\n", `"soon" is not a date`},
		{"only text", "item,day,units\na,2024-01-01,few\nb,2024-01-01,many\n", "nothing to learn from"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t.Context(), tableOf(tt.text, daycast.Daily))
			if err == nil || !strings.Contains(err.Error(), tt.want) || daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("got %v, want %q with code invalid", err, tt.want)
			}
		})
	}
}

// FuzzDaily feeds bytes as a file: it may be refused, but never ends in a
// panic, a panel that is not whole or a number that is not finite.
func FuzzDaily(f *testing.F) {
	f.Add("item,day,units,price,x\na,2024-01-01,3,2,u\nb,2024-01-02,,2,v\na,2024-01-02,\"1,5\",,\n", false)
	f.Add("sku;date;qty\na;1/2/2024;1\n", true)
	f.Add("item,day,units,open,in_stock,promotion\na,2024-W05,-1e30,0,7,maybe\na,1901-01-01,1,1,0,\n", true)
	f.Fuzz(func(t *testing.T, text string, weekly bool) {
		step := daycast.Daily
		if weekly {
			step = daycast.Weekly
		}
		s, err := load(t.Context(), tableOf(text, step))
		if err != nil {
			return
		}
		p, _ := s.panel(t, s.table.Last, 3)
		if len(p.Series) != len(s.table.profile.series) {
			t.Fatalf("%d series of %d are in the panel", len(p.Series), len(s.table.profile.series))
		}
		if len(p.Offsets) != len(p.Series)+1 || p.Offsets[len(p.Series)] != len(p.Units) || len(p.State) != len(p.Units) {
			t.Fatal("the panel is not whole")
		}
		for _, u := range p.Train {
			if math.IsNaN(float64(u)) || math.IsInf(float64(u), 0) {
				t.Fatalf("units %v", u)
			}
		}
	})
}

// TestDailyPromotionMarks reads a blank cell as no where only promotions are
// marked, and as unknown where no is written too.
func TestDailyPromotionMarks(t *testing.T) {
	rows := "item,day,units,promotion\na,2024-01-01,3,%s\na,2024-01-02,1,\na,2024-01-03,,x\na,2024-01-04,,\n"
	for first, want := range map[string]string{"yes": "[1 0 1 0]", "no": "[0 NaN 1 NaN]", "": "[0 0 1 0]"} {
		s := mustLoad(t, fmt.Sprintf(rows, first), daycast.Daily)
		var got []float32
		for _, f := range s.facts {
			got = append(got, f.Promotion)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("first cell %q: %v, want %v", first, got, want)
		}
	}
}

// TestDailyCarries gives days that a shop leaves out, because nothing was sold,
// the price and the weather of the day before: their lack must not tell a model
// that nothing was sold. A cell that is blank stays so.
func TestDailyCarries(t *testing.T) {
	text := "item,place,day,units,promotion,temp,event\n"
	for k, place := range []string{"x", "y"} {
		text += fmt.Sprintf("a,%[1]s,2024-01-01,3,0,%[2]d1,\na,%[1]s,2024-01-02,3,1,%[2]d2,fair\na,%[1]s,2024-01-05,3,0,%[2]d5,\n"+
			"a,%[1]s,2024-01-06,,1,%[2]d6,\na,%[1]s,2024-01-08,,0,%[2]d8,\n", place, k+1)
	}
	s := mustLoad(t, text, daycast.Daily)
	p, _ := s.panel(t, s.table.Last, 4)
	want := map[string]string{
		"promotion": "[0 1 1 1 0 1 1 0 NaN]", "temp": "[11 12 12 12 15 16 16 18 NaN]", "event": "[NaN 0 NaN NaN NaN NaN NaN NaN NaN]",
	}
	for k := range p.Signals {
		g := &p.Signals[k]
		var got []float32
		for d := p.Start[0]; d <= p.Origin+4; d++ {
			got = append(got, g.At(0, d))
		}
		if fmt.Sprint(got) != want[g.Name] {
			t.Errorf("%s: %v, want %s", g.Name, got, want[g.Name])
		}
		delete(want, g.Name)
	}
	if len(want) > 0 {
		t.Errorf("no signals %v; notes %q", want, s.table.Notes)
	}
}

// TestDailyFactsStop leaves the walk after the first fact, as a full disk does.
func TestDailyFactsStop(t *testing.T) {
	table, err := tableOf("item,day,units\na,2024-01-01,3\nb,2024-01-01,1\n", daycast.Daily).Profile(t.Context(), &Report{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range table.Facts(t.Context(), &Report{}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
}
