package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"daycast"
	"daycast/model/modeltest"
	"daycast/warehouse"
)

// counted counts the bytes that are read of a file.
type counted struct {
	*os.File
	read int
}

func (c *counted) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.File.ReadAt(b, at)
	c.read += n
	return n, err
}

// manySeries is a panel of n series at five places.
func manySeries(n int) *daycast.Panel {
	p := modeltest.Rich(1, 5, 60)
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i % 5
	}
	p = p.Select(indices)
	for i := range p.Series {
		p.Series[i] = daycast.Series{Item: fmt.Sprintf("i%05d", i), Place: fmt.Sprint(i % 5)}
	}
	return p
}

// What is read for one series, and held, does not grow with the shop.
func TestFramesAreSmall(t *testing.T) {
	most := map[int]int{} // bytes by number of series
	for _, n := range []int{100, 1000} {
		path := filepath.Join(t.TempDir(), panelsFile)
		file, err := createPanels(path)
		if err != nil {
			t.Fatal(err)
		}
		var rows []warehouse.SeriesRow
		err = file.put(t.Context(), manySeries(n), 3, func(r warehouse.SeriesRow) { rows = append(rows, r) })
		if err := file.end(err); err != nil {
			t.Fatal(err)
		}
		if len(rows) != n {
			t.Fatalf("%d rows of %d series", len(rows), n)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		_, unpack := packers(t)
		for _, r := range rows {
			c := &counted{File: f}
			p, err := (&Shelf{file: c, unpack: unpack}).frame(r.At)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, s := range p.Series {
				if s == r.Series {
					found++
				}
			}
			if found != 1 || len(p.Series) > frameSeries {
				t.Fatalf("series %s is there %d times, among %d", r.Series.ID(), found, len(p.Series))
			}
			most[n] = max(most[n], c.read)
		}
	}
	if most[1000] > 2*most[100] || most[100] == 0 {
		t.Errorf("bytes read for one series, by series of the shop: %v", most)
	}
}

// A file that was not ended well is not there, and what was there stays.
func TestPanelFileBreaksOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), panelsFile)
	for k, broken := range []error{nil, context.Canceled} {
		file, err := createPanels(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.put(t.Context(), manySeries(3+k), 1, func(warehouse.SeriesRow) {}); err != nil {
			t.Fatal(err)
		}
		if err := file.end(broken); err != nil {
			t.Fatal(err)
		}
	}
	_, unpack := packers(t)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	series := 0
	for p, err := range (&Shelf{file: f, unpack: unpack}).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		series += len(p.Series)
	}
	if left, _ := filepath.Glob(path + "?*"); series != 3 || len(left) > 0 {
		t.Errorf("%d series, left behind %v", series, left)
	}
}
