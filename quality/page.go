package quality

import (
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"

	"github.com/dustin/go-humanize"

	"daycast/contract"
	"daycast/web"
)

//go:embed page.html
var pageText string

// WritePage writes the report as one HTML file that needs nothing else, in the
// style of the exploration report.
func WritePage(to io.Writer, r *Report) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"comma": humanize.Comma, "percent": percent, "rows": rows, "share": share, "units": units,
		"amount": func(v float64) string { return fmt.Sprintf("%.6g", v) },
		"tone":   tone,
		"style":  func() template.CSS { return template.CSS(web.Style()) }, // our own, embedded
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(to, pageOf{r})
}

// pageOf is a report with what only the page shows of it.
type pageOf struct{ *Report }

func (p pageOf) Verdict() string       { return p.verdict() }
func (p pageOf) Newest(t Table) string { return p.newest(t) }

// Tone is the colour of the verdict.
func (p pageOf) Tone() string {
	n := p.Broken()
	switch {
	case p.State != Read || n[contract.Stop] > 0:
		return "bad"
	case n[contract.Warn]+n[contract.Quarantine] > 0:
		return "warn"
	}
	return "good"
}

func tone(s contract.Severity) string {
	if s == contract.Stop {
		return "bad"
	}
	return "warn"
}

// A bar of a chart that is 100 high, or 20 in a table's line.
type bar struct {
	X, Y, Height, Expected float64
	Broken, None           bool
	Text                   string
}

// barStep is how far apart bars begin; each is 8 wide.
const barStep = 10

type chart struct {
	Table, First, Last string
	Width              int
	Bars               []bar
	Most               int64
	Broken             string // how many days are; "" for none
}

// Charts are the rows by day of the tables that have any.
func (p pageOf) Charts() (charts []chart) {
	for _, t := range p.Tables {
		if len(t.Days) == 0 {
			continue
		}
		c := chart{Table: t.Result.Table, First: t.Days[0].Name, Last: t.Days[len(t.Days)-1].Name, Width: barStep * len(t.Days)}
		top, broken := 1., 0
		for _, d := range t.Days {
			c.Most = max(c.Most, d.Rows)
			top = max(top, float64(d.Rows), d.Expected)
			if d.Broken {
				broken++
			}
		}
		if broken > 0 {
			c.Broken = humanize.Comma(int64(broken)) + plural(broken, " day", " days")
		}
		for i, d := range t.Days {
			b := bar{X: float64(i * barStep), Height: 100 * float64(d.Rows) / top, Broken: d.Broken}
			b.Text = fmt.Sprintf("%s: %s rows", d.Name, humanize.Comma(d.Rows))
			if d.Broken && d.Rows == 0 {
				b.Height = 2 // or nobody would see that the day is broken
			}
			b.Y = 100 - b.Height
			if d.Expected > 0 {
				b.Expected = max(0.01, 100-100*d.Expected/top)
				b.Text += fmt.Sprintf(", %.6g usual", d.Expected)
			}
			c.Bars = append(c.Bars, b)
		}
		charts = append(charts, c)
	}
	return charts
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// A spark is how often a rule was broken, run by run.
type spark struct {
	Rule   string
	Width  int
	Bars   []bar
	Newest int64
}

// Sparks are those of the rules that any run of the trend broke.
func (p pageOf) Sparks() (sparks []spark) {
	most := map[string]int64{}
	for _, point := range p.Trend {
		for rule, n := range point.Rules {
			most[rule] = max(most[rule], n)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(most)) {
		if most[rule] == 0 {
			continue
		}
		s := spark{Rule: rule, Width: barStep * len(p.Trend)}
		for i, point := range p.Trend {
			n := point.Rules[rule]
			b := bar{X: float64(i * barStep), Height: 20 * float64(n) / float64(most[rule]), None: n == 0}
			b.Height = max(b.Height, 1)
			b.Y, b.Text = 20-b.Height, fmt.Sprintf("%s: %s", point.Run, humanize.Comma(n))
			s.Bars, s.Newest = append(s.Bars, b), n
		}
		sparks = append(sparks, s)
	}
	return sparks
}
