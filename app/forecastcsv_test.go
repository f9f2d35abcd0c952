package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"daycast"
	"daycast/app"
)

// quiet is a World whose clock is the machine's, of 2025 or later.
type quiet struct{}

func (quiet) Stage(string)          {}
func (quiet) Step(int, int, string) {}

func world() app.World { return app.World{Now: time.Now, Progress: quiet{}, Version: "test"} }

// cheap are models that fit in no time.
var cheap = []string{"seasonal_naive", "window_mean", "weekday_mean", "tsb", "ets"}

// options are the verb's defaults over a file with this content.
func options(t *testing.T, content string) app.CSVForecast {
	t.Helper()
	dir := t.TempDir()
	return app.CSVForecast{
		Sales: writeText(t, dir, "sales.csv", content), Out: filepath.Join(dir, "out.csv"), Horizon: 7, Freq: "day", Absent: "auto",
		Models: cheap, Metric: "wape", Memory: 1 << 30, Threads: 2, Time: 10 * time.Minute, Seed: 1, MaxRows: 300_000,
	}
}

func writeText(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// row is one forecast of the output.
type row struct {
	item, place, day    string
	mean, q10, q50, q90 float64
	model               string
}

// forecast runs the verb and reads its output, checking what holds of every
// output: the header, the number of rows, finite and ordered numbers, days one
// period apart, and means that are not negative where no sales are.
func forecast(t *testing.T, o app.CSVForecast, signed bool) ([]row, *app.CSVResult) {
	t.Helper()
	r, err := app.ForecastCSV(t.Context(), o, world())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(records[0], ","); got != "item,place,day,mean,q10,q50,q90,model,sold" {
		t.Errorf("header %s", got)
	}
	if len(records)-1 != r.Series*o.Horizon {
		t.Errorf("%d rows for %d series of %d periods", len(records)-1, r.Series, o.Horizon)
	}
	step := 1
	if o.Freq == "week" {
		step = 7
	}
	var rows []row
	for n, record := range records[1:] {
		x := row{item: record[0], place: record[1], day: record[2], model: record[7]}
		for k, to := range []*float64{&x.mean, &x.q10, &x.q50, &x.q90} {
			v, err := strconv.ParseFloat(record[3+k], 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("row %d: %v", n+2, record)
			}
			*to = v
		}
		first, _ := daycast.ParseDay(r.First)
		if want := first + daycast.Day(n%o.Horizon*step); x.day != want.String() {
			t.Fatalf("row %d is of %s, want %s", n+2, x.day, want)
		}
		if !(x.q10 <= x.q50 && x.q50 <= x.q90) || !signed && (x.mean < 0 || x.q10 < 0) {
			t.Fatalf("row %d: %v", n+2, record)
		}
		if x.model == "" {
			t.Fatalf("row %d has no model", n+2)
		}
		rows = append(rows, x)
	}
	return rows, r
}

// series are so many days of one item's rows.
func series(b *strings.Builder, item string, first daycast.Day, n int, units func(k int) string) {
	for k := range n {
		fmt.Fprintf(b, "%s,%s,%s\n", item, first+daycast.Day(k), units(k))
	}
}

// regular is a shop of so many items over so many days, with a weekly wave.
func regular(items, days int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	first, _ := daycast.ParseDay("2024-01-01")
	var b strings.Builder
	b.WriteString("item,day,units\n")
	for i := range items {
		series(&b, fmt.Sprintf("i%02d", i), first, days, func(k int) string {
			return strconv.Itoa(max(0, int(float64(3+i%5)+3*math.Sin(float64(k))+2*rng.NormFloat64())))
		})
	}
	return b.String()
}

// TestForecastCSVOdd gives the verb files that are short, irregular or odd:
// each ends in a forecast for every series and period.
func TestForecastCSVOdd(t *testing.T) {
	constant := func(units string) func(int) string { return func(int) string { return units } }
	gone := func() string {
		var b strings.Builder
		b.WriteString("item,day,units\n")
		series(&b, "old", 18000, 30, constant("3"))
		series(&b, "live", 18000, 600, constant("2"))
		return b.String()
	}
	late := regular(3, 60) + "new,2024-03-05,\n"
	returns := func() string {
		var b strings.Builder
		b.WriteString("item,day,units\n")
		series(&b, "a", 19000, 100, func(k int) string { return strconv.Itoa(2 + k%3 - 9*(k/99)) })
		return b.String()
	}
	tests := []struct {
		name, text string
		horizon    int
		signed     bool
		series     int
		check      func(r []row) string // what is wrong
	}{
		{"one row", "item,day,units\na,2024-01-01,3\n", 7, false, 1, func(r []row) string { return unless(r[0].mean == 3, "the only day's units") }},
		{"one day", "item,day,units\na,2024-01-01,3\nb,2024-01-01,5\n", 7, false, 2, nil},
		{"two rows years apart", "item,day,units\na,2020-01-01,3\na,2024-01-01,3\n", 7, false, 1, nil},
		{"all zero", "item,day,units\na,2024-01-01,0\na,2024-01-02,0\n", 7, false, 1, zero},
		{"a series of zeros", regular(3, 60) + "none,2024-01-01,0\nnone,2024-02-29,0\n", 7, false, 4,
			func(r []row) string { return zero(r[3*7:]) }},
		{"ends long before", gone(), 7, false, 2, func(r []row) string { return zero(r[7:]) }},
		{"known only ahead", late, 7, false, 4, func(r []row) string {
			return unless(r[3*7].mean > 0 && r[3*7].model == "launch", "what its kin sell")
		}},
		{"first return on the last day", returns(), 7, true, 1, nil},
		{"fractions", "item,day,units\n" + strings.Repeat("a,2024-01-01,0.25\n", 1) + "a,2024-01-02,0.5\n", 7, false, 1, nil},
		{"ten days", regular(5, 10), 7, false, 5, nil},
		{"three weeks", regular(5, 21), 14, false, 5, nil},
		{"horizon beyond the history", regular(3, 40), 400, false, 3, nil},
		{"one period", regular(3, 60), 1, false, 3, nil},
		{"longest", regular(1, 60), 3650, false, 1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options(t, tt.text)
			o.Horizon = tt.horizon
			rows, r := forecast(t, o, tt.signed)
			if r.Series != tt.series {
				t.Errorf("%d series, want %d", r.Series, tt.series)
			}
			if tt.check != nil {
				if wrong := tt.check(rows); wrong != "" {
					t.Errorf("want %s; got %+v", wrong, rows)
				}
			}
			if text := r.String(); !strings.Contains(text, o.Out) || !strings.Contains(text, "rows read") {
				t.Errorf("the summary does not tell what was read and where the output is:\n%s", text)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("as JSON: %v", err)
			}
		})
	}
}

func unless(ok bool, want string) string {
	if ok {
		return ""
	}
	return want
}

func zero(rows []row) string {
	for _, r := range rows {
		if r.mean != 0 || r.q90 != 0 {
			return "zeros"
		}
	}
	return ""
}

// TestForecastCSVForms reads one shop in several forms of file: the forecasts
// are the same.
func TestForecastCSVForms(t *testing.T) {
	plain := regular(2, 60)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	lines := strings.Split(strings.TrimSpace(plain), "\n")
	shuffled := append([]string{}, lines[1:]...)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	forms := []struct{ name, text string }{
		{"gzip", zipped.String()},
		{"byte order mark", "\ufeff" + plain},
		{"windows", strings.ReplaceAll(plain, "\n", "\r\n")},
		{"semicolons", strings.ReplaceAll(plain, ",", ";")},
		{"tabs", strings.ReplaceAll(plain, ",", "\t")},
		{"other names", strings.Replace(plain, "item,day,units", "SKU,Date,Qty", 1)},
		{"unsorted", lines[0] + "\n" + strings.Join(shuffled, "\n")},
		{"twice", plain + strings.Join(lines[1:], "\n")},
		{"broken rows", plain + "i00\n,,\nx\"y,2024-01-01,1,2,3,4\n"},
		{"blank lines", strings.ReplaceAll(plain, "i01,2024-02-01", "\n\ni01,2024-02-01")},
	}
	o := options(t, plain)
	want, _ := forecast(t, o, false)
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			got, r := forecast(t, options(t, f.text), false)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("other forecasts than of the plain file\n%s", r)
			}
		})
	}
}

func TestForecastCSVWeek(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,day,units\n")
	wednesday, _ := daycast.ParseDay("2023-01-04")
	for k := range 60 {
		late := daycast.Day(0)
		if k == 20 {
			late = 1 // a holiday
		}
		fmt.Fprintf(&b, "a,%s,%d\n", wednesday+daycast.Day(7*k)+late, 5+k%4)
	}
	o := options(t, b.String())
	o.Freq = "week"
	rows, r := forecast(t, o, false)
	if day, _ := daycast.ParseDay(rows[0].day); day != wednesday+7*60 {
		t.Errorf("the first week is %s, a %s", day, day.Weekday())
	}
	if !strings.Contains(r.String(), "weeks begin on a Wednesday") {
		t.Errorf("no note on the moved week:\n%s", r)
	}

	o = options(t, regular(3, 200))
	o.Freq = "week"
	rows, _ = forecast(t, o, false)
	first, _ := daycast.ParseDay("2024-01-01")
	if day, _ := daycast.ParseDay(rows[0].day); day != first+200 {
		t.Errorf("weeks of days begin on %s, want the day after the last", day)
	}
}

func TestForecastCSVAbsent(t *testing.T) {
	var b strings.Builder
	b.WriteString("item,day,units\n")
	series(&b, "a", 19000, 90, func(k int) string { return "7" })
	text := b.String()
	for _, k := range []int{10, 21, 40, 63} { // some days without a row
		text = strings.Replace(text, fmt.Sprintf("a,%s,7\n", daycast.Day(19000+k)), "", 1)
	}
	want := map[string]string{"zero": "zero", "closed": "closed", "missing": "missing"}
	for absent, state := range want {
		o := options(t, text)
		o.Absent = absent
		_, r := forecast(t, o, false)
		if n := r.Trained.Days[state]; n != 4 && absent != "zero" {
			t.Errorf("--absent %s: %d days are %s, want 4: %v", absent, n, state, r.Trained.Days)
		}
	}
}

func TestForecastCSVAttributes(t *testing.T) {
	o := options(t, regular(6, 60)+"new,2024-03-05,\n")
	dir := t.TempDir()
	o.Items = writeText(t, dir, "items.csv", "item,category,note\n i00 ,x,\ni01,x,\ni02,x,\nnew,x,\ni03,y,\ni03,z,\nunknown,x,\n,y,\nbroken\n")
	o.Places = writeText(t, dir, "places.csv", "place,country\nnowhere,DE\n")
	rows, r := forecast(t, o, false)
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "table of places is not used") || strings.Contains(notes, "table of items") {
		t.Errorf("what is said of the tables: %s", notes)
	}
	if got := rows[6*7].model; got != "launch" {
		t.Errorf("the new item is forecast by %s", got)
	}
	var mean float64
	for i := range 3 {
		mean += rows[i*7].mean / 3
	}
	if math.Abs(rows[6*7].mean-mean) > 0.3*mean {
		t.Errorf("the new item's forecast is %v, the mean of its few kin %v", rows[6*7].mean, mean)
	}
}

func TestForecastCSVSmallBudgets(t *testing.T) {
	o := options(t, regular(5, 120))
	o.Models = []string{"seasonal_naive", "ets", "gbm"}
	o.Memory, o.Time = 100<<20, time.Nanosecond
	_, r := forecast(t, o, false)
	for _, want := range []string{"gbm was left out: no time", "--memory 100 MiB"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("the summary does not say %q:\n%s", want, r)
		}
	}
}

// TestForecastCSVSameBytes compares runs on one and on two threads.
func TestForecastCSVSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("fits boosted trees")
	}
	text := regular(50, 70)
	var first []byte
	for _, threads := range []int{1, 2, 2} {
		o := options(t, text)
		o.Models, o.Threads, o.MaxRows = append([]string{"gbm"}, cheap...), threads, 3000
		forecast(t, o, false)
		got, err := os.ReadFile(o.Out)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Errorf("%d threads give other bytes than one", threads)
		}
	}
}

func TestForecastCSVRefuses(t *testing.T) {
	folder := t.TempDir()
	tests := []struct {
		name string
		harm func(o *app.CSVForecast)
		want string
	}{
		{"no file", func(o *app.CSVForecast) { o.Sales = "absent.csv" }, "absent.csv"},
		{"a folder", func(o *app.CSVForecast) { o.Sales = folder }, folder},
		{"no horizon", func(o *app.CSVForecast) { o.Horizon = 0 }, "--horizon 0"},
		{"too long", func(o *app.CSVForecast) { o.Horizon = 10_000 }, "--horizon 10000"},
		{"no such metric", func(o *app.CSVForecast) { o.Metric = "accuracy" }, "accuracy"},
		{"no such model", func(o *app.CSVForecast) { o.Models = []string{"oracle"} }, "oracle"},
		{"no such step", func(o *app.CSVForecast) { o.Freq = "month" }, "--freq"},
		{"no such way to reconcile", func(o *app.CSVForecast) { o.Reconcile = "wsl" }, "none, align, ols, wls, mint"},
		{"no parameter", func(o *app.CSVForecast) { o.Parameters = map[string]string{"gbm": "3"} }, "such as gbm.trees=400"},
		{"no such parameter", func(o *app.CSVForecast) { o.Parameters = map[string]string{"gbm.tres": "3"} }, "it has learning_rate"},
		{"no number", func(o *app.CSVForecast) { o.Parameters = map[string]string{"gbm.trees": "many"} }, "gbm.trees=many"},
		{"no threads", func(o *app.CSVForecast) { o.Threads = 0 }, "--threads"},
		{"nowhere to write", func(o *app.CSVForecast) { o.Out = filepath.Join(folder, "none", "out.csv") }, "none"},
		{"a folder to write", func(o *app.CSVForecast) { o.Out = folder }, "folder"},
		{"no items", func(o *app.CSVForecast) { o.Items = "absent.csv" }, "absent.csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options(t, regular(1, 10))
			tt.harm(&o)
			_, err := app.ForecastCSV(t.Context(), o, world())
			var e *daycast.Error
			if !errors.As(err, &e) || e.Field == "" || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that names %s", err, tt.want)
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "header only": "item,day,units\n", "a column missing": "item,day\na,2024-01-01\n"} {
		t.Run(name, func(t *testing.T) {
			o := options(t, text)
			_, err := app.ForecastCSV(t.Context(), o, world())
			if err == nil || !strings.Contains(err.Error(), "sales.csv") || daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("cut gzip", func(t *testing.T) {
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, _ = z.Write([]byte(regular(30, 100)))
		_ = z.Close()
		_, err := app.ForecastCSV(t.Context(), options(t, zipped.String()[:zipped.Len()/2]), world())
		if err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("got %v, want the line at which the file breaks off", err)
		}
	})
}

// TestForecastCSVInterrupted stops the work in the middle: what was there stays
// and nothing else is left.
func TestForecastCSVInterrupted(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	o := options(t, regular(10, 100))
	writeText(t, filepath.Dir(o.Out), "out.csv", "before")
	ctx, cancel := context.WithCancel(t.Context())
	w := world()
	w.Progress = stopAt{cancel}
	if _, err := app.ForecastCSV(ctx, o, w); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(o.Out); string(got) != "before" {
		t.Errorf("the output holds %q", got)
	}
	for _, dir := range []string{tmp, filepath.Dir(o.Out)} {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if strings.Contains(e.Name(), "daycast-") && !strings.HasPrefix(e.Name(), "sales") {
				t.Errorf("%s is left in %s on %s", e.Name(), dir, runtime.GOOS)
			}
		}
	}
}

// stopAt cancels when models are compared.
type stopAt struct{ cancel context.CancelFunc }

func (s stopAt) Stage(string)          {}
func (s stopAt) Step(int, int, string) { s.cancel() }
