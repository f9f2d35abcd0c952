package mlp

import (
	"math"

	"daycast/feature"
)

// Predictor is the mean of fitted networks.
type Predictor struct {
	Counts          bool
	Encoder         *encoder
	Mean, Deviation float64 // of the training targets
	Least, Most     float32 // bounds of a prediction
	Networks        []network
}

func (p *Predictor) shape() shape { return shape{p.Encoder.Dense, p.Encoder.Levels} }

// Predict fills out with one number for each row of x.
func (p *Predictor) Predict(x *feature.Frame, out []float32) {
	s := p.shape()
	size := min(batch, len(out))
	pass, sums := newPass(s, size), make([]float64, size)
	for from := 0; from < len(out); from += batch {
		n := min(batch, len(out)-from)
		rows := p.Encoder.newRows(n)
		p.Encoder.encode(x.Slice(from, from+n), rows)
		clear(sums)
		for _, net := range p.Networks {
			pass.forward(s.parts(net.Weights), rows)
			for k := range n {
				sums[k] += p.linked(pass.out[k])
			}
		}
		for k, v := range sums[:n] {
			v /= float64(len(p.Networks))
			out[from+k] = float32(min(max(v, float64(p.Least)), float64(p.Most)))
		}
	}
}

func (p *Predictor) linked(v float32) float64 {
	if p.Counts {
		return p.Mean * math.Exp(min(float64(v), highest))
	}
	return p.Mean + p.Deviation*float64(v)
}
