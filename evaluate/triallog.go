package evaluate

import (
	"bytes"
	"encoding/json"
	"io"
	"math"

	"daycast"
)

// A TrialLog has what trials came to, by point and origin, in a file of JSON
// lines, so that a search that was ended goes on where it was and comes to what
// it would have come to. Its first line says of what the trials are: all that
// an outcome depends on beside the point and the origin. The space, the method
// and its seed are none of that, so that searches of one model share a log.
// Trials that fail are not kept: they are tried again.
type TrialLog struct {
	known map[string]outcome
	to    io.Writer
}

// An outcome is what one fit came to at one origin.
type outcome struct {
	seconds float64 // fit and forecast
	sums    tally   // without quantiles
}

// A LogFile is what a TrialLog reads and adds to.
type LogFile interface {
	io.ReadWriteSeeker
	Truncate(size int64) error
}

// OpenTrialLog reads the file and adds to it from then on. A last line that is
// torn, as a killed search leaves it, is taken off. Of other trials than of, all
// is. It fails with code invalid and the line where any other line is broken.
func OpenTrialLog(f LogFile, of string) (*TrialLog, error) {
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "trials: %w", err)
	}
	known, whole, err := parseTrials(text, of)
	if err != nil {
		return nil, err
	}
	l := &TrialLog{known: known, to: f}
	if err = f.Truncate(int64(whole)); err == nil {
		_, err = f.Seek(int64(whole), io.SeekStart)
	}
	if err == nil && whole == 0 {
		err = l.write(logHead{logFormat, of})
	}
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "trials: %w", err).WithHint("is the disk full?")
	}
	return l, nil
}

// Known is how many outcomes it has.
func (l *TrialLog) Known() int { return len(l.known) }

const logFormat = 1

// logHead is the first line.
type logHead struct {
	Format int    `json:"format"`
	Of     string `json:"of"`
}

// logLine is every other: the sums of a tally by name, in the units of Score.
type logLine struct {
	Point    Point   `json:"point"` // empty: the default
	Origin   string  `json:"origin"`
	Seconds  float64 `json:"seconds"`
	Pairs    int     `json:"pairs"`
	Absolute float64 `json:"absolute"`
	Squared  float64 `json:"squared"`
	Signed   float64 `json:"signed"`
	Sold     float64 `json:"sold"`
	Scaled   int     `json:"scaled"`
	MASE     float64 `json:"mase"`
	RMSSE    float64 `json:"rmsse"`
}

// parseTrials gives the outcomes of the lines, and how many bytes of them to keep.
func parseTrials(text []byte, of string) (known map[string]outcome, whole int, err error) {
	known = map[string]outcome{}
	for n := 1; ; n++ {
		line, _, complete := bytes.Cut(text[whole:], []byte("\n"))
		if !complete {
			return known, whole, nil
		}
		if n == 1 {
			var head logHead
			if err := json.Unmarshal(line, &head); err != nil {
				return nil, 0, brokenLog(n, err)
			}
			if head != (logHead{logFormat, of}) {
				return known, 0, nil
			}
		} else {
			var l logLine
			if err := json.Unmarshal(line, &l); err != nil {
				return nil, 0, brokenLog(n, err)
			}
			origin, err := daycast.ParseDay(l.Origin)
			if err != nil {
				return nil, 0, brokenLog(n, err)
			}
			if l.Pairs < 0 || l.Scaled < 0 || !(l.Seconds >= 0) {
				return nil, 0, brokenLog(n, daycast.Errorf(daycast.Invalid, "a count or a time below zero"))
			}
			known[logKey(l.Point, origin)] = l.outcome()
		}
		whole += len(line) + 1
	}
}

func brokenLog(line int, err error) error {
	return daycast.Errorf(daycast.Invalid, "trials: line %d: %w", line, err).WithHint("delete the file: the search then begins anew")
}

func (l logLine) outcome() outcome {
	return outcome{l.Seconds, tally{
		n: l.Pairs, absolute: l.Absolute, squared: l.Squared, signed: l.Signed, sold: l.Sold,
		scaled: l.Scaled, mase: l.MASE, rmsse: l.RMSSE,
	}}
}

func logKey(p Point, origin daycast.Day) string { return origin.String() + " " + p.String() }

// find is what a point came to at an origin.
func (l *TrialLog) find(p Point, origin daycast.Day) (o outcome, known bool) {
	if l == nil {
		return o, false
	}
	o, known = l.known[logKey(p, origin)]
	return o, known
}

// keep adds an outcome. One that JSON cannot say, of infinite errors, is not
// kept.
func (l *TrialLog) keep(p Point, origin daycast.Day, o outcome) error {
	s := o.sums
	for _, v := range []float64{o.seconds, s.absolute, s.squared, s.signed, s.sold, s.mase, s.rmsse} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	if l == nil {
		return nil
	}
	l.known[logKey(p, origin)] = o
	if err := l.write(logLine{
		Point: p, Origin: origin.String(), Seconds: o.seconds, Pairs: s.n, Absolute: s.absolute, Squared: s.squared,
		Signed: s.signed, Sold: s.sold, Scaled: s.scaled, MASE: s.mase, RMSSE: s.rmsse,
	}); err != nil {
		return daycast.Errorf(daycast.Unavailable, "trials: %w", err).WithHint("is the disk full?")
	}
	return nil
}

// write adds a line at once.
func (l *TrialLog) write(line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = l.to.Write(append(text, '\n'))
	return err
}
