package onnx

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// A RowWriter is a regressor that writes the rows that it is given as CSV, for
// others to train a network on: each feature that a network may read, then ratio,
// the target's units divided by the series' scale, and weight, the row's. What
// is missing is empty. It learns nothing.
type RowWriter struct {
	To      io.Writer
	Written *int // how many rows it wrote
}

// Name is "rows".
func (RowWriter) Name() string { return "rows" }

// Fit writes the rows, and has no predictor.
func (w RowWriter) Fit(ctx context.Context, x *feature.Frame, y, weights []float32, _ model.FitOptions) (model.Predictor, error) {
	to := bufio.NewWriter(w.To) // csv has a small one
	table := csv.NewWriter(to)
	var head []string
	var columns [][]float32
	for c, column := range x.Columns {
		if readable(column) {
			head, columns = append(head, column.Name), append(columns, x.Data[c])
		}
	}
	columns = append(columns, y, weights)
	if err := table.Write(append(head, "ratio", "weight")); err != nil {
		return nil, err
	}
	line := make([]string, len(columns))
	for i := range x.Rows {
		if i%10_000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for k, column := range columns {
			line[k] = cell(column, i)
		}
		if err := table.Write(line); err != nil {
			return nil, daycast.Errorf(daycast.Unavailable, "rows: %w", err).WithHint("is the disk full?")
		}
	}
	*w.Written = x.Rows
	table.Flush()
	if err := table.Error(); err != nil {
		return nil, err
	}
	return nil, to.Flush()
}

// cell is a value as CSV; weights may be left out, and are then 1.
func cell(column []float32, i int) string {
	if column == nil {
		return "1"
	}
	if v := column[i]; v == v {
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	}
	return ""
}
