package modeltest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"daycast"
)

// Origin is the last day of the suite's panels: Sunday 2024-10-06.
const Origin daycast.Day = 20002

// Constant is n periods of c.
func Constant(n int, c float32) []float32 {
	out := make([]float32, n)
	for t := range out {
		out[t] = c
	}
	return out
}

// Trend is n periods that begin at level and rise by slope each.
func Trend(n int, level, slope float32) []float32 {
	out := make([]float32, n)
	for t := range out {
		out[t] = level + slope*float32(t)
	}
	return out
}

// Weekly is n periods that repeat week, whose last value falls on the last.
func Weekly(n int, week ...float32) []float32 {
	out := make([]float32, n)
	for t := range out {
		back := (n - 1 - t) % len(week)
		out[t] = week[len(week)-1-back]
	}
	return out
}

// Noisy adds seeded noise of the given standard deviation to units, which
// stay above zero.
func Noisy(seed uint64, units []float32, sd float64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float32, len(units))
	for t, u := range units {
		out[t] = max(0, u+float32(sd*r.NormFloat64()))
	}
	return out
}

// Intermittent is n periods in which 1 to 2*size-1 pieces sell with the given
// chance, otherwise none.
func Intermittent(seed uint64, n int, chance float64, size int) []float32 {
	r := rand.New(rand.NewPCG(seed, 2))
	out := make([]float32, n)
	for t := range out {
		if r.Float64() < chance {
			out[t] = float32(1 + r.IntN(2*size-1))
		}
	}
	return out
}

// Counts is n periods of negative binomial demand with the given mean and a
// variance of mean + mean^2/size.
func Counts(seed uint64, n int, mean, size float64) []float32 {
	src := rand.NewPCG(seed, 5)
	level := distuv.Gamma{Alpha: size, Beta: size / mean, Src: src}
	out := make([]float32, n)
	for t := range out {
		out[t] = float32(distuv.Poisson{Lambda: level.Rand(), Src: src}.Rand())
	}
	return out
}

// Shop is a seeded daily panel of n series that start on different days, sell
// by the week at different speeds in three categories, and have days of every
// state, prices with changes, a promotion that is known ahead and raises
// sales, and a signal ("visits") that is not known ahead. Ahead holds 28 days.
func Shop(seed uint64, n, periods int) *daycast.Panel {
	r := rand.New(rand.NewPCG(seed, 3))
	promotion := make([]float32, periods+28)
	visits := make([]float32, periods)
	for t := range promotion {
		if r.IntN(10) == 0 {
			promotion[t] = 1
		}
	}
	for t := range visits {
		visits[t] = float32(100 + r.IntN(50))
	}
	series := make([]Series, n)
	for i := range series {
		series[i] = shopSeries(r, i, periods-r.IntN(periods/2), promotion[:periods])
	}
	p := Panel(Origin, series...)
	first := Origin - daycast.Day(periods-1)
	p.Signals = []daycast.PanelSignal{
		signal("promotion", n, first, promotion, true),
		signal("visits", n, first, visits, false),
	}
	p.Ahead = daycast.Ahead{Periods: 28, Price: Constant(n*28, NaN), Closed: make([]bool, n*28)}
	return p
}

func signal(name string, series int, first daycast.Day, values []float32, future bool) daycast.PanelSignal {
	return daycast.PanelSignal{
		Name: name, Future: future, Step: daycast.Daily, Vector: make([]int32, series),
		First: []daycast.Day{first}, Vectors: [][]float32{values},
	}
}

func shopSeries(r *rand.Rand, i, n int, promotion []float32) Series {
	s := Series{
		Category: fmt.Sprintf("category-%d", i%3),
		Units:    make([]float32, n), State: make([]daycast.DayState, n), Price: make([]float32, n),
	}
	level := math.Exp(3*r.Float64() - 1)
	price := float32(1 + r.IntN(20))
	for t := range n {
		if r.IntN(40) == 0 {
			price *= 1 + float32(r.IntN(5)-2)/20
		}
		s.Price[t] = price
		back := n - 1 - t
		demand := level * (1 + .5*math.Cos(2*math.Pi*float64(back%7)/7)) *
			(1 + float64(promotion[len(promotion)-1-back])) * r.ExpFloat64()
		s.Units[t] = float32(math.Round(demand))
		s.State[t] = shopState(r, s.Units[t], t)
	}
	return s
}

func shopState(r *rand.Rand, units float32, t int) daycast.DayState {
	switch k := r.IntN(50); {
	case t > 0 && k < 4:
		return [...]daycast.DayState{daycast.NotListed, daycast.StockOut, daycast.Closed, daycast.Missing}[k]
	case units != 0:
		return daycast.Sold
	}
	return daycast.Zero
}
