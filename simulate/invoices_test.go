package simulate

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"daycast"
)

// Whatever a file holds, it is read as text or refused with code invalid.
func FuzzReadInvoices(f *testing.F) {
	const header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
	f.Add([]byte(header + "1,A,BALL,12,2009-12-01 07:45:00,6.95,13085,UK\n1,A\n"))
	f.Add([]byte("\xef\xbb\xbf" + header + "\"open,\xa3,,,,"))
	f.Add([]byte("\x1f\x8b\x08"))
	path := filepath.Join(f.TempDir(), "invoices.csv")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		bytes := 0
		err := readInvoices(t.Context(), path, func(n int) { bytes += n }, func(l invoiceLine) error {
			if !utf8.ValidString(l.invoice + l.name + l.quantity) {
				t.Fatalf("%+v is not UTF-8", l)
			}
			return nil
		})
		if err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Fatal(err)
		}
		if bytes > len(text) {
			t.Fatalf("%d bytes of %d were read", bytes, len(text))
		}
	})
}
