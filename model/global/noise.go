package global

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"daycast"
	"daycast/feature"
	"daycast/model"
)

// noise is how far what is sold is from its mean, by the size of the mean. Whole
// pieces are negative binomial with the bin's variance, Poisson where that is no
// more than the mean; other units are the mean and one of the bin's errors.
type noise struct {
	Counts bool
	Bins   []noiseBin // ascending; none: what is drawn is the mean
}

type noiseBin struct {
	UpTo       float64   // the greatest mean of the bin
	Dispersion float64   // variance to mean
	Errors     []float64 // in the mean, see sizeOfMean; their mean is 0
}

const (
	noiseRows  = 30_000 // that are looked at: some 4,000 a bin
	noiseBins  = 8
	binErrors  = 64  // quantiles that stand for a bin's errors
	wholeShare = .99 // of rows that are whole pieces where units are
	// leastOfScale is the share of its scale below which a mean is no measure of
	// errors.
	leastOfScale = .1
)

// observed is a row with what was forecast of it.
type observed struct{ units, mean, size, weight float64 }

// noise compares a sample of rows with the fit. They are rows that it may have
// learnt from, so that errors are a little small.
func (m Model) noise(ctx context.Context, t model.Training, c census, f *Fitted) (noise, error) {
	r := rows{training: t, set: f.Set, sampler: sampler{
		seed: t.Seed ^ mix(noiseRows), from: 1, to: t.Horizon, each: 1,
		share: newShare(c.rows, c.sizes, noiseRows, m.Power),
	}}
	var all []observed
	whole := 0
	err := r.chunks(ctx, func(p *daycast.Panel, chunk *feature.Chunk) error {
		first := len(all)
		share := shares(r.share, p)
		var at []int
		chunk.Each(func(i int, e feature.Want, scale float64) {
			units := float64(p.Train[p.Offsets[i]+e.T+e.H])
			if units == math.Trunc(units) {
				whole++
			}
			at = append(at, f.block(e.H))
			all = append(all, observed{units: units, size: scale, weight: 1 / share(i)})
		})
		return chunk.Write(sinkFunc(func(block *feature.Frame) error {
			for k, ratio := range f.ratios(block, func(row int) int { return at[row] }, t.Threads) {
				o := &all[first+k]
				o.mean = float64(ratio) * o.size
				o.size = sizeOfMean(o.mean, o.size)
			}
			return nil
		}))
	})
	n := noise{Counts: !c.signed && float64(whole) >= wholeShare*float64(len(all))}
	if err != nil || len(all) < minRows {
		return n, err
	}
	slices.SortStableFunc(all, func(a, b observed) int { return cmp.Compare(a.mean, b.mean) })
	for b := range noiseBins {
		n.Bins = append(n.Bins, binOf(all[b*len(all)/noiseBins:(b+1)*len(all)/noiseBins], n.Counts))
	}
	return n, nil
}

// sinkFunc is a sink.
type sinkFunc func(*feature.Frame) error

func (f sinkFunc) Write(block *feature.Frame) error { return f(block) }

// sizeOfMean is what errors of a mean are measured in.
func sizeOfMean(mean, scale float64) float64 { return max(math.Abs(mean), leastOfScale*scale) }

func binOf(rows []observed, counts bool) noiseBin {
	b := noiseBin{UpTo: rows[len(rows)-1].mean, Dispersion: 1}
	var squares, means, sizes, signed float64
	var errors []float64
	for _, o := range rows {
		e := o.units - o.mean
		squares += o.weight * e * e
		means += o.weight * o.mean
		sizes += o.size
		signed += e
		errors = append(errors, e/o.size)
	}
	if counts {
		if means > 0 {
			b.Dispersion = squares / means
		}
		return b
	}
	slices.Sort(errors)
	for k := range binErrors {
		b.Errors = append(b.Errors, errors[(2*k+1)*len(errors)/(2*binErrors)]-signed/sizes)
	}
	return b
}

// draws are those of one path of a series.
type draws struct {
	noise
	source *rand.PCG
	random *rand.Rand
}

func (n noise) draws(series, path uint64) draws {
	source := rand.NewPCG(series, path)
	return draws{n, source, rand.New(source)}
}

// draw is what could be sold where so much is expected.
func (d draws) draw(mean, scale float64, nonNegative bool) float64 {
	if len(d.Bins) == 0 || nonNegative && !(mean > 0) {
		return mean
	}
	k, _ := slices.BinarySearchFunc(d.Bins, mean, func(b noiseBin, v float64) int { return cmp.Compare(b.UpTo, v) })
	b := d.Bins[min(k, len(d.Bins)-1)]
	if !d.Counts {
		if len(b.Errors) == 0 {
			return mean
		}
		return mean + b.Errors[d.random.IntN(len(b.Errors))]*sizeOfMean(mean, scale)
	}
	if mean > mostCounted {
		return mean
	}
	if over := b.Dispersion - 1; over > leastOver {
		mean = distuv.Gamma{Alpha: mean / over, Beta: 1 / over, Src: d.source}.Rand()
	}
	if !(mean > 0) {
		return 0
	}
	return distuv.Poisson{Lambda: mean, Src: d.source}.Rand()
}

const (
	// mostCounted is beyond which pieces are not counted one by one: float32
	// does not tell them apart.
	mostCounted = 1 << 24
	leastOver   = 1e-6 // below, negative binomial sales are Poisson's
)
