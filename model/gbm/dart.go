package gbm

import (
	"math/rand/v2"
)

// DART drops random trees while the next is grown, so that later trees do not
// only polish what the first ones did. With k trees dropped the new one is
// multiplied by 1/(k+1) and the dropped ones by k/(k+1): Rashmi, Gilad-Bachrach
// (2015), "DART: dropouts meet multiple additive regression trees". The zero
// DART is off.
type DART struct {
	Drop    float64 // the chance of each tree, in [0, 1]; LightGBM's is 0.1
	Skip    float64 // the chance that a round drops none, in [0, 1]; LightGBM's is 0.5, the paper's 0
	MaxDrop int     // trees dropped at most; default 50
}

// choose draws the trees to drop.
func (d DART) choose(trees int, rng *rand.Rand) []int {
	if d.Drop == 0 || rng.Float64() < d.Skip {
		return nil
	}
	var dropped []int
	for _, t := range rng.Perm(trees) {
		if len(dropped) < d.MaxDrop && rng.Float64() < d.Drop {
			dropped = append(dropped, t)
		}
	}
	return dropped
}

// drop takes trees out of the scores of training.
func (b *booster) drop(trees []int) {
	for _, t := range trees {
		b.move(b.ensemble.Tree(t), -1)
	}
}

// restore puts dropped trees back, smaller.
func (b *booster) restore(trees []int) {
	k := float64(len(trees))
	for _, t := range trees {
		old := b.ensemble.Tree(t)
		smaller := old.Scaled(k / (k + 1))
		b.move(&smaller, 1)
		for _, s := range b.follows {
			s.move(old, -1)
			s.move(&smaller, 1)
		}
		b.ensemble.Replace(t, smaller)
	}
}
