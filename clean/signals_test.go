package clean

import (
	"fmt"
	"testing"

	"daycast"
)

// TestWordTakenBack: a holiday that is called off is one to those who looked
// before, and none to those who look later.
func TestWordTakenBack(t *testing.T) {
	first := on(t, "2024-01-01") // a Monday
	word := func(day, known daycast.Day, code string) daycast.Signal {
		s := daycast.Signal{Name: "holiday", Scope: daycast.ScopeShop, Day: first + day, KnownAt: first + known, Code: code}
		if code != "" {
			s.Value = 1
		}
		return s
	}
	rows := []daycast.Signal{
		word(10, -900, "Feast"), word(12, -900, "Fair"), word(12, 5, ""),
		word(40, -900, "Fair"), word(40, 20, ""), word(40, 30, "Feast"),
	}
	for _, test := range []struct {
		step     daycast.Step
		origin   daycast.Day
		day      daycast.Day
		want     string
		signaled string
	}{
		{daycast.Daily, 4, 12, "Fair", "before"},
		{daycast.Daily, 5, 12, "", "after"},
		{daycast.Daily, 19, 40, "Fair", "before"},
		{daycast.Daily, 29, 40, "", "between"},
		{daycast.Daily, 30, 40, "Feast", "after it is held again"},
		{daycast.Daily, 30, 10, "Feast", "of another day"},
		{daycast.Weekly, 20, 12, "Feast", "the week's other word stays"},
	} {
		t.Run(fmt.Sprintf("%s, every %d days", test.signaled, test.step), func(t *testing.T) {
			s := twoItems(t)
			s.signals = rows
			b := s.builder(14)
			b.Step, b.Anchor = test.step, first
			p, _, err := b.Build(t.Context(), first+test.origin)
			if err != nil {
				t.Fatal(err)
			}
			signal, got := signalOf(p, "holiday"), ""
			if v := signal.At(0, b.periodOf(first+test.day)); v == v {
				got = signal.Codes[int(v)]
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
