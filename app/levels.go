package app

import (
	"math"
	"slices"
	"strconv"

	"daycast"
	"daycast/pipeline"
)

// Levels are the quantiles that files and tables hold where no others are asked
// for.
func Levels() []float64 { return pipeline.Levels() }

// mostLevels is as many as the columns of a table that one still reads.
const mostLevels = 99

// checkLevels sorts the quantile levels that were asked for and drops
// repetitions; none are the usual ones. One outside (0, 1) is code invalid.
func checkLevels(asked []float64) ([]float64, error) {
	if len(asked) == 0 {
		return Levels(), nil
	}
	for _, level := range asked {
		if !(level > 0 && level < 1) {
			return nil, daycast.Errorf(daycast.Invalid, "--levels %g: want numbers between 0 and 1", level).
				WithField("levels").WithHint("0.9 is the quantile that nine days in ten do not pass")
		}
	}
	levels := slices.Sorted(slices.Values(asked))
	if levels = slices.Compact(levels); len(levels) > mostLevels {
		return nil, daycast.Errorf(daycast.Invalid, "--levels has %d levels: want at most %d", len(levels), mostLevels).WithField("levels")
	}
	return levels, nil
}

// quantileColumns name quantiles in per cent: q10, q2.5.
func quantileColumns(levels []float64) []string {
	names := make([]string, len(levels))
	for k, level := range levels {
		names[k] = "q" + strconv.FormatFloat(math.Round(level*1e8)/1e6, 'f', -1, 64)
	}
	return names
}
