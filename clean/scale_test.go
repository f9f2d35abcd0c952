package clean

import (
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"daycast"
)

// sold is a series by its prices and units of each day; no units: no sale.
func sold(item string, days int, at func(d int) (price, units float64)) (facts []daycast.Fact) {
	for d := range days {
		price, units := at(d)
		if units == 0 {
			continue
		}
		day := daycast.Day(19000 + d)
		facts = append(facts, daycast.Fact{Series: daycast.Series{Item: item}, Day: day, KnownAt: day, Price: float32(price), Units: float32(units)})
	}
	return facts
}

func watched(t testing.TB, facts []daycast.Fact) ([]daycast.Fact, *Report) {
	t.Helper()
	var report Report
	var in iter.Seq2[daycast.Fact, error] = func(yield func(daycast.Fact, error) bool) {
		for _, f := range facts {
			if !yield(f, nil) {
				return
			}
		}
	}
	var out []daycast.Fact
	for f, err := range (Scales{}).Facts(t.Context(), in, &report) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out, &report
}

func TestUnitChange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	poisson := func(mean float64) (n float64) {
		for p := random.ExpFloat64(); p < mean; p += random.ExpFloat64() {
			n++
		}
		return n
	}
	for name, tt := range map[string]struct {
		at   func(d int) (price, units float64)
		want string // of the report's example; "" for none
	}{
		"pieces to dozens": {func(d int) (float64, float64) {
			if d < 60 {
				return 2, poisson(24)
			}
			return 22, poisson(2)
		}, "from 2022-03-09 on the price is 22 instead of 2"},
		"boxes to pieces": {func(d int) (float64, float64) {
			if d < 60 {
				return 60, poisson(1)
			}
			return 6.3, poisson(10)
		}, "as if units were pieces where they were packs of 10"},
		"a day between": {func(d int) (float64, float64) {
			switch {
			case d < 60:
				return 2, 24
			case d == 60:
				return 5, 10
			}
			return 12, 4
		}, "as if units were packs of 6"},
		"a price that rises": {func(d int) (float64, float64) {
			if d < 60 {
				return 2, poisson(24)
			}
			return 3, poisson(12)
		}, ""},
		"dearer, and sold as before": {func(d int) (float64, float64) {
			if d < 60 {
				return 2, poisson(12)
			}
			return 24, poisson(12)
		}, ""},
		"it does not last": {func(d int) (float64, float64) {
			if d/10%2 == 0 {
				return 2, poisson(24)
			}
			return 24, poisson(2)
		}, ""},
		"too few to tell": {func(d int) (float64, float64) {
			if d%20 == 0 {
				return 2 + 22*float64(d/60), 1
			}
			return 0, 0
		}, ""},
	} {
		random = rand.New(rand.NewPCG(1, 2)) // whatever the order of the cases
		_, report := watched(t, sold("mug", 120, tt.at))
		got := report.Of("unit_change")
		if (tt.want == "") != (got.Rows == 0) || tt.want != "" && !strings.Contains(got.Examples[0], tt.want) {
			t.Errorf("%s: %+v, want %q", name, got, tt.want)
		}
	}
}

func TestPriceScale(t *testing.T) {
	facts := append(sold("mug", 60, func(d int) (float64, float64) {
		switch {
		case d == 30 || d == 31: // cents
			return 249, 7
		case d == 45: // an honest sale
			return 1.25, 20
		case d == 59: // the last day
			return 0.025, 7
		}
		return 2.5, 7
	}), sold("sack", 60, func(d int) (float64, float64) { // the unit changed, and only that
		if d < 50 {
			return 0.1, 500
		}
		return 10, 5
	})...)
	out, report := watched(t, facts)
	if len(out) != len(facts) {
		t.Fatalf("%d facts of %d", len(out), len(facts))
	}
	for i, f := range out {
		slip := f.Series.Item == "mug" && (f.Day == 19030 || f.Day == 19031 || f.Day == 19059)
		if unknown := math.IsNaN(float64(f.Price)); unknown != slip || f.Units != facts[i].Units {
			t.Errorf("%+v", f)
		}
	}
	slips, units := report.Of("price_scale"), report.Of("unit_change")
	if slips.Rows != 3 || slips.Examples[0] != "mug: on 2022-02-07 the price is 249, around it 2.5: 100 times" {
		t.Errorf("%+v", slips)
	}
	if units.Rows != 1 || !strings.HasPrefix(units.Examples[0], "sack: from 2022-02-27 on") {
		t.Errorf("%+v", units)
	}
}

// Whatever prices are, all facts come through in order and only prices differ.
func FuzzScales(f *testing.F) {
	f.Add([]byte{1, 2, 100, 200, 3, 3, 3, 3, 3, 255})
	f.Fuzz(func(t *testing.T, text []byte) {
		facts := sold("mug", len(text), func(d int) (float64, float64) {
			return math.Pow(10, float64(text[d]%7)-3) * float64(text[d]), float64(text[d] % 5)
		})
		out, _ := watched(t, facts)
		for i := range facts {
			if out[i].Day != facts[i].Day || out[i].Units != facts[i].Units {
				t.Fatalf("%+v became %+v", facts[i], out[i])
			}
		}
	})
}
