package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// dice are the randomness of one thing in the shop. Each thing has its own,
// from the shop's seed and the thing's number, so that it comes out alike in
// whatever order the things are made.
type dice struct {
	*rand.Rand
	source rand.Source
}

// A kind keeps the things of one kind apart from those of another.
type kind uint64

const (
	diceOfPlace kind = iota + 1
	diceOfItem
	diceOfGroup
	diceOfCustomer
	diceOfCalendar
)

func newDice(seed uint64, k kind, number int) dice {
	source := rand.NewPCG(mix(seed), mix(uint64(k)<<56|uint64(number)))
	return dice{rand.New(source), source}
}

// mix spreads neighbouring numbers over all 64 bits: SplitMix64's finaliser,
// Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators".
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// days is a whole number in [low, high].
func (d dice) days(low, high int) int { return low + d.IntN(high-low+1) }

func (d dice) lognormal(mu, sigma float64) float64 { return math.Exp(mu + sigma*d.NormFloat64()) }

// geometric is the number of failures before a success of chance p.
func (d dice) geometric(p float64) int { return int(math.Log(1-d.Float64()) / math.Log(1-p)) }

// negativeBinomial has the mean and the variance mean + mean*mean/shape.
func (d dice) negativeBinomial(mean, shape float64) int {
	if mean <= 0 {
		return 0
	}
	rate := distuv.Gamma{Alpha: shape, Beta: shape / mean, Src: d.source}.Rand()
	if rate <= 0 {
		return 0
	}
	return int(distuv.Poisson{Lambda: rate, Src: d.source}.Rand())
}

// pareto is >= 1 and exceeds x with chance x^-shape, but is never over limit.
func (d dice) pareto(shape, limit float64) float64 {
	return min(limit, math.Pow(1-d.Float64(), -1/shape))
}

func (d dice) oneOf(texts []string) string { return texts[d.IntN(len(texts))] }
