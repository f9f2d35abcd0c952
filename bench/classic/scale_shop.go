package main

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"daycast"
)

// simulated is a shop of n series that exists a block at a time: each walk
// makes the same blocks again, in the same memory.
type simulated struct {
	n, block, periods int
	panel             daycast.Panel
	making            float64 // CPU seconds that blocks took
}

// Blocks makes the shop's.
func (s *simulated) Blocks(ctx context.Context) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		for from := 0; from < s.n; from += s.block {
			began := cpuSeconds()
			p := s.make(from, min(from+s.block, s.n))
			s.making += cpuSeconds() - began
			if !yield(p, ctx.Err()) {
				return
			}
		}
	}
}

// scaleOrigin is Sunday 2024-10-06.
const scaleOrigin daycast.Day = 20002

func (s *simulated) make(from, to int) *daycast.Panel {
	p := &s.panel
	*p = daycast.Panel{
		Step: daycast.Daily, Origin: scaleOrigin, NonNegative: true,
		Series: p.Series[:0], Offsets: append(p.Offsets[:0], 0), Start: p.Start[:0],
		Units: p.Units[:0], State: p.State[:0], Price: p.Price[:0],
	}
	for i := from; i < to; i++ {
		p.Series = append(p.Series, daycast.Series{Item: fmt.Sprintf("item-%07d", i)})
		p.Start = append(p.Start, scaleOrigin-daycast.Day(s.periods-1))
		s.sell(rand.New(rand.NewPCG(1, uint64(i))))
		p.Offsets = append(p.Offsets, len(p.Units))
	}
	p.Train = p.Units
	return p
}

// sell appends a series: a week's shape, a level as skewed as shops' are, with
// four in five below a piece a day, and one day in fifty lost.
func (s *simulated) sell(r *rand.Rand) {
	p := &s.panel
	level := math.Exp(1.5*r.NormFloat64() - 1.3)
	swing, phase := .5*r.Float64(), r.IntN(7)
	for t := range s.periods {
		day := level * (1 + swing*math.Cos(2*math.Pi*float64(t+phase)/7)) * r.ExpFloat64()
		units, state := float32(distuv.Poisson{Lambda: day, Src: r}.Rand()), daycast.Sold
		switch {
		case r.IntN(50) == 0:
			units, state = 0, daycast.Missing
		case units == 0:
			state = daycast.Zero
		}
		p.Units, p.State, p.Price = append(p.Units, units), append(p.State, state), append(p.Price, float32(math.NaN()))
	}
}
