package forest

import (
	"math"
	"math/rand/v2"

	"daycast/model/tree"
)

// A bag is the rows that one tree sees, and who grows it.
type bag struct {
	grower *tree.Grower
	rows   []uint32
	own    []uint32 // a copy, which the grower reorders
	counts []uint32 // by row of the data, how often it was drawn; nil without Bootstrap
}

func (f *fit) newBag() *bag {
	b := &bag{grower: tree.NewGrower(f.X, tree.Options{
		Leaves: f.Leaves, Depth: f.Depth, MinRows: f.MinRows, MinHessian: 1e-9,
		TreeColumns: 1, SplitColumns: f.FeatureFraction, RandomCuts: f.RandomCuts,
	})}
	if f.Bootstrap {
		b.counts = make([]uint32, len(f.Y))
	}
	return b
}

// draw fills the bag and gives the grower the rows' gradients. The rows are
// ascending, each once.
func (b *bag) draw(f *fit, seed uint64) []uint32 {
	to := b.grower.Gradients()
	if b.counts == nil {
		copy(to, f.gradients)
		return tree.Sample(f.rows, f.Sample, seed)
	}
	clear(b.counts)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range max(1, int(math.Round(f.Sample*float64(len(f.rows))))) {
		b.counts[f.rows[rng.IntN(len(f.rows))]]++
	}
	b.rows = b.rows[:0]
	for _, r := range f.rows {
		if n := b.counts[r]; n > 0 {
			grad, hess := f.gradients.At(r)
			to.Set(r, tree.Finite(float64(n)*float64(grad)), float32(n)*hess)
			b.rows = append(b.rows, r)
		}
	}
	return b.rows
}

// weight is what a row of the bag counts for.
func (b *bag) weight(f *fit, r uint32) float64 {
	if b.counts == nil {
		return f.weight(r)
	}
	return float64(b.counts[r]) * f.weight(r)
}
