package app

import (
	"io"
	"time"

	"daycast/config"
	"daycast/pipeline"
	"daycast/quality"
)

// QualityReport is what a run found of its data.
type QualityReport = quality.Report

// newerFailure tells of a run that failed before it read a row, such as for a
// column that is gone: it has left no report.
func newerFailure(c config.Config, report time.Time) []string {
	history, err := pipeline.History(c.Data)
	if err != nil || len(history) == 0 {
		return nil // daycast monitor tells of a history that cannot be read
	}
	if last := history[len(history)-1]; last.Code != "" && last.Began.After(report) {
		return []string{"a newer run, " + last.Run + ", failed before it read anything: " + last.Error}
	}
	return nil
}

// Quality is the report of a run, "" for the newest, and writes it as a page
// to a file; "" writes none, "-" the standard output.
func Quality(c config.Config, run, page string) (*QualityReport, error) {
	r, err := pipeline.ReadQuality(c.Data, run)
	if err != nil {
		return nil, err
	}
	r.Shop = c.Shop.Name
	if run == "" {
		r.Notes = append(r.Notes, newerFailure(c, r.Created)...)
	}
	if page == "" {
		return r, nil
	}
	return r, writeFile(page, func(to io.Writer) error { return quality.WritePage(to, r) })
}
