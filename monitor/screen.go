package monitor

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// One screen, in lines and runes.
const (
	screenLines = 40
	screenWidth = 100
	textIndent  = 17 // where a part's sentences begin
	nameWidth   = 28 // of a row of figures
)

// String is the health on one screen. What does not fit is left out from the
// end of the figures: categories sold less, long horizons.
func (h Health) String() string {
	lines := []string{fmt.Sprintf("%-5s  health at %s", strings.ToUpper(string(h.Verdict)), h.Time.Format(time.DateTime+" MST")), ""}
	for _, p := range h.parts() {
		mark, name := string(p.Verdict), p.name
		for _, says := range p.Says {
			for _, line := range wrap(says, screenWidth-textIndent) {
				lines = append(lines, fmt.Sprintf("%-5s  %-8s  %s", mark, name, line))
				mark, name = "", ""
			}
		}
	}
	if rows := h.Accuracy.rows(); len(rows) > 0 {
		lines = append(lines, "", fmt.Sprintf("%-*s %11s %8s %9s %9s %8s %14s", nameWidth, "", "pairs", "WAPE", "RMSE", "MAE", "bias", "in 80% range"))
		lines = append(lines, rows[:max(0, min(len(rows), screenLines-len(lines)))]...)
	}
	for k := range lines {
		lines[k] = strings.TrimRight(lines[k], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// rows are the figures, the most important first.
func (a Accuracy) rows() []string {
	if a.Month.All.Pairs+a.Reference.Pairs == 0 {
		return nil
	}
	rows := []string{
		a.Week.All.row("newest 7 days"), a.Reference.row("56 days before"), a.Month.All.row("newest 28 days"),
	}
	for _, g := range a.Month.Horizons {
		periods := "periods"
		if g.Name == "1" {
			periods = "period"
		}
		rows = append(rows, g.Figures.row("  "+g.Name+" "+periods+" ahead"))
	}
	if len(a.Categories) > 1 {
		rows = append(rows, "  by category, the most sold first")
		for _, g := range a.Categories {
			rows = append(rows, g.Figures.row("  "+g.Name))
		}
	}
	return rows
}

func (f Figures) row(name string) string {
	return fmt.Sprintf("%s %11s %8s %9s %9s %8s %14s", pad(name, nameWidth), humanize.Comma(f.Pairs),
		figure("%.3f", f.WAPE), figure("%.3f", f.RMSE), figure("%.3f", f.MAE), figure("%+.3f", f.Bias), figure("%.1f%%", 100*f.Coverage))
}

// figure is a dash where there is none.
func figure(format string, v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// sentenceLines bounds what one sentence takes: a message may hold a whole
// query.
const sentenceLines = 2

// wrap breaks a text between its words.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(printable(text)) {
		word = clip(word, width)
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	lines = append(lines, line)
	if len(lines) > sentenceLines {
		lines = lines[:sentenceLines]
		lines[sentenceLines-1] = clip(lines[sentenceLines-1]+" ...", width)
	}
	return lines
}

// printable has spaces in the place of what could move the cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// pad makes a name that wide.
func pad(name string, width int) string {
	name = clip(printable(name), width)
	return name + strings.Repeat(" ", width-utf8.RuneCountInString(name))
}

// clip ends a text that is too long in dots.
func clip(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-3]) + "..."
}
