package global_test

import (
	"context"
	"io"
	"slices"

	"daycast/feature"
	"daycast/model"
)

// counter is a regressor that counts the rows that it is given, and keeps the
// highest target.
type counter struct {
	rows int
	most float32
}

func (*counter) Name() string { return "counter" }
func (c *counter) Fit(_ context.Context, x *feature.Frame, y, _ []float32, _ model.FitOptions) (model.Predictor, error) {
	c.rows += x.Rows
	c.most = max(c.most, slices.Max(y))
	return one{}, nil
}

type one struct{}

func (one) Kind() string                          { return "one" }
func (one) Save(io.Writer) error                  { return nil }
func (one) Predict(_ *feature.Frame, y []float32) { clear(y) }
