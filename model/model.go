// Package model holds the two contracts that every model keeps: Model, panels
// in and forecasts out, and Regressor, rows in and numbers out.
package model

import (
	"context"
	"io"

	"daycast"
	"daycast/feature"
)

// A Model learns from the panels of a shop. It has no state of its own:
// fitting returns another type, which forecasts.
type Model interface {
	// Name is how tables and flags call it, such as "seasonal_naive".
	Name() string
	// Fit learns from t. It refuses data that it cannot learn from with code
	// invalid; a series that it cannot learn from still gets a forecast. The
	// result does not depend on t.Threads.
	Fit(ctx context.Context, t Training) (Fitted, error)
}

// A Grouped model forecasts groups of series and gives each series its share:
// it errs elsewhere than models of series do.
type Grouped interface {
	Model
	OfGroups()
}

// A Repeating model says single past periods again, with all that was peculiar to
// them: a holiday in the last week comes back whole.
type Repeating interface {
	Model
	Repeats()
}

// Training is what a model may learn from. All of it is known at the panels'
// origin.
type Training struct {
	Panels  daycast.Panels
	Horizon int    // periods that will be asked for, >= 1
	MaxRows int    // at most so many series-periods for a global model; 0: no limit
	Seed    uint64 // all randomness comes from here
	Threads int    // >= 1
}

// A Fitted model forecasts. It is safe for concurrent use.
type Fitted interface {
	// Kind names the type for Save and its loader, such as "classic.ets".
	Kind() string
	// Forecast answers r for each series of its panel, which may hold series
	// and days that Fit has not seen. Means are finite; they may be negative,
	// see Predict.
	Forecast(ctx context.Context, r Request) (*daycast.Forecasts, error)
	// Save writes all that a Loader of this kind needs.
	Save(w io.Writer) error
}

// A Request asks for forecasts of the periods after a panel's origin.
type Request struct {
	Panel   *daycast.Panel
	Horizon int       // periods, >= 1
	Levels  []float64 // quantile levels; a model that knows none leaves Forecasts.Levels empty
	Threads int       // >= 1
}

// A Loader reads one kind of Fitted from what its Save wrote. load reads a
// model that is wrapped in this one.
type Loader func(r io.Reader, load func(io.Reader) (Fitted, error)) (Fitted, error)

// A Regressor learns a number from rows of features; it knows no days and no
// series.
type Regressor interface {
	Name() string
	// Fit learns y from x, both with the same number of rows. w weighs the
	// rows; nil weighs them alike.
	Fit(ctx context.Context, x *feature.Frame, y, w []float32, o FitOptions) (Predictor, error)
}

// A BlockRegressor is a Regressor that takes rows in blocks, so that they need
// not be in memory at once.
type BlockRegressor interface {
	Regressor
	// FitBlocks is Fit on the rows that walk writes into a sink, the same ones
	// in the same order each time; y and w have one value for each of them. It
	// does not depend on where blocks end.
	FitBlocks(ctx context.Context, walk func(feature.Sink) error, y, w []float32, o FitOptions) (Predictor, error)
}

// FitOptions are what every Regressor takes.
type FitOptions struct {
	Seed    uint64
	Threads int // >= 1; the result does not depend on it
	// Alike is how many rows say much the same, such as those of one origin: a
	// regularity that is counted in rows wants so many times as many. 0: 1.
	Alike int
}

// A Predictor is a fitted Regressor. It is safe for concurrent use.
type Predictor interface {
	// Kind names the type for Save and its loader, such as "gbm".
	Kind() string
	// Predict fills out with one number for each row of x, whose columns are
	// those of the fit.
	Predict(x *feature.Frame, out []float32)
	// Save writes all that a PredictorLoader of this kind needs.
	Save(w io.Writer) error
}

// A PredictorLoader reads one kind of Predictor from what its Save wrote. It
// refuses a truncated or hostile file with code invalid and never allocates
// more than the input's size warrants.
type PredictorLoader func(r io.Reader) (Predictor, error)
