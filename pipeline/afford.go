package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"daycast/evaluate"
	"daycast/model"
)

// afterFit is how much longer than at the newest window the chosen models take in
// the end: the panel is a horizon longer, and intervals and the file are made.
const afterFit = 1.35

// afford has members of a choice forecast as they were fitted at the newest window,
// a horizon earlier, where there is no time to fit them again by the end of the
// budget, and notes it. The quickest are fitted again first. Other fits of that
// window are let go of.
func (out *Learned) afford(l Learning, c evaluate.Choice) {
	if l.Until.IsZero() {
		return
	}
	members := c.Members
	if c.BySeries != nil {
		members = c.BySeries.Members()
	}
	newest := out.Windows[0]
	left := l.Until.Sub(l.Now()).Seconds() / afterFit
	var fits []evaluate.Attempt
	for k, a := range newest.Models {
		newest.Models[k].Fitted = nil
		if slices.Contains(members, a.Model) {
			fits, left = append(fits, a), left-(a.Seconds-a.Fitting)
		}
	}
	slices.SortStableFunc(fits, func(a, b evaluate.Attempt) int { return cmp.Compare(a.Fitting, b.Fitting) })
	out.early = map[string]model.Fitted{}
	for _, a := range fits {
		if left -= a.Fitting; left < 0 && a.Fitted != nil {
			out.early[a.Model] = a.Fitted
			out.Notes = append(out.Notes, fmt.Sprintf("%s learnt from what was known on %s: there was no time to fit it again", a.Model, newest.Origin))
		}
	}
}
