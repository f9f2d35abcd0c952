package trend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"daycast"
)

const (
	// chance is how seldom a trend without a lead may pass for one with it.
	chance = 0.01
	// shuffles make out chances of a tenth of chance; enough that come as high
	// end them early (Besag and Clifford, 1991).
	shuffles = 999
	enough   = 50
)

// A pace is how often a trend has a new value, and what follows from that. All
// but step count periods.
type pace struct {
	step    int // days of a period
	own     int // own past that a series is rid of
	longest int // lead that is looked at
	block   int // periods that are shuffled together
	min     int // that are needed: half a year of days, two years of weeks
	name    string
}

var (
	byDay  = pace{step: 1, own: 14, longest: 28, block: 7, min: 180, name: "days"}
	byWeek = pace{step: 7, own: 4, longest: 8, block: 4, min: 100, name: "weeks"}
)

// A Finding is whether a trend runs ahead of a demand.
type Finding struct {
	Leads       bool
	Days        int     // lead at which the two go together most
	Correlation float64 // at that lead, of what their own pasts do not tell
	Chance      float64 // share of shuffled trends that go together as well at any lead
	Same        float64 // correlation of the same day or week, which helps no forecast
	Why         string  // why nothing was found, where that is not chance
}

func (f Finding) String() string {
	switch {
	case f.Why != "":
		return "does not lead: " + f.Why
	case f.Leads:
		return fmt.Sprintf("leads by %d days (correlation %.2f, by chance in %.1f%%)", f.Days, f.Correlation, 100*f.Chance)
	}
	return fmt.Sprintf("does not lead (at best %.2f at %d days, by chance in %.0f%%; %.2f at the same time)", f.Correlation, f.Days, 100*f.Chance, f.Same)
}

// Lead tells whether a trend's past says something of a demand that the
// demand's own past does not: whether it is worth anything in a forecast. The
// trend is the values of one signal, scope and key, by day, with the days on
// which they were known; demand is units a day from first on, NaN where not
// known. A backtest may only ask with what was known at its origin.
//
// Both are taken as logarithms and rid of their weekdays and of what their own
// last 14 days tell, by least squares (Haugh's double prewhitening, 1976). What
// is left is correlated at leads of 1 to 28 days, a pair of days counting where
// the trend was known before the day of the demand. The highest of those is
// compared with the highest of the same trend with its weeks dealt anew, 999
// times: no normal law is needed, and that 28 leads were tried is accounted for.
// A trend leads where at most 1 in 100 of them come as high. That the two move on
// the same day does not count. A trend that has one value a week is compared with
// the demand of weeks, at 1 to 8 weeks.
func Lead(trend []daycast.Signal, first daycast.Day, demand []float64) Finding {
	p := byDay
	if begins, ok := weekly(trend); ok {
		p = byWeek
		from := begins + max(first-begins+6, 0)/7*7
		demand = weeksOf(demand[min(int(from-first), len(demand)):])
		first = from
	}
	n := len(demand)
	if n < p.min {
		return Finding{Chance: 1, Why: fmt.Sprintf("%d %s are too few to tell, want %d", n, p.name, p.min)}
	}
	values, wait := make([]float64, n), make([]int, n)
	for t := range values {
		values[t] = math.NaN()
	}
	for _, s := range trend {
		// The value that was first known counts, of a week that of its first day.
		if days := int(s.Day - first); days >= 0 && days/p.step < n && math.IsNaN(values[days/p.step]) {
			values[days/p.step], wait[days/p.step] = float64(s.Value), max(int(s.KnownAt-s.Day), 0)
		}
	}
	u, okU := p.innovations(values, first)
	e, okE := p.innovations(demand, first)
	if !okU || !okE {
		which := "the demand"
		if !okU {
			which = "the trend"
		}
		return Finding{Chance: 1, Why: fmt.Sprintf("%s hardly varies, or has too few %s in a row", which, p.name)}
	}
	return p.compare(u, e, wait)
}

// weekly is the first day on which a week of the trend begins, where its days are
// known by weeks.
func weekly(trend []daycast.Signal) (begins daycast.Day, ok bool) {
	together, found := 0, false
	for k := 1; k < len(trend); k++ {
		if trend[k].KnownAt == trend[k-1].KnownAt {
			together++
		} else if !found {
			begins, found = trend[k].Day, true
		}
	}
	return begins, found && 10*together >= 7*len(trend)
}

// weeksOf sums whole weeks. A day that is not known is as its week's others; a
// week of which most is not known is not known.
func weeksOf(days []float64) []float64 {
	var weeks []float64
	for ; len(days) >= 7; days = days[7:] {
		sum, n := 0.0, 0
		for _, v := range days[:7] {
			if v == v {
				sum, n = sum+v, n+1
			}
		}
		if n < 4 {
			sum = math.NaN()
		}
		weeks = append(weeks, sum/float64(n)*7)
	}
	return weeks
}

func (p pace) compare(u, e []float64, wait []int) Finding {
	f := Finding{Same: p.correlation(u, e, nil, 0).r, Chance: 1}
	lead, best := p.strongest(u, e, wait)
	if lead == 0 {
		f.Why = "too few " + p.name + " on which it was known in time"
		return f
	}
	f.Days, f.Correlation = lead*p.step, best.r
	r := rand.New(rand.NewPCG(1991, 7)) //nolint:gosec // the same shuffles each time
	dealt, late := slices.Clone(u), slices.Clone(wait)
	n, higher := 0, 0
	for n < shuffles && higher < enough {
		n++
		for k, from := range r.Perm(len(u) / p.block) {
			to, from := k*p.block, from*p.block
			copy(dealt[to:to+p.block], u[from:])
			copy(late[to:to+p.block], wait[from:])
		}
		if _, other := p.strongest(dealt, e, late); other.size() >= best.size() {
			higher++
		}
	}
	if f.Chance = float64(higher) / float64(n); higher < enough {
		f.Chance = float64(1+higher) / float64(1+n)
	}
	f.Leads = f.Chance <= chance
	return f
}

// strongest is the lead at which a trend and the demand go together most; 0: at
// none are there pairs enough.
func (p pace) strongest(u, e []float64, wait []int) (lead int, best pairs) {
	for k := 1; k <= p.longest; k++ {
		c := p.correlation(u, e, wait, k)
		if c.n >= len(u)/2 && c.size() > best.size() {
			lead, best = k, c
		}
	}
	return lead, best
}

// pairs are the correlation of so many pairs of periods.
type pairs struct {
	r float64
	n int
}

// size makes correlations of different numbers of pairs comparable.
func (c pairs) size() float64 { return math.Abs(c.r) * math.Sqrt(float64(c.n)) }

// correlation is that of the demand and the trend k periods before; with wait,
// in days, where the trend was known before the demand's period.
func (p pace) correlation(u, e []float64, wait []int, k int) pairs {
	var n, su, se, suu, see, sue float64
	for t := k; t < len(e); t++ {
		j := t - k
		if e[t] != e[t] || u[j] != u[j] || wait != nil && wait[j] >= k*p.step {
			continue
		}
		n++
		su += u[j]
		se += e[t]
		suu += u[j] * u[j]
		see += e[t] * e[t]
		sue += u[j] * e[t]
	}
	if n < 2 {
		return pairs{}
	}
	vu, ve := suu-su*su/n, see-se*se/n
	if !(vu > 1e-9*n && ve > 1e-9*n) {
		return pairs{n: int(n)}
	}
	return pairs{(sue - su*se/n) / math.Sqrt(vu*ve), int(n)}
}

// innovations are what a series' weekdays and its own past do not tell of its
// logarithms, in their standard deviation; NaN where a period or one of those
// before it is not known. It is not ok where there is too little of them.
func (p pace) innovations(values []float64, first daycast.Day) (left []float64, ok bool) {
	logs, left := make([]float64, len(values)), make([]float64, len(values))
	for t, v := range values {
		logs[t], left[t] = math.Log1p(max(v, 0)), math.NaN() // max keeps NaN
	}
	row := make([]float64, 7+p.own)
	x := mat.NewVecDense(len(row), row)
	fill := func(t int) (known bool) {
		clear(row)
		row[(first + daycast.Day(t*p.step)).Weekday()] = 1
		sum := logs[t]
		for k := range p.own {
			row[7+k] = logs[t-1-k]
			sum += row[7+k]
		}
		return sum == sum
	}
	moments, target := mat.NewSymDense(len(row), nil), mat.NewVecDense(len(row), nil)
	known := 0
	for t := p.own; t < len(logs); t++ {
		if fill(t) {
			known++
			moments.SymRankOne(moments, 1, x)
			target.AddScaledVec(target, logs[t], x)
		}
	}
	if known < p.min/2 {
		return nil, false
	}
	for k := range row { // a series that repeats itself has no unique answer
		moments.SetSym(k, k, moments.At(k, k)*(1+1e-9)+1e-9*float64(known))
	}
	var factors mat.Cholesky
	var weights mat.VecDense
	if !factors.Factorize(moments) || factors.SolveVecTo(&weights, target) != nil {
		return nil, false
	}
	squares := 0.0
	for t := p.own; t < len(logs); t++ {
		if fill(t) {
			left[t] = logs[t] - mat.Dot(&weights, x)
			squares += left[t] * left[t]
		}
	}
	deviation := math.Sqrt(squares / float64(known))
	if deviation < 1e-4 { // of a hundredth of a percent
		return nil, false
	}
	for t := range left {
		left[t] /= deviation
	}
	return left, true
}
