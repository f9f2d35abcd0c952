package main

import (
	"bufio"
	"fmt"
	"os"

	"daycast"
	"daycast/feature"
)

// sampleEvery and sampleFrom choose the rows to compare: some series, and days
// whose longest window is whole. checker.py chooses the same.
const (
	sampleEvery = 97
	sampleFrom  = 400
)

// writeSample writes rows with their features in units, times the scale where
// they were divided by it: series,day,feature,value.
func writeSample(p *daycast.Panel, set *feature.Set, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	columns, reader := set.Columns(), set.Bind(p).Live()
	row := feature.NewFrame(columns, 1)
	for i := 0; i < len(p.Series); i += sampleEvery {
		for t := sampleFrom; t < p.Len(i)-1; t += 7 {
			reader.Open(i, []feature.Want{{T: t, H: 1}})
			reader.Fill(row, 0)
			for c, column := range columns {
				v := float64(row.Data[c][0])
				if scaled(column) {
					v *= reader.Scale(0)
				}
				if _, err := fmt.Fprintf(w, "%d,%d,%s,%g\n", i, t+1, column.Name, v); err != nil {
					return err
				}
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// scaled reports whether a column is in the series' scale.
func scaled(c feature.Column) bool {
	return c.Name != "day_of_month" && c.Name != "weekday" && c.Name != "month"
}
