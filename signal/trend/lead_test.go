package trend_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"daycast"
	"daycast/signal/trend"
)

// made is a trend and a demand over so many days: the demand follows the trend's
// swings after the lead, a negative one never.
func made(seed uint64, days, lead int, strength float64) (trend []daycast.Signal, demand []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	swings := make([]float64, days)
	mood, taste := 0.0, 0.0
	for t := range days {
		mood = 0.6*mood + 0.3*r.NormFloat64()
		swings[t] = mood
	}
	demand = make([]float64, days)
	for t := range days {
		weekday := 0.3 * math.Sin(2*math.Pi*float64(t)/7)
		taste = 0.7*taste + 0.15*r.NormFloat64()
		level := 4 + weekday + taste
		if lead >= 0 && t >= lead {
			level += strength * swings[t-lead]
		}
		demand[t] = math.Round(math.Exp(level + 0.1*r.NormFloat64()))
		trend = append(trend, daycast.Signal{Name: "trend_x", Day: day0 + daycast.Day(t), KnownAt: day0 + daycast.Day(t), Value: float32(math.Round(math.Exp(5 - weekday + swings[t])))})
	}
	return trend, demand
}

const day0 = 20000

func TestLead(t *testing.T) {
	for name, test := range map[string]struct {
		lead     int
		strength float64
		leads    bool
		lag      daycast.Day // of the trend's known-at
	}{
		"three days":                 {3, 0.5, true, 0},
		"three days, published late": {3, 0.5, true, 2},
		"two weeks":                  {14, 0.5, true, 0},
		"noise":                      {-1, 0, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(3) {
				rows, demand := made(seed, 700, test.lead, test.strength)
				for k := range rows {
					rows[k].KnownAt += test.lag
				}
				f := trend.Lead(rows, day0, demand)
				if f.Leads != test.leads || f.Leads && f.Days != test.lead {
					t.Errorf("seed %d: %s", seed, f)
				}
			}
		})
	}
}

// TestLeadSameDay: what comes on the same day, or is known too late, does not count.
func TestLeadSameDay(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 2))
		var rows []daycast.Signal
		var demand []float64
		for k := range 700 {
			swing := 0.3 * r.NormFloat64() // gone the next day
			rows = append(rows, daycast.Signal{Day: day0 + daycast.Day(k), KnownAt: day0 + daycast.Day(k), Value: float32(math.Exp(5 + swing))})
			demand = append(demand, math.Exp(4+swing+0.2*r.NormFloat64()))
		}
		if f := trend.Lead(rows, day0, demand); f.Leads || f.Same < 0.5 || !strings.HasPrefix(f.String(), "does not lead") {
			t.Errorf("seed %d: %s", seed, f)
		}
		rows, demand = made(seed, 700, 3, 0.5)
		for k := range rows {
			rows[k].KnownAt += 3
		}
		if f := trend.Lead(rows, day0, demand); f.Leads && f.Days <= 3 {
			t.Errorf("seed %d, known three days late: %s", seed, f)
		}
	}
}

// byWeek makes a trend one of weeks, as Google's files are: the mean of a week is
// known three days after it.
func byWeek(rows []daycast.Signal) []daycast.Signal {
	for from := 0; from < len(rows); from += 7 {
		week, sum := rows[from:min(from+7, len(rows))], float32(0)
		for _, r := range week {
			sum += r.Value
		}
		for k := range week {
			week[k].Value, week[k].KnownAt = sum/float32(len(week)), rows[from].Day+9
		}
	}
	return rows
}

// TestLeadByWeek: what leads by two weeks is found in weeks, and what leads by one
// is known too late.
func TestLeadByWeek(t *testing.T) {
	for seed := range uint64(5) {
		rows, demand := made(seed, 1100, 14, 0.7)
		rows = byWeek(rows)[4:] // from the middle of a week on
		if f := trend.Lead(rows, day0, demand); !f.Leads || f.Days != 14 {
			t.Errorf("seed %d: %s", seed, f)
		}
		rows, demand = made(seed, 1100, -1, 0)
		if f := trend.Lead(byWeek(rows), day0, demand); f.Leads {
			t.Errorf("seed %d, noise: %s", seed, f)
		}
		rows, demand = made(seed, 1100, 0, 0.7)
		if f := trend.Lead(byWeek(rows), day0, demand); f.Leads && f.Days < 14 || f.Same < 0.5 {
			t.Errorf("seed %d, the same week: %s", seed, f)
		}
	}
	rows, demand := made(1, 700, 14, 0.7)
	if f := trend.Lead(byWeek(rows), day0, demand); !strings.Contains(f.Why, "weeks are too few") {
		t.Errorf("got %s", f)
	}
}

// TestLeadByChance: of trends that say nothing, few lead.
func TestLeadByChance(t *testing.T) {
	leads := 0
	const trends = 100
	for seed := range uint64(trends) {
		rows, demand := made(1000+seed, 200, -1, 0)
		if trend.Lead(rows, day0, demand).Leads {
			leads++
		}
	}
	if leads > 4 { // 1 is expected; more than 4 would come in 1 of 300 such tests
		t.Errorf("%d of %d trends of noise lead", leads, trends)
	}
}

func TestLeadTooLittle(t *testing.T) {
	rows, demand := made(1, 700, 3, 0.5)
	for name, test := range map[string]struct {
		rows   []daycast.Signal
		demand []float64
		why    string
	}{
		"few days":       {rows, demand[:150], "150 days are too few"},
		"no trend":       {nil, demand, "the trend hardly varies"},
		"no demand":      {rows, make([]float64, 700), "the demand hardly varies"},
		"known too late": {late(rows), demand, "too few days on which it was known"},
	} {
		if f := trend.Lead(test.rows, day0, test.demand); f.Leads || f.Chance != 1 || !strings.Contains(f.String(), test.why) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func late(rows []daycast.Signal) []daycast.Signal {
	var all []daycast.Signal
	for _, r := range rows {
		r.KnownAt += 40
		all = append(all, r)
	}
	return all
}
