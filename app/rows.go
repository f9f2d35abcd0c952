package app

import (
	"context"
	"io"

	"daycast"
	"daycast/config"
	"daycast/model/global"
	"daycast/model/onnx"
)

// RowsOptions are what `daycast rows` was asked for.
type RowsOptions struct {
	Until  string   // the newest day that the rows may know; "": the oldest origin of the backtest
	Groups []string // of features; nil: the default features
	Rows   int      // at most about so many, >= 1
	Out    string   // "-": the standard output
}

// Rows writes rows of features with their targets, as daycast's own models
// learn from them. It says how many, and up to which day.
func Rows(ctx context.Context, c config.Config, w World, o RowsOptions) (written int, until daycast.Day, err error) {
	if o.Rows < 1 {
		return 0, 0, daycast.Errorf(daycast.Invalid, "%d rows: want at least 1", o.Rows).WithField("rows")
	}
	if o.Until != "" {
		if until, err = daycast.ParseDay(o.Until); err != nil {
			return 0, 0, daycast.Errorf(daycast.Invalid, "until: %w", err).WithField("until")
		}
	}
	out, err := createOutput(o.Out)
	if err != nil {
		return 0, 0, err
	}
	defer out.discard()
	run, close, err := openStored(ctx, c, w)
	if err != nil {
		return 0, 0, err
	}
	defer close()
	var failed error // which is not of the file
	err = out.write(func(to io.Writer) error {
		rows := global.Model{Regressor: onnx.RowWriter{To: to, Written: &written}, Power: 1, Groups: o.Groups}
		if until, failed = run.Rows(ctx, rows, until, o.Rows); failed == nil && written == 0 {
			failed = daycast.Errorf(daycast.Invalid, "there are fewer than 100 rows up to %s", until).WithField("until")
		}
		return failed
	})
	if failed != nil {
		err = failed
	}
	return written, until, err
}
