package classic

import (
	"math"
	"strings"

	"daycast"
)

// etsForm is one of the book's models: how the error, the trend and the season
// enter. With mu the forecast one period ahead, e = y - mu, and s the season of
// the period's position:
//
//	season A or N   mu = l + phi*b + s      l += phi*b + alpha*e     b = phi*b + beta*e     s += gamma*e
//	season M        mu = (l + phi*b) * s    l += phi*b + alpha*e/s   b = phi*b + beta*e/s   s += gamma*e/(l + phi*b)
//
// The kind of the error leaves this alone: it says whether e or e/mu has the
// same variance in every period, and so what the likelihood is.
type etsForm struct {
	relative bool // error M
	trend    etsTrend
	season   etsSeason
}

type etsTrend uint8

const (
	noTrend etsTrend = iota
	damped
	undamped
)

type etsSeason uint8

const (
	noSeason etsSeason = iota
	additive
	multiplicative
)

// parseETS reads a form such as "AAdN", of which Z leaves a part open, and
// lists the forms that it allows, simplest first; those with error A and
// season M have an unstable forecast and are none. Empty is "ZZZ".
func parseETS(text string) ([]etsForm, bool) {
	if text == "" {
		text = "ZZZ"
	}
	errors, rest := text[:1], text[1:]
	trend, season := "", ""
	if n := len(rest); n > 0 {
		trend, season = rest[:n-1], rest[n-1:]
	}
	var out []etsForm
	for _, s := range []etsSeason{noSeason, additive, multiplicative} {
		for _, relative := range []bool{false, true} {
			for _, t := range []etsTrend{noTrend, damped, undamped} {
				f := etsForm{relative, t, s}
				if (relative || s != multiplicative) && allows(errors, f.letters()[0]) && allows(trend, f.letters()[1]) && allows(season, f.letters()[2]) {
					out = append(out, f)
				}
			}
		}
	}
	return out, len(out) > 0
}

func allows(wanted, letter string) bool { return wanted == "Z" || wanted == letter }

func (f etsForm) letters() [3]string {
	e := "A"
	if f.relative {
		e = "M"
	}
	return [3]string{e, [3]string{"N", "Ad", "A"}[f.trend], [3]string{"N", "A", "M"}[f.season]}
}

func (f etsForm) String() string {
	l := f.letters()
	return strings.Join(l[:], "")
}

// positive reports whether the form is for units above zero only.
func (f etsForm) positive() bool { return f.relative || f.season == multiplicative }

// additive is the form with error A, and season A for M.
func (f etsForm) additive() etsForm {
	return etsForm{trend: f.trend, season: min(f.season, additive)}
}

// number is the form as a parameter; formOf reads it.
func (f etsForm) number() float64 {
	n := 3*int(f.trend) + int(f.season)
	if f.relative {
		n += 9
	}
	return float64(n)
}

func formOf(number float64) (f etsForm, ok bool) {
	if !(number >= 0 && number < 18) || number != math.Trunc(number) {
		return f, false
	}
	n := int(number)
	f = etsForm{n >= 9, etsTrend(n % 9 / 3), etsSeason(n % 3)}
	return f, f.relative || f.season != multiplicative
}

// constants is how many smoothing constants the form has.
func (f etsForm) constants() int {
	n := 1
	if f.trend != noTrend {
		n++
	}
	if f.season != noSeason {
		n++
	}
	if f.trend == damped {
		n++
	}
	return n
}

// free is how many numbers are chosen for a series: the constants, and the
// level, the trend and the season before its first period. The season's
// positions add up to nothing, or to their number, and leave one less.
func (f etsForm) free(season int) int {
	n := f.constants() + 1
	if f.trend != noTrend {
		n++
	}
	if f.season != noSeason {
		n += season - 1
	}
	return n
}

// mustBeETS refuses a form that there is not.
func mustBeETS(name, text string) error {
	if _, ok := parseETS(text); ok {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "model %s: there is no form %q", name, text).
		WithHint("error A, M or Z, trend N, A, Ad or Z, season N, A, M or Z, as in ZZZ or AAdA; season M needs error M").WithField("model")
}
