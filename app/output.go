package app

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"daycast"
	"daycast/model/supply"
)

// An output is a file that is there only when it is whole: a failure leaves
// what was there before.
type output struct {
	path string
	tmp  *os.File // nil for the standard output
}

// createOutput says at once that a path cannot be written, before the work
// whose result goes there; - is the standard output.
func createOutput(path string) (*output, error) {
	if path == "-" {
		return &output{path: path}, nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, daycast.Errorf(daycast.Invalid, "cannot write %s: it is a folder", path).WithField("out").WithHint("name a file in it")
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".daycast-*")
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "cannot write %s: %w", path, err).WithField("out").
			WithHint("name a file in a folder that is there and can be written to")
	}
	return &output{path: path, tmp: tmp}, nil
}

// write fills the file and puts it in its place.
func (o *output) write(fill func(io.Writer) error) error {
	if o.tmp == nil {
		return fill(os.Stdout)
	}
	err := fill(o.tmp)
	if err == nil {
		err = o.tmp.Chmod(0o644)
	}
	if e := o.tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(o.tmp.Name(), o.path)
	}
	var known *daycast.Error // of what was to be written
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		return daycast.Errorf(daycast.Unavailable, "writing %s: %w", o.path, err).WithHint("is the disk full?")
	}
	o.tmp = nil
	return nil
}

// discard removes what was not put in its place.
func (o *output) discard() {
	if o.tmp != nil {
		_ = o.tmp.Close()
		_ = os.Remove(o.tmp.Name())
	}
}

// writeFile writes to path all at once.
func writeFile(path string, fill func(io.Writer) error) error {
	o, err := createOutput(path)
	if err != nil {
		return err
	}
	defer o.discard()
	return o.write(fill)
}

func number(v float32) string { return strconv.FormatFloat(float64(v), 'g', 6, 32) }

// A forecastWriter writes a table of forecasts, some series after others.
type forecastWriter struct {
	csv    *csv.Writer
	row    []string
	supply *supply.Shop // nil: as the first panel tells
}

func newForecastWriter(to io.Writer, levels []float64, s *supply.Shop) (*forecastWriter, error) {
	w := &forecastWriter{csv: csv.NewWriter(to), supply: s}
	return w, w.csv.Write(slices.Concat([]string{"item", "place", "day", "mean"}, quantileColumns(levels), []string{"model", "sold"}))
}

func (w *forecastWriter) write(p *daycast.Panel, f *daycast.Forecasts) error {
	if w.supply == nil {
		s := supply.Learn(p)
		w.supply = &s
	}
	days := make([]string, f.Horizon)
	for h := range days {
		days[h] = f.Day(h).String()
	}
	for i, s := range p.Series {
		served := w.supply.Share(p, i)
		for h, day := range days {
			w.row = append(w.row[:0], s.Item, s.Place, day, number(f.MeanOf(i)[h]))
			for _, q := range f.QuantilesAt(i, h) {
				w.row = append(w.row, number(q))
			}
			if err := w.csv.Write(append(w.row, f.Models[i], number(f.MeanOf(i)[h]*served))); err != nil {
				return err
			}
		}
	}
	w.csv.Flush()
	return w.csv.Error()
}
