package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/evaluate"
	"daycast/feature"
	"daycast/model"
	"daycast/model/global"
	"daycast/pipeline"
	"daycast/source"
	"daycast/warehouse"
)

// shopRows is how many rows a model of all series draws to learn from, at most.
const shopRows = 250_000

// rowsJob writes, for each of three origins, the rows that a model of all
// series learns from in the shop of a CSV file, and those that it is asked for:
// one set each in FOLDER/0, 1 and 2, the newest first. Of a shop's days those
// count that a backtest scores, where the shop was open.
func rowsJob(folder string, p parameters) (measured, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := warehouse.OpenDuckDB(ctx, filepath.Join(dir, "warehouse.duckdb"), warehouse.Options{MemoryLimit: 1 << 30, Threads: p.Threads})
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }()
	table, err := loadShop(ctx, w, p.CSV)
	if err != nil {
		return nil, err
	}
	panels := pipeline.NewPanelSource(w, 2<<30, pipeline.PanelSpec{
		Step: daycast.Daily, Anchor: table.Anchor, Last: table.Last, Horizon: p.Horizon, Absent: clean.AbsentAuto, Planned: table.Planned,
	})
	final, err := panels.Panel(ctx, table.Last)
	if err != nil {
		return nil, err
	}
	out := measured{}
	for k := range 3 {
		known, err := panels.Panel(ctx, table.Last-daycast.Day((k+1)*p.Horizon))
		if err != nil {
			return nil, err
		}
		n := strconv.Itoa(k)
		out["train_"+n], out["test_"+n], err = writeOrigin(ctx, filepath.Join(folder, n), known, final, p)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func loadShop(ctx context.Context, w warehouse.Warehouse, path string) (*clean.DailyTable, error) {
	src, err := source.OpenCSV(ctx, map[source.Table]string{source.Daily: path})
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }()
	return pipeline.LoadDaily(ctx, "csv", src, w, pipeline.DailyOptions{Step: daycast.Daily, Today: daycast.DayOf(time.Now())}, &clean.Report{})
}

// writeOrigin writes the set of one origin and returns how many rows it has to
// train on and to test on.
func writeOrigin(ctx context.Context, folder string, known, final *daycast.Panel, p parameters) (train, test float64, err error) {
	r := &recorder{}
	fitted, err := global.Model{Regressor: r, Power: 1}.Fit(ctx, model.Training{
		Panels: known, Horizon: p.Horizon, MaxRows: shopRows, Seed: 1, Threads: p.Threads,
	})
	if err != nil {
		return 0, 0, err
	}
	scales, err := fitted.Forecast(ctx, model.Request{Panel: known, Horizon: p.Horizon, Threads: 1})
	if err != nil {
		return 0, 0, err
	}
	x, y, scale := scored(r.asked, scales.Mean, known, final, p.Horizon)
	if err := writeSet(filepath.Join(folder, "train"), r.x, map[string][]float32{"y": r.y, "w": r.w}); err != nil {
		return 0, 0, err
	}
	if err := writeSet(filepath.Join(folder, "test"), x, map[string][]float32{"y": y, "scale": scale}); err != nil {
		return 0, 0, err
	}
	meta := struct {
		Columns int      `json:"columns"`
		Levels  []int    `json:"levels"`
		Names   []string `json:"names"`
	}{Columns: len(x.Columns)}
	for _, c := range x.Columns {
		meta.Levels, meta.Names = append(meta.Levels, c.Levels), append(meta.Names, c.Name)
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return 0, 0, err
	}
	return float64(r.x.Rows), float64(x.Rows), os.WriteFile(filepath.Join(folder, "meta.json"), text, 0o600)
}

// scored are those of the asked rows, series by series, of which it is known
// what came: the features, the units and the scale.
func scored(asked *feature.Frame, scales []float32, known, final *daycast.Panel, horizon int) (x *feature.Frame, y, scale []float32) {
	index := map[daycast.Series]int{}
	for i, s := range final.Series {
		index[s] = i
	}
	var rows []int
	for i, s := range known.Series {
		at, found := index[s]
		if !found || !sellsAt(known, i) {
			continue
		}
		for h := range horizon {
			units, open := evaluate.Actual(final, at, known.Origin+daycast.Day(h+1))
			if open && units == units {
				rows, y, scale = append(rows, i*horizon+h), append(y, units), append(scale, scales[i*horizon+h])
			}
		}
	}
	x = feature.NewFrame(asked.Columns, len(rows))
	for c := range x.Data {
		for n, r := range rows {
			x.Data[c][n] = asked.Data[c][r]
		}
	}
	return x, y, scale
}

// sellsAt reports whether a series sold lately, as those do that a backtest
// scores.
func sellsAt(p *daycast.Panel, i int) bool {
	units := p.UnitsOf(i)
	for _, u := range units[max(0, len(units)-evaluate.OnSaleDays):] {
		if u != 0 {
			return true
		}
	}
	return false
}

// A recorder is a regressor that keeps what it is given to learn from and is
// asked, and always answers 1, so that forecasts are the series' scales.
type recorder struct {
	x, asked *feature.Frame
	y, w     []float32
}

func (*recorder) Name() string         { return "recorder" }
func (*recorder) Kind() string         { return "recorder" }
func (*recorder) Save(io.Writer) error { return nil }

func (r *recorder) Fit(_ context.Context, x *feature.Frame, y, w []float32, _ model.FitOptions) (model.Predictor, error) {
	r.x, r.y, r.w = x, y, w
	r.asked = feature.NewFrame(x.Columns, 0)
	return r, nil
}

func (r *recorder) Predict(x *feature.Frame, out []float32) {
	r.asked.Append(x)
	for i := range out {
		out[i] = 1
	}
}

// writeSet writes a part of a set. A category that is missing is NaN there,
// which all sides read as such.
func writeSet(folder string, x *feature.Frame, rows map[string][]float32) error {
	if x.Rows == 0 {
		return fmt.Errorf("%s: there are no rows", folder)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	flat := make([]float32, 0, len(x.Data)*x.Rows)
	for c, values := range x.Data {
		for _, v := range values {
			if x.Columns[c].Categorical() && v < 0 {
				v = float32(math.NaN())
			}
			flat = append(flat, v)
		}
	}
	if err := write(filepath.Join(folder, "x.f32"), flat); err != nil {
		return err
	}
	for name, values := range rows {
		if err := write(filepath.Join(folder, name+".f32"), values); err != nil {
			return err
		}
	}
	return nil
}
