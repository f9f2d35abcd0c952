// Package web holds what a browser shows: the pages of the exploration report
// and of a search for parameters, and the dashboard. Their TypeScript is in src;
// `make web` builds it into dist, which is committed, so that a clone needs no
// Node.
package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

//go:embed dist
var dist embed.FS

// Placeholder stands in a page where its data goes: JSON in which every < is
// written \u003c, so that no name in it can end the script.
const Placeholder = "/*REPORT*/"

// Report is the report's page, one file, with the Placeholder in it once.
func Report() []byte { return page("report") }

// Tuning is the page of a search for parameters, one file, with the Placeholder
// in it once.
func Tuning() []byte { return page("tuning") }

func page(name string) []byte {
	page, err := dist.ReadFile("dist/" + name + ".html")
	if err != nil {
		panic("web: the build left no " + name + ": " + err.Error())
	}
	return page
}

// Fill writes a page with its data in it. No name in the data can end the script
// that holds it: encoding/json writes <, > and & as escapes.
func Fill(w io.Writer, page []byte, data any) error {
	before, after, found := bytes.Cut(page, []byte(Placeholder))
	if !found {
		return errors.New("the page has no place for its data")
	}
	figures, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("the page's data: %w", err)
	}
	for _, part := range [][]byte{before, figures, after} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
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
