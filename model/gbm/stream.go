package gbm

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"

	"daycast"
	"daycast/model/tree"
)

// TrainStore is Train on rows that lie in a file, of which memory holds two
// blocks, and of each row its score and the number of its leaf: 10 bytes. The
// predictor is the one that Train makes of the same rows with a weight above
// zero, to the bit.
//
// memory is how many bytes it may take beside what the program has already
// and o.Valid; it is refused at once where it does not suffice. Little memory
// makes more walks over the file, and no other predictor. Refused are
// objectives that set a leaf from all of its rows (Absolute, Huber, Quantile),
// GOSS, DART, and a Metric or Progress without data to judge.
func (r Regressor) TrainStore(ctx context.Context, rows *tree.Store, o TrainOptions, memory int64) (*Predictor, error) {
	r = r.withDefaults()
	if err := r.checkStream(rows, o); err != nil {
		return nil, err
	}
	team := tree.NewTeam(o.Threads)
	defer team.Stop()
	if err := r.checkMemory(rows, team, memory); err != nil {
		return nil, err
	}
	grower, err := tree.NewStreamGrower(rows, r.growth(team), memory-scoreBytes*int64(rows.Rows()))
	if err != nil {
		return nil, err
	}
	s := &streamed{Regressor: r, seed: o.Seed, grower: grower}
	if err := s.begin(ctx, rows, o.From); err != nil {
		return nil, err
	}
	j := &judge{TrainOptions: o, objective: r.Objective}
	if o.Valid != nil {
		if err := j.follow(r, s.ensemble, team); err != nil {
			return nil, err
		}
	}
	first := s.ensemble.Trees()
	for round := range r.Trees {
		t, err := s.add(ctx, uint64(first+round))
		if err != nil {
			return nil, err
		}
		if o.Valid != nil {
			j.data.move(t, 1)
		}
		if stop := j.judge(round+1, s.ensemble); stop {
			break
		}
	}
	return &Predictor{j.chosen(s.ensemble)}, nil
}

// What TrainStore keeps of each row: its score, and with the grower's number
// of its leaf.
const (
	scoreBytes = 8
	rowBytes   = scoreBytes + 2
)

func (r Regressor) checkMemory(rows *tree.Store, team *tree.Team, memory int64) error {
	n := int64(rows.Rows())
	if need := rows.StreamBytes(r.growth(team)) + scoreBytes*n; memory < need {
		return daycast.Errorf(daycast.Invalid,
			"gbm: training on %d stored rows with %d threads takes %d bytes at least, %d of them for %d of each row: %d are given",
			n, team.Threads(), need, rowBytes*n, rowBytes, memory).
			WithField("memory").WithHint("give more memory, or take fewer rows or threads")
	}
	return nil
}

// checkStream refuses what only Train can do.
func (r Regressor) checkStream(rows *tree.Store, o TrainOptions) error {
	if err := r.checkOptions(o); err != nil {
		return err
	}
	_, starts := r.Objective.(starter)
	switch {
	case !starts:
		return daycast.Errorf(daycast.Invalid, "gbm: the objective sets leaves from all their rows, which stored rows do not allow").
			WithField("objective").WithHint("take Squared, Asymmetric, Poisson, Tweedie or Logistic, or Train on rows in memory")
	case r.GOSS.on():
		return daycast.Errorf(daycast.Invalid, "gbm: GOSS sorts the gradients of all rows, which stored rows do not allow").
			WithField("goss_top").WithHint("take row_fraction")
	case r.DART.Drop > 0:
		return daycast.Errorf(daycast.Invalid, "gbm: DART goes through old trees again, which takes too long on stored rows").WithField("dart_drop")
	case o.Valid == nil && (o.Metric != nil || o.Progress != nil):
		return daycast.Errorf(daycast.Invalid, "gbm: stored rows are not judged").WithHint("give Valid to judge rounds by")
	}
	return r.checkBins(rows.Bins(), o.From)
}

// streamed is training on stored rows under way.
type streamed struct {
	Regressor
	seed     uint64
	grower   *tree.StreamGrower
	perW     float64   // by which weights are divided, so that their mean is 1
	rows     float64   // how many
	score    []float64 // by row
	spare    sync.Pool // of derivations
	ensemble *tree.Ensemble
}

// begin checks the targets and starts the scores.
func (s *streamed) begin(ctx context.Context, rows *tree.Store, from *Predictor) error {
	s.rows = float64(rows.Rows())
	err := s.grower.Targets(ctx, func(b *tree.Block) error {
		for _, w := range b.Weight {
			s.perW += float64(w)
		}
		if err := s.Objective.check(b.Y); err != nil {
			return daycast.Errorf(daycast.Invalid, "stored rows from %d on: %w", b.Begin, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if from != nil {
		s.ensemble = from.ensemble.Clone()
	} else {
		start, err := s.start(ctx)
		if err != nil {
			return err
		}
		s.ensemble = tree.NewEnsemble(rows.Bins(), start, s.Objective.link())
	}
	s.score = make([]float64, rows.Rows())
	err = s.grower.Targets(ctx, func(b *tree.Block) error {
		for i := range b.Y {
			s.score[b.Begin+i] = s.ensemble.Start() + at(b.Offset, uint32(i), 0)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.grower.Score(ctx, s.ensemble, s.score)
}

// start is the objective's, from walks over the file.
func (s *streamed) start(ctx context.Context) (float64, error) {
	var failed error
	start := s.Objective.(starter).startOf(func(yield func(y, w, shift float64)) {
		if failed != nil {
			return
		}
		failed = s.grower.Targets(ctx, func(b *tree.Block) error {
			for i, y := range b.Y {
				yield(float64(y), float64(s.weight(b, i)), at(b.Offset, uint32(i), 0))
			}
			return nil
		})
	})
	return start, failed
}

// weight is tree.Relative's.
func (s *streamed) weight(b *tree.Block, i int) float32 {
	if b.Weight == nil {
		return 1
	}
	return float32(float64(b.Weight[i]) / s.perW * s.rows)
}

// add grows tree t and moves the scores, as booster.add does.
func (s *streamed) add(ctx context.Context, t uint64) (*tree.Tree, error) {
	rng := rand.New(rand.NewPCG(s.seed, t))
	bag := s.grower.Bag(s.RowFraction, rng.Uint64())
	grown, err := s.grower.Grow(ctx, s.derive, bag, tree.Values{Rate: s.LearningRate}, rng.Uint64())
	if err != nil {
		return nil, err
	}
	s.ensemble.Append(grown)
	s.grower.Move(s.score)
	// The collector waits until there is as much garbage as memory in use,
	// which the ceiling has no room for. That in use holds few pointers.
	runtime.GC()
	return s.ensemble.Tree(s.ensemble.Trees() - 1), nil
}

// derive is a tree.Derive.
func (s *streamed) derive(b *tree.Block, from, to int, out tree.Gradients) {
	d, _ := s.spare.Get().(*derivation)
	if d == nil {
		d = new(derivation)
	}
	defer s.spare.Put(d)
	for ; from < to; from += deriveRows {
		n := min(to-from, deriveRows)
		grad, hess := d.grad[:n], d.hess[:n]
		s.Objective.derive(b.Y[from:from+n], s.score[b.Begin+from:][:n], grad, hess)
		if b.Weight != nil {
			for i := range n {
				d.w[i] = s.weight(b, from+i)
			}
			weigh(grad, hess, d.w[:n])
		}
		bound(grad)
		bound(hess)
		for i := range n {
			out.Set(uint32(i), grad[i], hess[i])
		}
		out = out[n:]
	}
}
