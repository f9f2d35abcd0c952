package app

import (
	"io"

	"daycast/config"
	"daycast/pipeline"
	"daycast/quality"
)

// QualityReport is what a run found of its data.
type QualityReport = quality.Report

// Quality is the report of a run, "" for the newest, and writes it as a page
// to a file; "" writes none, "-" the standard output.
func Quality(c config.Config, run, page string) (*QualityReport, error) {
	r, err := pipeline.ReadQuality(c.Data, run)
	if err != nil {
		return nil, err
	}
	r.Shop = c.Shop.Name
	if page == "" {
		return r, nil
	}
	return r, writeFile(page, func(to io.Writer) error { return quality.WritePage(to, r) })
}
