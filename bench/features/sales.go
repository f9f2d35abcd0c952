package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"strconv"

	"daycast"
)

// firstDay is d_1495 of M5's calendar.
const firstDay = "2015-03-03"

// readSales makes a panel of the days of M5's wide table, of the first series
// where series is above 0: all are taken as on sale from the first day on, as
// the peers take them. It has no prices.
func readSales(path string, series int) (*daycast.Panel, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	first, err := daycast.ParseDay(firstDay)
	if err != nil {
		return nil, err
	}
	p := &daycast.Panel{Step: daycast.Daily, Offsets: []int{0}, NonNegative: true}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan() && (series == 0 || n <= series); n++ {
		if n == 0 {
			continue
		}
		fields := bytes.Split(lines.Bytes(), []byte(","))
		p.Series = append(p.Series, daycast.Series{Item: string(fields[1]), Place: string(fields[4])})
		p.Start = append(p.Start, first)
		for _, field := range fields[6:] {
			v, err := strconv.ParseFloat(string(field), 32)
			if err != nil {
				return nil, fmt.Errorf("%s, line %d: %w", path, n+1, err)
			}
			p.Units = append(p.Units, float32(v))
			state := daycast.Sold
			if v == 0 {
				state = daycast.Zero
			}
			p.State = append(p.State, state)
		}
		p.Offsets = append(p.Offsets, len(p.Units))
	}
	if len(p.Series) > 0 {
		p.Origin = first + daycast.Day(p.Len(0)-1)
	}
	p.Train = p.Units
	return p, lines.Err()
}
