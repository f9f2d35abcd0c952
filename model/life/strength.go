package life

import (
	"math"

	"daycast"
)

// trialDays are after how many days of their own past series are forecast.
var trialDays = [...]int{0, 1, 3, 7, 14, 28}

const (
	// aheadDays is how many days after those are forecast.
	aheadDays = 28
	// tried is how many launches, and how many mature series, are forecast at
	// most.
	tried = 2000
	// worthwhile is below which share of the loss without them curves are
	// trusted: smaller gains come and go from origin to origin.
	worthwhile = 0.95
)

// A trial is what a series had sold and was expected to by some day, and what
// came in the days after it.
type trial struct {
	known evidence
	sold  float64 // of the days after
	kin   float64 // what the kin would sell on them
}

// learn finds the Strength and the Trust with which past series' levels would
// have been forecast best: the launches that were seen, and mature series as if
// what came before their newest weeks were not known. For a series that begins
// in the data need not be new: items get other codes, and histories are cut.
// The level is that of gamma-Poisson shrinkage, but Strength stands for more
// than the gamma's shape: units come in clumps, and levels move.
func (r *Prior) learn(p *daycast.Panel, kin []int) {
	var begun []int
	for i := range p.Series {
		if p.Len(i) > 1 && seen(p, i, r.First) {
			begun = append(begun, i)
		}
	}
	begun, kin = few(begun, tried), few(kin, tried)
	at := r.Kin.reader(p)
	least := math.MaxFloat64
	for _, trust := range []float64{0, 0.5, 1} {
		var trials []trial
		for _, i := range begun {
			groups := at.groups(i)
			trials = r.launchTrials(trials, p, i, r.Kin.size(groups), r.Curves.of(groups, trust))
		}
		for _, i := range kin {
			groups := at.groups(i)
			trials = r.matureTrials(trials, p, i, r.Kin.size(groups), r.Curves.of(groups, trust))
		}
		strength := strengthOf(trials)
		if loss := missed(trials, strength); loss < worthwhile*least {
			least, r.Strength, r.Trust = loss, strength, trust
		}
	}
}

// strengthOf is the one with the least deviance.
func strengthOf(trials []trial) float64 {
	best, least := 1.0, math.Inf(1)
	for s := 1.0 / 8; s <= 1024; s *= math.Sqrt2 {
		if loss := lossOf(trials, s); loss < least {
			best, least = s, loss
		}
	}
	return best
}

// missed is by how many units forecasts were off, each and all together:
// without the latter those win that are too low.
func missed(trials []trial, strength float64) float64 {
	var sum, signed float64
	for _, t := range trials {
		e := t.kin*t.known.factor(strength) - t.sold
		sum += math.Abs(e)
		signed += e
	}
	return sum + math.Abs(signed)
}

// few are the indices, or, of more than most, every so many.
func few(indices []int, most int) []int {
	every := (len(indices) + most - 1) / most
	if every < 2 {
		return indices
	}
	var some []int
	for k := 0; k < len(indices); k += every {
		some = append(some, indices[k])
	}
	return some
}

// launchTrials adds those of series i, whose launch was seen.
func (r *Prior) launchTrials(trials []trial, p *daycast.Panel, i int, x float64, c Curve) []trial {
	for _, days := range trialDays {
		n := days / int(p.Step)
		if n >= p.Len(i) {
			break
		}
		t := trial{known: r.evidenceOf(p, i, n, x, c)}
		t.sold, t.kin = r.expect(p, i, n, 0, x, c)
		trials = append(trials, t)
	}
	return trials
}

// matureTrials adds those of mature series i.
func (r *Prior) matureTrials(trials []trial, p *daycast.Panel, i int, x float64, c Curve) []trial {
	end := p.Len(i) - periods(p.Step, aheadDays)
	for _, days := range trialDays {
		start := end - days/int(p.Step)
		if start < 0 {
			break
		}
		var t trial
		t.known.sold, t.known.expected = r.between(p, i, start, end, start, x, c)
		t.sold, t.kin = r.expect(p, i, end, start, x, c)
		trials = append(trials, t)
	}
	return trials
}

// expect is what series i sold in the days after period n, and what its kin
// would if it had begun at period start.
func (r *Prior) expect(p *daycast.Panel, i, n, start int, x float64, c Curve) (sold, kin float64) {
	return r.between(p, i, n, n+periods(p.Step, aheadDays), start, x, c)
}

func (r *Prior) between(p *daycast.Panel, i, from, to, start int, x float64, c Curve) (sold, kin float64) {
	state, units := p.StateOf(i), p.SpreadOf(i)
	for t := from; t < min(to, len(state)); t++ {
		if s := r.Sizes.at(day(p, i, t)); state[t].Evidence() && s > 0 {
			sold += float64(units[t])
			kin += x * s * c.at((t-start)*int(p.Step))
		}
	}
	return max(0, sold), kin
}

// lossOf is the Poisson deviance of what came, but for what is the same for
// all.
func lossOf(trials []trial, strength float64) float64 {
	loss := 0.0
	for _, t := range trials {
		if mean := t.kin * t.known.factor(strength); mean > 0 {
			loss += mean - t.sold*math.Log(mean)
		}
	}
	return loss
}

// factor is the level relative to the kin's.
func (e evidence) factor(strength float64) float64 {
	return (strength + e.sold) / (strength + e.expected)
}
