package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"daycast/evaluate"
)

// result is what was measured of a shop.
type result struct {
	shop
	table, file string
	Rows        int // of a fit at most
	Series      int
	Origins     []string // newest first
	Losses      []losses
}

// losses are a candidate's errors at each origin.
type losses struct {
	Name       string
	WAPE, RMSE []float64
}

// open is what is known of a shop already, nil where its table is not there.
func open(s shop, folder string, o options) (*result, error) {
	if o.origins > 0 {
		s.origins = o.origins
	}
	r := &result{shop: s, table: filepath.Join(folder, s.name+".csv"), file: filepath.Join(folder, s.name+".json")}
	if _, err := os.Stat(r.table); err != nil {
		fmt.Fprintln(os.Stderr, "ablation: no", r.table)
		return nil, nil
	}
	text, err := os.ReadFile(r.file)
	if err == nil {
		if err := json.Unmarshal(text, r); err != nil {
			return nil, err
		}
	}
	if r.Rows != o.rows || len(r.Origins) != s.origins {
		r.Rows, r.Origins, r.Losses = o.rows, nil, nil
	}
	return r, nil
}

func (r *result) keep() error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(r.file, text, 0o600)
}

// of are those of the named candidate, nil where it was not measured.
func (r *result) of(name string) *losses {
	for k := range r.Losses {
		if r.Losses[k].Name == name {
			return &r.Losses[k]
		}
	}
	return nil
}

// add takes in what was measured.
func (r *result) add(series int, windows []*evaluate.Window) error {
	r.Series, r.Origins = series, nil
	for _, w := range windows {
		r.Origins = append(r.Origins, w.Origin.String())
	}
	for k := range windows[0].Models {
		l := losses{Name: windows[0].Models[k].Model}
		for _, w := range windows {
			if err := w.Models[k].Err; err != nil {
				return fmt.Errorf("%s from %s: %w", l.Name, w.Origin, err)
			}
			s := w.Score(w.Models[k].Mean, nil, nil)
			l.WAPE, l.RMSE = append(l.WAPE, s.WAPE), append(l.RMSE, s.RMSE)
		}
		r.Losses = append(r.Losses, l)
	}
	return nil
}
