package gbm

import (
	"math/rand/v2"
	"sync"

	"daycast/model/tree"
)

// maxStep bounds a leaf's Newton step on the log and logistic scales, where a
// leaf whose mean is far above its prediction would ask for exp(y/mu). A
// choice: at the default learning rate a tree moves a prediction by a factor
// of 1.22 at most.
const maxStep = 2

// scored are rows with the sum of the trees so far.
type scored struct {
	target
	matrix *tree.Matrix
	rows   []uint32  // that count, ascending
	score  []float64 // by row of the matrix: start, offset and trees
	team   *tree.Team
}

// newScored starts the rows from a whole ensemble.
func newScored(d Data, rows []uint32, e *tree.Ensemble, team *tree.Team) *scored {
	s := &scored{
		target: target{d.Y, tree.Relative(d.Weight, rows), d.Offset},
		matrix: d.X, rows: rows, score: make([]float64, len(d.Y)), team: team,
	}
	for _, r := range rows {
		s.score[r] = e.Start() + s.shift(r)
	}
	for t := range e.Trees() {
		s.move(e.Tree(t), 1)
	}
	return s
}

// move adds a tree to the scores, times factor.
func (s *scored) move(t *tree.Tree, factor float64) {
	s.team.Spans(len(s.rows), func(begin, end int) {
		for _, r := range s.rows[begin:end] {
			s.score[r] += factor * float64(t.Value(s.matrix, r))
		}
	})
}

// A booster is training under way.
type booster struct {
	Regressor
	*scored
	seed      uint64
	gradients tree.Gradients
	spare     sync.Pool // of derivations
	drawn     []float32 // by row: its weight in this round's leaves, where GOSS changes it
	grower    *tree.Grower
	own       []uint32 // see toReorder
	ensemble  *tree.Ensemble
	follows   []*scored // other rows, whose scores move too
}

func (r Regressor) newBooster(d Data, rows []uint32, o TrainOptions, team *tree.Team) *booster {
	b := &booster{
		Regressor: r, seed: o.Seed,
		grower: tree.NewGrower(d.X, r.growth(team)),
	}
	b.gradients = b.grower.Gradients()
	if o.From != nil {
		b.ensemble = o.From.ensemble.Clone()
	} else {
		start := r.Objective.start(rows, target{d.Y, tree.Relative(d.Weight, rows), d.Offset})
		b.ensemble = tree.NewEnsemble(d.X.Bins(), start, r.Objective.link())
	}
	b.scored = newScored(d, rows, b.ensemble, team)
	return b
}

// add grows tree t and moves the scores.
func (b *booster) add(t uint64) {
	rng := rand.New(rand.NewPCG(b.seed, t))
	rows := tree.Sample(b.rows, b.RowFraction, rng.Uint64())
	growSeed := rng.Uint64()
	dropped := b.DART.choose(b.ensemble.Trees(), rng)
	b.drop(dropped)
	b.differentiate(rows)
	if b.GOSS.on() {
		rows = b.draw(rng.Uint64())
	}
	all := len(rows) == len(b.rows)
	// Where trees were dropped, this one makes up for a part of them only.
	grown := b.grower.Grow(b.toReorder(rows, all), tree.Values{
		Rate: b.LearningRate / float64(1+len(dropped)), Renew: b.renewal(),
	}, growSeed)
	b.ensemble.Add(grown)
	b.take(grown, all)
	b.restore(dropped)
}

// toReorder are rows for the grower, which reorders them. Rows of one tree are
// its own. All of them are copied, unless they are all of the matrix, whose
// order take knows how to restore: a copy is memory.
func (b *booster) toReorder(rows []uint32, all bool) []uint32 {
	if !all || b.whole() {
		return rows
	}
	b.own = append(b.own[:0], rows...)
	return b.own
}

// whole reports whether all rows of the matrix count.
func (b *booster) whole() bool { return len(b.rows) == len(b.y) }

// take moves the scores by a new tree; all says that it was grown on all rows,
// whose leaves are known then.
func (b *booster) take(grown *tree.Grown, all bool) {
	if all {
		b.team.Each(len(grown.Leaves), func(i int) {
			leaf := grown.Leaves[i]
			for _, r := range leaf.Rows {
				b.score[r] += float64(leaf.Value)
			}
		})
		if b.whole() {
			b.team.Spans(len(b.rows), func(begin, end int) {
				for i := begin; i < end; i++ {
					b.rows[i] = uint32(i)
				}
			})
		}
	} else {
		b.move(&grown.Tree, 1)
	}
	for _, s := range b.follows {
		s.move(&grown.Tree, 1)
	}
}

// differentiate fills in the gradients and hessians of rows, times weights.
func (b *booster) differentiate(rows []uint32) {
	b.team.Spans(len(rows), func(begin, end int) {
		d, _ := b.spare.Get().(*derivation)
		if d == nil {
			d = new(derivation)
		}
		defer b.spare.Put(d)
		for ; begin < end; begin += deriveRows {
			b.derive(rows[begin:min(end, begin+deriveRows)], d)
		}
	})
}

// deriveRows is how many rows are differentiated at once: a choice, so that
// what belongs to them fits the first-level cache.
const deriveRows = 256

// A derivation has room for what belongs to them.
type derivation struct {
	y, w, grad, hess [deriveRows]float32
	score            [deriveRows]float64
}

func (b *booster) derive(rows []uint32, d *derivation) {
	n := len(rows)
	grad, hess := d.grad[:n], d.hess[:n]
	y, score, w := d.y[:n], d.score[:n], d.w[:n]
	first := int(rows[0])
	if int(rows[n-1])-first+1 == n { // no row is left out
		y, score = b.y[first:][:n], b.score[first:][:n]
	} else {
		for i, r := range rows {
			y[i], score[i] = b.y[r], b.score[r]
		}
	}
	b.Objective.derive(y, score, grad, hess)
	if b.w != nil {
		for i, r := range rows {
			w[i] = b.w[r]
		}
		weigh(grad, hess, w)
	}
	bound(grad)
	bound(hess)
	for i, r := range rows {
		b.gradients.Set(r, grad[i], hess[i])
	}
}

func weigh(grad, hess, w []float32) {
	for i, v := range w {
		grad[i] *= v
		hess[i] *= v
	}
}

// bound cuts what has overflowed at the largest number.
func bound(values []float32) {
	for i, v := range values {
		if v-v != 0 {
			values[i] = tree.Finite(float64(v))
		}
	}
}

// renewal is the objective's own way to set a leaf's value, nil where that is
// the Newton step.
func (b *booster) renewal() func(rows []uint32) float64 {
	own, ok := b.Objective.(renewer)
	if !ok {
		return nil
	}
	residual := func(r uint32) float64 { return float64(b.y[r]) - b.score[r] }
	w := b.w
	if b.GOSS.on() {
		w = b.drawn
	}
	return func(rows []uint32) float64 { return own.renew(rows, residual, w) }
}
