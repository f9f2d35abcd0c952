package clean

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"

	"daycast"
)

// weatherOf is a made-up temperature: a season and an autoregression.
func weatherOf(days int, first daycast.Day, rho float64, rng *rand.Rand) []float32 {
	values := make([]float32, days)
	off := 0.0
	for t := range values {
		off = rho*off + 2*rng.NormFloat64()
		values[t] = float32(12 - 9*math.Cos(2*math.Pi*float64(first+daycast.Day(t)-20)/yearDays) + off)
	}
	return values
}

// naiveExpect is expect as its comment says it, by the whole design matrix and
// period by period.
func naiveExpect(values []float32, past, until int, first daycast.Day, step daycast.Step) []float32 {
	wave := func(t int) []float64 {
		day := float64(first) + (float64(t)+0.5)*float64(step)
		return []float64{
			1, math.Sin(2 * math.Pi * day / yearDays), math.Cos(2 * math.Pi * day / yearDays),
			math.Sin(4 * math.Pi * day / yearDays), math.Cos(4 * math.Pi * day / yearDays),
		}
	}
	var known []int
	twelfths := map[int]bool{}
	for t, v := range values[:min(past, len(values))] {
		if v == v {
			known = append(known, t)
			twelfths[int(math.Floor(12*math.Mod(float64(first)+float64(t)*float64(step), yearDays)/yearDays))] = true
		}
	}
	climate := func(int) float64 { return math.NaN() }
	recent := known
	if len(known) > 0 && (known[len(known)-1]-known[0]+1)*int(step) >= 365 && len(twelfths) == 12 {
		rows, right := []float64{}, []float64{}
		for _, t := range known {
			rows, right = append(rows, wave(t)...), append(right, float64(values[t]))
		}
		for k := 1; k < 5; k++ {
			row := make([]float64, 5)
			row[k] = math.Sqrt(prior / float64(step) / 2)
			rows, right = append(rows, row...), append(right, 0)
		}
		var x mat.VecDense
		if err := x.SolveVec(mat.NewDense(len(right), 5, rows), mat.NewVecDense(len(right), right)); err != nil {
			panic(err)
		}
		climate = func(t int) float64 { return mat.Dot(&x, mat.NewVecDense(5, wave(t))) }
	} else if len(known) > 0 {
		recent = slices.DeleteFunc(slices.Clone(known), func(t int) bool { return t <= known[len(known)-1]-max(28/int(step), 8) })
		sum := 0.0
		for _, t := range recent {
			sum += float64(values[t])
		}
		climate = func(int) float64 { return sum / float64(len(recent)) }
	}
	var one, other []float64
	for _, t := range recent {
		if slices.Contains(recent, t+1) {
			one, other = append(one, float64(values[t])-climate(t)), append(other, float64(values[t+1])-climate(t+1))
		}
	}
	rho := 0.0
	if len(one) >= 8 {
		n := len(one)
		a, b := mat.NewVecDense(n, one), mat.NewVecDense(n, other)
		rho = min(max(2*mat.Dot(a, b)/(mat.Dot(a, a)+mat.Dot(b, b)), 0), 0.98)
	}
	out := make([]float32, until)
	for t := range out {
		switch {
		case t < len(values) && (values[t] == values[t] || t < past):
			out[t] = values[t]
		case t < past:
			out[t] = nan
		default:
			last := t - 1
			for last >= 0 && (last >= len(values) || values[last] != values[last]) {
				last--
			}
			off := 0.0
			if last >= 0 {
				off = float64(values[last]) - climate(last)
				for range t - last {
					off *= rho
				}
			}
			out[t] = float32(climate(t) + off)
			if slices.IndexFunc(values, func(v float32) bool { return v < 0 }) < 0 {
				out[t] = max(out[t], 0)
			}
		}
	}
	return out
}

func TestExpectAsNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	near := cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 2e-3)}
	for k := range 60 {
		first := daycast.Day(rng.IntN(20_000))
		step := []daycast.Step{daycast.Daily, daycast.Weekly}[k%2]
		past := 1 + rng.IntN([]int{20, 300, 900}[k%3])
		values := weatherOf(past+rng.IntN(10), first, 0.8, rng)
		for t := range values {
			if rng.IntN(10) == 0 || k%5 == 0 && t > past/2 && t < past {
				values[t] = nan
			}
		}
		if !slices.ContainsFunc(values[:past], func(v float32) bool { return v == v }) {
			continue
		}
		want := naiveExpect(values, past, past+20, first, step)
		got, told, guessed := expect(slices.Clone(values), past, past+20, first, step)
		if diff := cmp.Diff(want, got[:past+20], near); diff != "" {
			t.Fatalf("series %d: %s", k, diff)
		}
		if told+guessed != 20 {
			t.Errorf("series %d: %d told and %d guessed of 20", k, told, guessed)
		}
	}
}

// TestExpectIsHonestAndGood: over many origins, what is expected errs no more
// than the climate alone does far ahead, and less near.
func TestExpectIsHonestAndGood(t *testing.T) {
	first := daycast.Day(18_000)
	truth := weatherOf(1200, first, 0.8, rand.New(rand.NewPCG(8, 9)))
	var expected, climate, last [15]float64
	for origin := 760; origin < 1180; origin++ {
		past := slices.Clone(truth[:origin])
		c := climateOf(past, first, daycast.Daily)
		got, _, _ := expect(past, origin, origin+15, first, daycast.Daily)
		for h := range 15 {
			x := float64(truth[origin+h])
			expected[h] += math.Abs(float64(got[origin+h]) - x)
			climate[h] += math.Abs(c.at(origin+h) - x)
			last[h] += math.Abs(float64(truth[origin-1]) - x)
		}
	}
	if expected[0] > 0.8*climate[0] || expected[14] > 1.02*climate[14] || expected[14] > 0.9*last[14] || expected[0] > last[0] {
		t.Errorf("sums of errors one day ahead %.0f, climate %.0f, last day %.0f; fifteen %.0f, %.0f, %.0f",
			expected[0], climate[0], last[0], expected[14], climate[14], last[14])
	}
}

// rainyShop sells two items at two places for 800 days, with the weather of
// place p: what came, and forecasts of each morning for the four days after.
// The weather of q is known from its last day alone.
func rainyShop(t *testing.T, step daycast.Step) (s *shop, truth []float32) {
	t.Helper()
	var b strings.Builder
	b.WriteString("item,place,day,units\n")
	first := on(t, "2022-01-03")
	for d := first; d < first+800; d++ {
		fmt.Fprintf(&b, "a,p,%s,3\nb,p,%s,2\na,q,%s,1\n", d, d, d)
	}
	s = mustLoad(t, b.String(), step)
	truth = weatherOf(820, first, 0.8, rand.New(rand.NewPCG(1, 1)))
	add := func(place string, day, known daycast.Day, v float32) {
		s.signals = append(s.signals, daycast.Signal{Name: "weather_max", Scope: daycast.ScopePlace, Key: place, Day: day, KnownAt: known, Value: v})
	}
	for k := range 804 {
		day := first + daycast.Day(k)
		for lead := daycast.Day(4); lead >= 1; lead-- {
			if day-lead >= first+600 && day-lead < first+800 {
				add("p", day, day-lead, truth[k]+0.1*float32(lead))
			}
		}
		if k < 800 {
			add("p", day, day, truth[k])
		}
	}
	add("q", first+799, first+799, 5)
	return s, truth
}

func TestOutlook(t *testing.T) {
	s, truth := rainyShop(t, daycast.Daily)
	first := on(t, "2022-01-03")
	for _, test := range []struct {
		origin    daycast.Day
		forecasts int // days ahead that had one
	}{{first + 799, 4}, {first + 700, 4}, {first + 599, 0}} {
		b := s.builder(10)
		b.Outlook = []string{"weather_"}
		p, found, err := b.Build(t.Context(), test.origin)
		if err != nil {
			t.Fatal(err)
		}
		g := signalOf(p, "weather_max")
		i := slices.IndexFunc(p.Series, func(s daycast.Series) bool { return s.Place == "p" })
		n := int(test.origin-first) + 1
		known := slices.Clone(truth[:n])
		for h := range test.forecasts {
			known = append(known, truth[n+h]+0.1*float32(h+1))
		}
		want := naiveExpect(known, n, n+10, first, daycast.Daily)
		for d := first; d <= test.origin+10; d++ {
			if v := g.At(i, d); math.Abs(float64(v-want[d-first])) > 2e-3 {
				t.Fatalf("origin %s, %s: %v, want %v", test.origin, d, v, want[d-first])
			}
		}
		if v := g.At(i, test.origin+11); v == v || !g.Future {
			t.Errorf("beyond the horizon: %v", v)
		}
		// Two series at p; of q one value is known, and only at the last origin.
		ahead := Outlook{Forecast: 2 * test.forecasts, Expected: 2 * (10 - test.forecasts)}
		if test.origin == first+799 {
			ahead.Expected += 10
			j := slices.IndexFunc(p.Series, func(s daycast.Series) bool { return s.Place == "q" })
			if g.At(j, test.origin+3) != 5 {
				t.Errorf("q has %v, want its only value", g.At(j, test.origin+3))
			}
		}
		if found.Outlook["weather_max"] != ahead {
			t.Errorf("origin %s: found %+v, want %+v", test.origin, found.Outlook, ahead)
		}
	}
}

// TestOutlookPoisoned changes all that became known after the origin: no value
// of the panel changes.
func TestOutlookPoisoned(t *testing.T) {
	for _, step := range []daycast.Step{daycast.Daily, daycast.Weekly} {
		s, _ := rainyShop(t, step)
		origin := on(t, "2022-01-03") + 650
		b := s.builder(4)
		b.Outlook = []string{"weather_"}
		want, _, err := b.Build(t.Context(), origin)
		if err != nil {
			t.Fatal(err)
		}
		known := want.Origin + daycast.Day(step) - 1
		changed := 0
		for k := range s.signals {
			if s.signals[k].KnownAt > known {
				s.signals[k].Value = 1e6
				changed++
			}
		}
		got, _, err := b.Build(t.Context(), origin)
		if err != nil || changed < 100 {
			t.Fatal(changed, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("step %d: %s", step, diff)
		}
		g := signalOf(got, "weather_max")
		for h := range 4 {
			if v := g.At(0, got.Origin+daycast.Day(step)*daycast.Day(h+1)); v != v || v > 60 {
				t.Errorf("step %d, %d ahead: %v", step, h+1, v)
			}
		}
	}
}

// TestNoOutlook leaves signals alone that nobody named.
func TestNoOutlook(t *testing.T) {
	s, _ := rainyShop(t, daycast.Daily)
	origin := on(t, "2022-01-03") + 599
	p, found := s.panel(t, origin, 10)
	if g := signalOf(p, "weather_max"); g.Future || found.Outlook != nil {
		t.Errorf("future %v, found %v", g.Future, found.Outlook)
	}
}
