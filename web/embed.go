// Package web holds what a browser shows: the exploration report's page and
// the dashboard. Their TypeScript is in src; `make web` builds it into dist,
// which is committed, so that a clone needs no Node.
package web

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed dist
var dist embed.FS

// Placeholder stands in the report's page where its data goes: JSON in which
// every < is written \u003c, so that no name in it can end the script.
const Placeholder = "/*REPORT*/"

// Report is the report's page, one file, with the Placeholder in it once.
func Report() []byte {
	page, err := dist.ReadFile("dist/report.html")
	if err != nil {
		panic("web: the build left no report: " + err.Error())
	}
	return page
}

// Style is the report's style sheet, for pages that look like it.
func Style() string {
	_, rest, _ := strings.Cut(string(Report()), "<style>")
	style, _, found := strings.Cut(rest, "</style>")
	if !found {
		panic("web: the report has no style")
	}
	return style
}

// Dashboard is index.html and its assets, whose names change with their bytes.
func Dashboard() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the build left no dashboard: " + err.Error())
	}
	return files
}
