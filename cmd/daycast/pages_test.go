package main_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every daycast command in the pages is one that the program knows, with flags
// that it has. That the marked ones do what the page says, make test-ops shows.
func TestPagesCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 2 {
		t.Fatal(pages, err)
	}
	block := regexp.MustCompile("(?ms)^```sh\n(.*?)^```")
	call := regexp.MustCompile(`(?:^|[ /])daycast( [a-z]+(?: [^'#&|;]*)?)(?:['#&|;]|$)`)
	namesOnly := regexp.MustCompile(`-[un] daycast `) // a user, a unit, a namespace
	asked := map[string]bool{}
	for _, page := range append(pages, "../../README.md") {
		for _, b := range block.FindAllStringSubmatch(read(t, page), -1) {
			for line := range strings.Lines(b[1]) {
				line = namesOnly.ReplaceAllString(line, "")
				found := call.FindStringSubmatch(strings.TrimSpace(line))
				if found == nil || asked[found[1]] {
					continue
				}
				asked[found[1]] = true
				args := strings.Fields(found[1])
				if o := must(t, ".", append(args, "--help")...); !strings.Contains(o.out, "daycast "+args[0]) {
					t.Errorf("%s: there is no daycast %s", page, args[0])
				}
			}
		}
	}
	if len(asked) < 10 {
		t.Errorf("only %d commands found in the pages", len(asked))
	}
}
