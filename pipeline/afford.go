package pipeline

import (
	"fmt"
	"slices"
	"time"

	"daycast/evaluate"
)

// afterFit is how much longer than at the newest window the chosen models take in
// the end: the panel is a horizon longer, and intervals and the file are made.
const afterFit = 1.25

// core is the share of a choice's weights from which on a model stays, whatever it
// takes: better late than by a model that nobody would have chosen.
const core = 1. / 6

// afford leaves out of a choice, the lightest first, what there is no time to fit
// again by the end of the budget, and notes it. Those of the core stay.
func (out *Learned) afford(l Learning, c evaluate.Choice) evaluate.Choice {
	if l.Until.IsZero() {
		return c
	}
	left := time.Duration(float64(l.Until.Sub(l.Now())) / afterFit)
	took := map[string]time.Duration{}
	for _, a := range out.Windows[0].Models {
		took[a.Model] = time.Duration(a.Seconds * float64(time.Second))
	}
	if c.BySeries != nil && together(took, c.BySeries.Members()) > left {
		c.BySeries = nil
	}
	if c.BySeries != nil || together(took, c.Members) <= left {
		return c
	}
	chosen, all := len(c.Members), 0
	c.Members, c.Weights = slices.Clone(c.Members), weights(c)
	for _, w := range c.Weights {
		all += w
	}
	for together(took, c.Members) > left && float64(slices.Min(c.Weights)) < core*float64(all) {
		lightest := slices.Index(c.Weights, slices.Min(c.Weights))
		out.Notes = append(out.Notes, fmt.Sprintf("%s was left out of what was chosen: there was no time to fit it again", c.Members[lightest]))
		c.Members = slices.Delete(c.Members, lightest, lightest+1)
		c.Weights = slices.Delete(c.Weights, lightest, lightest+1)
	}
	if len(c.Members) < chosen {
		c.Score = evaluate.Pooled(out.Windows, c.Mean)
	}
	return c
}

func weights(c evaluate.Choice) []int {
	out := make([]int, len(c.Members))
	for k := range out {
		out[k] = c.Weight(k)
	}
	return out
}

func together(took map[string]time.Duration, names []string) (all time.Duration) {
	for _, name := range names {
		all += took[name]
	}
	return all
}
