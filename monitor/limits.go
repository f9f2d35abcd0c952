package monitor

import "time"

// The limits of the alert rules, with which they have to agree. They suit a
// shop that runs each day, whether it is one of days or of weeks.
const (
	// staleAfter since the last day's first instant: on time, yesterday is
	// between 29 and 53 hours old when the morning's run has ended.
	staleAfter = 72 * time.Hour
	// missingAfter: a run a day, and six hours late.
	missingAfter = 30 * time.Hour
	// worseBy: weeks of a steady shop differ by a tenth or so in WAPE; a
	// quarter more than in the eight weeks before is no chance.
	worseBy = 1.25
	// coverageLow: four weeks of an 80% interval that is right hold 80% give or
	// take a few points, or more: its ends are whole pieces, and where most days
	// have no sale, none and one hold nearly all. Ten points less is another
	// interval. coverageHigh: on 1,500 items of M5 quantiles that were right held
	// 94%, on 100 that seldom sell 94%, on 60 of one store 95%.
	coverageLow, coverageHigh = 0.70, 0.98
	// biasLimit: also what bars a model from being chosen. More is a shelf
	// that fills up, or empties, week by week.
	biasLimit = 0.10
	// leastPairs scored before accuracy is judged. Of 200 sales an 80% interval
	// that is right holds 80% give or take 3 points (the root of .8*.2/200), a
	// third of the ten that are allowed; of the two of a new shop's first day it
	// holds none, half or all.
	leastPairs = 200
	// errorLimit: one request in a hundred.
	errorLimit = 0.01
	// swapAfter: a server looks for a new snapshot every few seconds.
	swapAfter = time.Minute
)

// Limits say where a figure becomes a finding.
type Limits struct {
	Stale        time.Duration // since the newest day's first instant; six days more in a shop of weeks
	Missing      time.Duration // since the last run that ended well
	Worse        float64       // WAPE of the newest 7 days over that of the 56 before
	CoverageLow  float64       // of the 80% interval over 28 days
	CoverageHigh float64
	Bias         float64       // over 28 days, either way
	Pairs        int64         // scored in a window, below which it is not judged
	Errors       float64       // share of requests
	Swap         time.Duration // until a server has taken up a new snapshot
}

// AlertLimits are those of the alert rules.
func AlertLimits() Limits {
	return Limits{
		Stale: staleAfter, Missing: missingAfter, Worse: worseBy, CoverageLow: coverageLow, CoverageHigh: coverageHigh,
		Bias: biasLimit, Pairs: leastPairs, Errors: errorLimit, Swap: swapAfter,
	}
}
