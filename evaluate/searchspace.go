package evaluate

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"daycast"
)

// A Point is a value for each parameter of a search. The empty point leaves
// all of them at their defaults.
type Point map[string]float64

// String is the parameters by name, such as "leaves=31 trees=200"; "default"
// for the empty point.
func (p Point) String() string {
	if len(p) == 0 {
		return "default"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, name+"="+strconv.FormatFloat(p[name], 'g', -1, 64))
	}
	return strings.Join(parts, " ")
}

// A Space is what a search may try, by parameter.
type Space map[string]Values

// Values are what one parameter may be: a List, or a range that is Uniform,
// LogUniform or Integer.
type Values interface {
	// grid is the values that a grid tries.
	grid() []float64
	// draw is the value at a share u of the way, in [0, 1).
	draw(u float64) float64
	// share is how far along a value is, in [0, 1]: what draw makes it of.
	share(v float64) float64
	// fault says what is wrong; "" for nothing.
	fault() string
}

// List is these values and no others, each as likely.
type List []float64

// Uniform is all numbers from Low to High, each as likely.
type Uniform struct{ Low, High float64 }

// LogUniform is all numbers from Low to High, 0 < Low, each factor as likely:
// for rates and penalties, where 0.01 is as far from 0.1 as 0.1 from 1.
type LogUniform struct{ Low, High float64 }

// Integer is all whole numbers from Low to High, 0 < Low, each factor as
// likely: for counts of trees and leaves.
type Integer struct{ Low, High int }

func (l List) grid() []float64        { return l }
func (l List) draw(u float64) float64 { return l[int(u*float64(len(l)))] }
func (l List) share(v float64) float64 {
	return (float64(slices.Index(l, v)) + 0.5) / float64(len(l))
}

func (l List) fault() string {
	if len(l) == 0 || slices.ContainsFunc(l, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return "want a list of numbers"
	}
	return ""
}

// gridPoints is how many values a grid takes of a range: its ends and its
// middle.
const gridPoints = 3

func (r Uniform) grid() []float64        { return ends(r.draw) }
func (r Uniform) draw(u float64) float64 { return min(r.High, r.Low+u*(r.High-r.Low)) }
func (r Uniform) share(v float64) float64 {
	if r.Low == r.High {
		return 0.5
	}
	return min(1, max(0, (v-r.Low)/(r.High-r.Low)))
}

func (r Uniform) fault() string {
	if !(r.Low <= r.High) || math.IsInf(r.High-r.Low, 0) {
		return fmt.Sprintf("%g to %g is no range", r.Low, r.High)
	}
	return ""
}

func (r LogUniform) grid() []float64 { return ends(r.draw) }
func (r LogUniform) draw(u float64) float64 {
	return min(r.High, max(r.Low, r.Low*math.Pow(r.High/r.Low, u)))
}

func (r LogUniform) share(v float64) float64 {
	return Uniform{math.Log(r.Low), math.Log(r.High)}.share(math.Log(v))
}

func (r LogUniform) fault() string {
	if !(r.Low > 0) || !(r.Low <= r.High) || math.IsInf(r.High, 0) {
		return fmt.Sprintf("%g to %g is no range above zero", r.Low, r.High)
	}
	return ""
}

func (r Integer) grid() []float64 {
	return slices.Compact(ends(LogUniform{float64(r.Low), float64(r.High)}.draw, math.Round))
}

// draw gives each whole number the share of the range from a half below it to
// a half above.
func (r Integer) draw(u float64) float64 {
	return min(float64(r.High), max(float64(r.Low), math.Round(r.around().draw(u))))
}

func (r Integer) share(v float64) float64 { return r.around().share(v) }

func (r Integer) around() LogUniform { return LogUniform{float64(r.Low) - 0.5, float64(r.High) + 0.5} }

func (r Integer) fault() string {
	if r.Low < 1 || r.Low > r.High {
		return fmt.Sprintf("%d to %d is no range of whole numbers above zero", r.Low, r.High)
	}
	return ""
}

// ends are the ends and the middle of a range, after each of the changes.
func ends(at func(u float64) float64, changes ...func(float64) float64) []float64 {
	var out []float64
	for k := range gridPoints {
		v := at(float64(k) / (gridPoints - 1))
		for _, change := range changes {
			v = change(v)
		}
		out = append(out, v)
	}
	return out
}

// Check refuses a space with an empty or impossible range, with code invalid
// and the parameter as the field.
func (s Space) Check() error {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if fault := s[name].fault(); fault != "" {
			return daycast.Errorf(daycast.Invalid, "search over %s: %s", name, fault).WithField(name)
		}
	}
	return nil
}

// Grid is every combination of the space's values, of a range its two ends and
// its middle. The names are in order and the last varies fastest. A space that
// Check refuses has no points.
func Grid(s Space) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		if len(s) == 0 || s.Check() != nil {
			return
		}
		names := slices.Sorted(maps.Keys(s))
		at := make([]int, len(names))
		for {
			p := Point{}
			for k, name := range names {
				p[name] = s[name].grid()[at[k]]
			}
			if !yield(p) {
				return
			}
			k := len(names) - 1
			for ; k >= 0; k-- {
				if at[k]++; at[k] < len(s[names[k]].grid()) {
					break
				}
				at[k] = 0
			}
			if k < 0 {
				return
			}
		}
	}
}

// Random is n points drawn from the space. Where few of many parameters
// matter, as they do, it finds better ones than a grid of as many points:
// Bergstra and Bengio (2012), "Random search for hyper-parameter optimization",
// JMLR 13. The k-th point depends on the seed, k and the space alone. A space
// that Check refuses has no points.
func Random(s Space, n int, seed uint64) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		if len(s) == 0 || s.Check() != nil {
			return
		}
		names := slices.Sorted(maps.Keys(s))
		for k := range n {
			r := rand.New(rand.NewPCG(seed, uint64(k)))
			p := Point{}
			for _, name := range names {
				p[name] = s[name].draw(r.Float64())
			}
			if !yield(p) {
				return
			}
		}
	}
}
