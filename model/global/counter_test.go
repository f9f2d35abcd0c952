package global_test

import (
	"context"
	"io"

	"daycast/feature"
	"daycast/model"
)

// counter is a regressor that counts the rows that it is given.
type counter struct{ rows int }

func (*counter) Name() string { return "counter" }
func (c *counter) Fit(_ context.Context, x *feature.Frame, _, _ []float32, _ model.FitOptions) (model.Predictor, error) {
	c.rows += x.Rows
	return one{}, nil
}

type one struct{}

func (one) Kind() string                          { return "one" }
func (one) Save(io.Writer) error                  { return nil }
func (one) Predict(_ *feature.Frame, y []float32) { clear(y) }
