package trend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"daycast"
	"daycast/signal"
)

// Google is a file of Google Trends, exported as CSV from "Interest over time":
// a signal.Source. Its index is 0 to 100 of the highest value in the file, which
// may lie in the future of the day that is looked at: shapes are honest, levels
// know how high the highest was. "<1" is 0.5.
//
// Every day of a week or month has its value, which is known three days after
// the period's end: Google's samples end up to 72 hours before one looks.
// Periods that were not so old when the file was exported are left out.
type Google struct {
	queries []Query
	values  [][]value // by query
	print   string
}

// googleLag is how many days after its end a period is known.
const googleLag = 3

// OpenGoogle reads an exported file; it counts as exported when it was last
// written.
func OpenGoogle(file string, queries []Query) (*Google, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "Google Trends: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "Google Trends: %w", err)
	}
	return ReadGoogle(file, body, info.ModTime(), queries)
}

// ReadGoogle reads what was exported at a moment. A query's text is the head of
// its column, with or without the region behind it.
func ReadGoogle(file string, body []byte, exported time.Time, queries []Query) (*Google, error) {
	if err := Check(queries); err != nil {
		return nil, err
	}
	table, err := parseGoogle(file, body)
	if err != nil {
		return nil, err
	}
	g := &Google{queries: queries, print: fmt.Sprintf("%x %s %v", sha256.Sum256(body), exported.UTC(), queries)}
	last := daycast.DayOf(exported.UTC())
	for _, q := range queries {
		column := slices.IndexFunc(table.columns, func(c string) bool { return strings.EqualFold(c, q.Text) })
		if column < 0 {
			column = slices.IndexFunc(table.columns, func(c string) bool { return strings.EqualFold(withoutRegion(c), q.Text) })
		}
		if column < 0 {
			return nil, daycast.Errorf(daycast.Invalid, "%s has no column %q", file, q.Text).
				WithField("queries").WithHint("its columns are %q", table.columns)
		}
		g.values = append(g.values, table.values(column, last))
	}
	return g, nil
}

// withoutRegion is the term of a column's head "term: (Germany)".
func withoutRegion(head string) string {
	if at := strings.LastIndex(head, ": ("); at >= 0 {
		return head[:at]
	}
	return head
}

// Name is "google_trends".
func (*Google) Name() string { return "google_trends" }

// Fingerprint tells the file and the queries from others.
func (g *Google) Fingerprint() (string, error) { return g.print, nil }

// Signals yields the queries' values by query, key and day.
func (g *Google) Signals(ctx context.Context, r signal.Request) iter.Seq2[daycast.Signal, error] {
	return func(yield func(daycast.Signal, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(daycast.Signal{}, err)
			return
		}
		for k, q := range g.queries {
			if !q.rows(g.values[k], r, yield) {
				return
			}
		}
	}
}

// A googleTable is what a file has.
type googleTable struct {
	columns []string
	periods []period
}

type period struct {
	from, to daycast.Day // both are included
	values   []float32   // by column; -1: none
}

// values are those of the periods that were known on a day.
func (t googleTable) values(column int, by daycast.Day) []value {
	var all []value
	for _, p := range t.periods {
		known := p.to + googleLag
		if known > by || p.values[column] < 0 {
			continue
		}
		for d := p.from; d <= p.to; d++ {
			all = append(all, value{d, known, p.values[column]})
		}
	}
	return all
}

func badGoogle(file string, line int, format string, args ...any) error {
	return daycast.Errorf(daycast.Invalid, "%s, line %d: "+format, append([]any{file, line}, args...)...).
		WithHint("want the CSV file of Interest over time, as Google Trends exports it, with a day, week or month a row")
}

// parseGoogle reads the file. What stands before the head of the columns, which
// is the line before the first day, is the category, in any language.
func parseGoogle(file string, body []byte) (googleTable, error) {
	var t googleTable
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	var head []string
	monthly := false
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return t, badGoogle(file, broken.Line, "%w", broken.Err)
		} else if err != nil {
			return t, err
		}
		line, _ := r.FieldPos(0)
		day, month, isDay := googleDay(record[0])
		if !isDay && len(t.periods) == 0 {
			head = record
			continue
		}
		switch {
		case !isDay:
			return t, badGoogle(file, line, "%.40q is no day", record[0])
		case len(head) < 2:
			return t, badGoogle(file, line, "no line with the names of columns comes before the first day")
		case len(record) != len(head):
			return t, badGoogle(file, line, "it has %d values, and %d columns", len(record), len(head))
		case len(t.periods) > 0 && (day <= t.periods[len(t.periods)-1].from || month != monthly):
			return t, badGoogle(file, line, "%s does not come after the line before", record[0])
		}
		monthly = month
		p := period{from: day}
		for k, text := range record[1:] {
			v, err := googleValue(text)
			if err != nil {
				return t, badGoogle(file, line, "%s of %q is none of Google's values", text, head[k+1])
			}
			p.values = append(p.values, v)
		}
		t.periods = append(t.periods, p)
	}
	if len(t.periods) == 0 {
		return t, badGoogle(file, 1, "it has no days")
	}
	for _, c := range head[1:] {
		t.columns = append(t.columns, strings.TrimSpace(c))
	}
	return t, t.ends(file, head[0], monthly)
}

// ends finds where the periods end: after a day, a week or a month.
func (t googleTable) ends(file, head string, monthly bool) error {
	step := daycast.Day(1)
	if len(t.periods) > 1 {
		step = t.periods[1].from - t.periods[0].from
	} else if strings.EqualFold(strings.TrimSpace(head), "week") {
		step = 7
	}
	for k := range t.periods {
		p := &t.periods[k]
		switch next := k + 1; {
		case monthly:
			p.to = daycast.DayOf(p.from.Time().AddDate(0, 1, 0)) - 1
		case step != 1 && step != 7 || next < len(t.periods) && t.periods[next].from-p.from != step:
			return badGoogle(file, 1, "its rows are neither days nor weeks: one begins on %s", p.from)
		default:
			p.to = p.from + step - 1
		}
	}
	return nil
}

// googleDay reads a row's day, or month; older files have a week as two days.
func googleDay(s string) (day daycast.Day, month, ok bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " - ")
	if t, err := time.Parse("2006-01", s); err == nil {
		return daycast.DayOf(t), true, true
	}
	day, err := daycast.ParseDay(s)
	return day, false, err == nil
}

// googleValue reads a value; -1: none.
func googleValue(s string) (float32, error) {
	switch s = strings.TrimSpace(s); s {
	case "":
		return -1, nil
	case "<1":
		return 0.5, nil
	}
	v, err := strconv.ParseFloat(s, 32)
	if err != nil || !(v >= 0 && v <= 1e9) {
		return 0, errors.New("no value")
	}
	return float32(v), nil
}
