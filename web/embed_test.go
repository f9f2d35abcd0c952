package web_test

import (
	"bytes"
	"io/fs"
	"regexp"
	"testing"

	"daycast/web"
)

func TestPagesHaveOnePlaceholder(t *testing.T) {
	for id, page := range map[string][]byte{"report": web.Report(), "tuning": web.Tuning()} {
		onePlaceholder(t, id, page)
	}
}

func onePlaceholder(t *testing.T, id string, page []byte) {
	t.Helper()
	if n := bytes.Count(page, []byte(web.Placeholder)); n != 1 {
		t.Errorf("%d placeholders", n)
	}
	if !bytes.Contains(page, []byte(`<script type="application/json" id="`+id+`">`+web.Placeholder+`</script>`)) {
		t.Error("the placeholder is not the whole of the script that holds the data")
	}
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page's policy lacks %s", want)
		}
	}
	if at := regexp.MustCompile(`<(?:script|link|img)[^>]* (?:src|href)="[^d]`).Find(page); at != nil {
		t.Errorf("the page is more than one file: %s", at)
	}
}

// What is built names no address, but for that of a licence in its notice.
func TestNothingOutside(t *testing.T) {
	files := map[string][]byte{"report.html": web.Report(), "tuning.html": web.Tuning()}
	err := fs.WalkDir(web.Dashboard(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(web.Dashboard(), path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 5 {
		t.Errorf("%d files, want the report, the search, the dashboard, its script and its styles", len(files))
	}
	for path, content := range files {
		content = regexp.MustCompile(`(?s)/\*!.*?\*/`).ReplaceAll(content, nil)
		if at := regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/?[^"' <]{0,40}|@import`).Find(content); at != nil {
			t.Errorf("%s refers to %s", path, at)
		}
	}
}
