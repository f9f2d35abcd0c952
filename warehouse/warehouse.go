// Package warehouse keeps what a shop's runs have read and made: order lines,
// facts, signals, forecasts, accuracy and failures.
package warehouse

import (
	"context"
	"iter"

	"daycast"
)

// A Warehouse is a set of typed tables. It passes warehousetest.
type Warehouse interface {
	Lines() LineTable                       // by item, place
	Facts() FactTable                       // by item, place, day, known-at
	Stock() Table[daycast.Stock]            // by item, place, day
	Items() Table[daycast.Item]             // by id, known-at
	Places() Table[daycast.Place]           // by id
	Signals() Table[daycast.Signal]         // by name, scope, key, day, known-at
	Plans() Table[daycast.Plan]             // by kind, item, category, place, first day, known-at, row
	Quarantine() Table[daycast.Quarantined] // by table, row
	Features() RunTable[FeatureRow]         // by origin, item, place
	Forecasts() ForecastTable               // by origin, item, place, day
	Accuracy() RunTable[AccuracyRow]        // by model, origin
	Failures() RunTable[FailureRow]         // by item, place
	Scores() ScoreTable                     // by day, origin, category
	Importances() RunTable[ImportanceRow]   // by model, the highest increase first
	Errors() RunTable[ErrorRow]             // by model, origin, horizon, category
	Adjustments() RunTable[AdjustmentRow]   // by item, place, day, kind
	Series() SeriesTable                    // by item, place
	// Export writes every table as Parquet into dir, which it makes; of the
	// run tables, but for the scores, only the given run's rows.
	Export(ctx context.Context, run, dir string) error
	// Fingerprint tells two contents of the named tables apart, whatever runs
	// wrote them and in whatever order.
	Fingerprint(ctx context.Context, tables ...string) (string, error)
	// Counts is the number of rows by table.
	Counts(ctx context.Context) (map[string]int64, error)
	Close() error
}

// A Table holds one shop's rows of one kind.
type Table[T any] interface {
	// Replace puts rows in the place of all rows, under the run's id. It is
	// atomic: an error from rows, a cancellation or a crash changes nothing.
	// It returns how many rows the table then holds.
	Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error)
	// Read yields the rows known by the end of a day, in the table's order;
	// tables without a known-at column yield all.
	Read(ctx context.Context, known daycast.Day) iter.Seq2[T, error]
}

// A Part is the Index-th, from 0, of so many parts of a shop's series, into which
// they are dealt out by a hash. The zero Part is all of them.
type Part struct{ Index, Of int }

// A FactTable can be read in parts, where the whole shop would not fit into
// memory.
type FactTable interface {
	Table[daycast.Fact]
	// Size is how large a shop the facts are of, up to its last day.
	Size(ctx context.Context, last daycast.Day) (FactSize, error)
	// Split deals the facts out into n parts by a hash of their series, in one
	// walk over the table. What is replaced later is not in them.
	Split(ctx context.Context, n int) (FactParts, error)
	// ReadPart is Read of one part of the series alone.
	ReadPart(ctx context.Context, of Part, known daycast.Day) iter.Seq2[daycast.Fact, error]
	// Count counts the shop as known by the end of its last day, where so many
	// days up to it say what is on sale.
	Count(ctx context.Context, last daycast.Day, days int) (FactCount, error)
	// Top are at most n series, those that sold most in so many days up to the
	// last, most first.
	Top(ctx context.Context, last daycast.Day, days, n int) ([]SoldRow, error)
}

// A FactCount counts a shop's series: all, those with a sale on one of its last
// days, and those without any. A day whose sales were all returned is none on
// the last days, and one before.
type FactCount struct{ Series, Items, Places, OnSale, NeverSold int64 }

// A SoldRow is what a series sold in some days; Revenue, of the days whose price
// is known, is NaN where there are none.
type SoldRow struct {
	Series         daycast.Series
	Units, Revenue float64
}

// A FactSize counts a shop's series, and the days from each one's first row to
// the shop's last day together.
type FactSize struct{ Series, Days int64 }

// FactParts are the facts of a shop, each series whole in one of the parts. Each
// part is as mixed as the shop. They are there until Close.
type FactParts interface {
	// Read yields those of one part, from 0, known by the end of a day, in the
	// table's order.
	Read(ctx context.Context, part int, known daycast.Day) iter.Seq2[daycast.Fact, error]
	Close() error
}

// A LineTable holds the shop's order lines. They are in no snapshot.
type LineTable interface {
	// Replace puts rows in the place of those of the span, atomically.
	Replace(ctx context.Context, run string, span daycast.Span, rows iter.Seq2[daycast.Line, error]) (int64, error)
	// Read yields the lines by item and place, those of a series in any order.
	Read(ctx context.Context) iter.Seq2[daycast.Line, error]
}

// A RunTable holds rows of many runs.
type RunTable[T any] interface {
	// Replace puts rows in the place of the run's own rows, atomically.
	Replace(ctx context.Context, run string, rows iter.Seq2[T, error]) (int64, error)
	// Read yields one run's rows in the table's order.
	Read(ctx context.Context, run string) iter.Seq2[T, error]
}

// A ForecastTable can also be walked across runs.
type ForecastTable interface {
	RunTable[ForecastRow]
	// Due yields, by item, place, day and origin, the forecasts for the given
	// days that the newest run of each origin made; none of a backtest. They are
	// those of a part of the series.
	Due(ctx context.Context, days []daycast.Day, of Part) iter.Seq2[ForecastRow, error]
	// Of yields a run's forecasts of one series; none of a backtest.
	Of(ctx context.Context, run string, s daycast.Series) iter.Seq2[ForecastRow, error]
	// Forget removes the rows of all runs whose newest origin is before a day.
	Forget(ctx context.Context, before daycast.Day) error
}

// A SeriesTable finds the series of a shop that goes by blocks; of any other it
// has no rows.
type SeriesTable interface {
	RunTable[SeriesRow]
	// Of yields those of the series that the run has.
	Of(ctx context.Context, run string, series []daycast.Series) iter.Seq2[SeriesRow, error]
	// After yields at most so many series after one, from the zero Series: all of
	// them, or those with the text, which is in lower case, in their id or in the
	// name of a group.
	After(ctx context.Context, run string, s daycast.Series, text string, limit int) iter.Seq2[SeriesRow, error]
	// Before yields at most so many series before one, backwards.
	Before(ctx context.Context, run string, s daycast.Series, limit int) iter.Seq2[SeriesRow, error]
}

// A ScoreTable keeps every version of a score.
type ScoreTable interface {
	RunTable[ScoreRow]
	// Newest yields the newest run's version of each origin, day and category.
	Newest(ctx context.Context) iter.Seq2[ScoreRow, error]
}

// A FeatureRow is what a model of all series reads of one series at an origin
// for the first period after it, by the feature's name; NaN is left out.
type FeatureRow struct {
	Series daycast.Series
	Origin daycast.Day
	Values map[string]float32
}

// A ForecastRow is the forecast of one series and day at one origin.
type ForecastRow struct {
	Series        daycast.Series
	Origin, Day   daycast.Day
	Mean          float32
	Q10, Q50, Q90 float32
	Model         string
	Backtest      bool // made of a past origin, to prove a choice of model
}

// An AccuracyRow is how well a model did over the horizon after an origin,
// over the series on sale there.
type AccuracyRow struct {
	Model    string
	Origin   daycast.Day
	Chosen   bool // selection on older origins took this model here
	RMSE     float64
	MAE      float64
	WAPE     float64
	Bias     float64
	MASE     float64
	RMSSE    float64
	Pinball  float64 // NaN for a model without quantiles
	Coverage float64 // of the 80% interval; NaN likewise
	Seconds  float64 // fit and forecast
}

// A FailureRow says which series got a fallback forecast, and why.
type FailureRow struct {
	Series daycast.Series
	Stage  string
	Model  string
	Reason string
}

// An AdjustmentRow is what a run's newest panel made of one period's units for
// training: with Before in the place of After they are what was observed (see
// clean.Change).
type AdjustmentRow struct {
	Series        daycast.Series
	Day           daycast.Day
	Kind          string // stock_out, outlier or bulk
	Before, After float32
	Reason        string
}

// A SeriesRow is what a list tells of a series, and where its panel is.
type SeriesRow struct {
	Series   daycast.Series
	Levels   map[string]string // the name of its group by level; nil for none
	Sold     bool              // whether it ever has
	LastSale daycast.Day       // the last period with a sale; 0 where it never sold
	At       int64             // of its panel in the file of panels, in bytes
}

// A ScoreRow adds up how the forecasts from one origin for one day did, over
// the series of one category that were on sale at the origin.
type ScoreRow struct {
	Origin, Day  daycast.Day
	Category     string // "" where items have none
	Pairs        int64
	Absolute     float64 // sum of |units - mean|
	Squared      float64 // sum of (units - mean)^2
	Signed       float64 // sum of mean - units; above zero: forecasts too high
	Sold         float64 // sum of |units|
	Open, Inside int64   // pairs whose place traded; of them, those from q10 to q90
}

// Add adds the sums of o; which origin, day and category they are of stays.
func (r *ScoreRow) Add(o ScoreRow) {
	r.Pairs += o.Pairs
	r.Absolute += o.Absolute
	r.Squared += o.Squared
	r.Signed += o.Signed
	r.Sold += o.Sold
	r.Open += o.Open
	r.Inside += o.Inside
}

// An ImportanceRow is what a model's forecasts owe to one feature.
type ImportanceRow struct {
	Model    string
	Feature  string
	Group    string  // what kind of feature it is
	Increase float64 // of the loss where the feature's values are dealt out anew; a share of the loss
}

// An ErrorRow adds up how a model did from one origin of a backtest, so many
// periods ahead, over the series of one category that were on sale there.
type ErrorRow struct {
	Model        string
	Origin       daycast.Day
	Horizon      int32  // periods ahead, from 1
	Category     string // "" where items have none
	Pairs        int64
	Absolute     float64 // these as in a ScoreRow
	Squared      float64
	Signed       float64
	Sold         float64
	Open, Inside int64
}

// Sums are the row's sums alone, to be added to others.
func (e ErrorRow) Sums() ScoreRow {
	return ScoreRow{
		Pairs: e.Pairs, Absolute: e.Absolute, Squared: e.Squared, Signed: e.Signed, Sold: e.Sold, Open: e.Open, Inside: e.Inside,
	}
}
