package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
)

// score reads the forecasts and holds them against what the shop then sold,
// which the table did not say. Rows may come in any order of series.
func (out *spent) score(s *shop, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	at := map[string]int{}
	for h := range horizon {
		at[s.date[s.days+h]] = h
	}
	r := csv.NewReader(f)
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return err
	}
	seen := make([]uint32, s.series) // by series, a bit for each day
	var off, naive, sold float64
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var item, place int
		if _, err := fmt.Sscanf(row[0]+" "+row[1], "i%d p%d", &item, &place); err != nil {
			return fmt.Errorf("series %s@%s: %w", row[0], row[1], err)
		}
		h, known := at[row[2]]
		i := item*places + place
		mean, err := strconv.ParseFloat(row[3], 64)
		if err != nil || !known || i >= s.series {
			return fmt.Errorf("%v is no forecast of the shop: %w", row, err)
		}
		seen[i] |= 1 << h
		units, _ := s.sold(i, s.days+h)
		week, _ := s.sold(i, s.days-7+h%7)
		off += math.Abs(mean - float64(units))
		naive += math.Abs(float64(week - units))
		sold += float64(units)
	}
	whole := 0
	for _, days := range seen {
		if days == 1<<horizon-1 {
			whole++
		}
	}
	out.share, out.wape, out.naive = float64(whole)/float64(s.series), off/sold, naive/sold
	return nil
}
