package pipeline

import (
	"fmt"
	"slices"
	"time"

	"daycast/evaluate"
)

// afterFit is how much longer than at the newest window the chosen models take in
// the end: the panel is a horizon longer, and intervals and the file are made.
const afterFit = 1.5

// afford leaves out of a choice, the lightest first, what there is no time to fit
// again by the end of the budget, and notes it. The heaviest stays.
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
	c.Members, c.Weights = slices.Clone(c.Members), weights(c)
	for len(c.Members) > 1 && together(took, c.Members) > left {
		lightest := slices.Index(c.Weights, slices.Min(c.Weights))
		out.Notes = append(out.Notes, fmt.Sprintf("%s was left out of what was chosen: there was no time to fit it again", c.Members[lightest]))
		c.Members = slices.Delete(c.Members, lightest, lightest+1)
		c.Weights = slices.Delete(c.Weights, lightest, lightest+1)
	}
	c.Score = evaluate.Pooled(out.Windows, c.Mean)
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
