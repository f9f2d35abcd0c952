package monitor

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }

func count(n int64, what string) string {
	if n != 1 && !strings.HasSuffix(what, "s") {
		what += "s"
	}
	return humanize.Comma(n) + " " + what
}

func daysAgo(days int) string {
	switch {
	case days == 0:
		return "today"
	case days == 1:
		return "yesterday"
	case days < 0:
		return "in the future"
	}
	return count(int64(days), "day") + " ago"
}

// ago has the day of what is to come: a shop judged as of a past day has runs
// that ended later. Up to a minute is two clocks that differ.
func ago(now, then time.Time) string {
	switch age := now.Sub(then); {
	case age < -time.Minute:
		return "on " + then.In(now.Location()).Format(time.DateOnly)
	case age < time.Second:
		return "just now"
	}
	return humanize.RelTime(then, now, "ago", "")
}

func span(seconds float64) string {
	return time.Duration(math.Round(max(seconds, 1)) * float64(time.Second)).String()
}

// sentence ends a text that somebody else wrote.
func sentence(text string) string {
	if text = strings.TrimSpace(text); strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
