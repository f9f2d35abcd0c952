package simulate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/simulate"
)

const (
	secondEdition = `Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
489434, 85048a ,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom
489434,85048A,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom
C489435,85048A,"BALL, ""GLASS"" 12"" wide",-1,2009-12-02 08:00:00,6.95,13085.0,France
489436,POST,POSTAGE,1,2009-12-03 09:00:00,18,,Germany
489437,85048A,,many,soon,,12345,Germany
489438,22222
`
	firstEdition = "\xef\xbb\xbf" + `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
489436,POST,POSTAGE,1,12/3/2009 9:00,18,,Germany
489440,21730,GLASS £STAR,6,12/14/2009 8:26,4.25,13085,EIRE
489440,21730,nan,2,12/14/2009 8:27,4.25,13085,EIRE
`
)

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	b := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b = z.Bytes()
	}
	if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows are a query's rows as texts, <nil> for NULL.
func rows(t *testing.T, path, query string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer result.Close()
	columns, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for result.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := result.Scan(at...); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOnlineRetail(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "2009.csv", secondEdition)
	write(t, folder, "2010.csv.gz", strings.ReplaceAll(firstEdition, "£", "\xa3")) // ISO 8859-1
	write(t, folder, "readme.txt", "not invoices")
	path := filepath.Join(folder, "shop.sqlite")
	last, whole := 0, 0
	summary, err := simulate.OnlineRetail{Path: folder}.Write(t.Context(), path, func(done, total int) {
		if done < last {
			t.Errorf("progress went back from %d to %d", last, done)
		}
		last, whole = done, total
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != whole || whole == 0 {
		t.Errorf("progress ended at %d of %d bytes", last, whole)
	}
	want := simulate.Summary{Places: 1, Items: 4, Customers: 2, Orders: 6, Lines: 8, Overlap: 1}
	if diff := cmp.Diff(want, summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	queries := simulate.Queries()
	tables := map[string][]string{
		queries["sales"]: {
			"489434 <nil> 2009-12-01T07:45:00 13085 85048A online 12 6.95 <nil>",
			"489434 <nil> 2009-12-01T07:45:00 13085 85048A online 12 6.95 <nil>",
			"C489435 <nil> 2009-12-02T08:00:00 13085 85048A online -1 6.95 <nil>",
			"489436 <nil> 2009-12-03T09:00:00 <nil> POST online 1 18 <nil>",
			"489437 <nil> soon 12345 85048A online many <nil> <nil>",
			"489438 <nil> <nil> <nil> 22222 online <nil> <nil> <nil>",
			"489440 <nil> 2009-12-14T08:26:00 13085 21730 online 6 4.25 <nil>",
			"489440 <nil> 2009-12-14T08:26:00 13085 21730 online 2 4.25 <nil>",
		},
		queries["items"]: {
			"21730 GLASS £STAR <nil> <nil>", "22222 <nil> <nil> <nil>",
			"85048A GLASS BALL <nil> <nil>", "POST POSTAGE <nil> <nil>",
		},
		queries["customers"]: {"12345 Germany <nil> soon", "13085 EIRE <nil> 2009-12-01T07:45:00"},
		queries["places"]:    {"online Europe/London GB GB-LND 51.5072 -0.1276"},
		queries["stock"]:     nil,
		"SELECT first_order FROM customers ORDER BY 1":                             {"2009-12-01T07:45:00", "soon"},
		"SELECT typeof(quantity), count(*) FROM order_lines GROUP BY 1 ORDER BY 1": {"integer 6", "null 1", "text 1"},
	}
	for query, want := range tables {
		if diff := cmp.Diff(want, rows(t, path, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestOnlineRetailRefuses(t *testing.T) {
	tests := map[string]struct {
		name, text string
		code       daycast.Code
		says       []string
	}{
		"no file":        {"", "", daycast.NotFound, []string{".csv"}},
		"an empty file":  {"a.csv", "", daycast.Invalid, []string{"a.csv", "empty"}},
		"another header": {"a.csv", "item,day,units\n", daycast.Invalid, []string{"a.csv", "Invoice or InvoiceNo", "item,day,units"}},
		"a column less":  {"a.csv", strings.Replace(firstEdition, ",UnitPrice", "", 1), daycast.Invalid, []string{"a.csv", "Price or UnitPrice"}},
		"a broken gzip":  {"a.csv", "\x1f\x8b\x08 and then nothing", daycast.Invalid, []string{"a.csv"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if test.name != "" {
				write(t, folder, test.name, test.text)
			}
			path := filepath.Join(folder, "shop.sqlite")
			_, err := simulate.OnlineRetail{Path: folder}.Write(t.Context(), path, nil)
			if daycast.CodeOf(err) != test.code {
				t.Fatalf("got %v, want code %s", err, test.code)
			}
			for _, s := range test.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			left, err := filepath.Glob(path + "*")
			if err != nil || left != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
	t.Run("no path", func(t *testing.T) {
		_, err := simulate.OnlineRetail{Path: "no such folder"}.Write(t.Context(), filepath.Join(t.TempDir(), "x"), nil)
		if daycast.CodeOf(err) != daycast.NotFound {
			t.Errorf("got %v, want code not_found", err)
		}
	})
}

func TestOnlineRetailCancelled(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "a.csv", secondEdition)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := simulate.OnlineRetail{Path: folder}.Write(ctx, filepath.Join(folder, "shop.sqlite"), nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// invoiceData is the folder of UCI's real invoices.
func invoiceData(t *testing.T) string {
	t.Helper()
	data := os.Getenv("DAYCAST_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "shared", "data")
	}
	folder := filepath.Join(data, "online_retail_ii")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatalf("DAYCAST_REQUIRE is set and the real invoices are missing: %v", err)
		}
		t.Skipf("SKIPPED, NOT PROVEN: the real invoices are missing: %v", err)
	}
	return folder
}

// The figures were counted from the same files with Python's csv module: the
// lines of the first file, and those of the second whose invoice is not in it.
func TestOnlineRetailReal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.sqlite")
	summary, err := simulate.OnlineRetail{Path: invoiceData(t)}.Write(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if summary.Lines != 525461+541909-22523 || summary.Overlap != 22523 || summary.Orders != 28816+25900-1088 {
		t.Errorf("got %+v", summary)
	}
	got := rows(t, path, `SELECT typeof(quantity), typeof(unit_price), count(*) FROM order_lines GROUP BY 1, 2`)
	if diff := cmp.Diff([]string{"integer real 1044847"}, got); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	got = rows(t, path, `SELECT min(ordered_at), max(ordered_at), count(*) FROM orders`)
	if diff := cmp.Diff([]string{"2009-12-01T07:45:00 2011-12-09T12:50:00 53628"}, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}
