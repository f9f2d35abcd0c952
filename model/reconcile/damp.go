package reconcile

// damp is how far to go from a column's lambda and v towards those that its
// equations gave, in (0, 1]. Full steps may go in circles where locked groups
// leave little choice: all of one's series at zero, say, and the equations know
// no bounds. What nobody has settled yet is
//
//	groups     A y~ - y + D lambda - E v
//	columns    v + E' lambda, of groups, - E' (y~ - y - E v) / D, of series
//
// a monotone function of (lambda, v), whose product with the step rises along it:
// the step ends where that is zero. One that begins beyond is taken whole: it
// comes of equations without a unique solution, and leads to others.
func (p *projection) damp(t int, lambda, v []float64) float64 {
	s := p.newSlope(t, lambda, v)
	if s.at(1) <= 0 || s.at(0) >= 0 {
		return 1
	}
	low, high := 0.0, 1.0
	for range 100 { // steps may be 1e12 too long
		if mid := (low + high) / 2; s.at(mid) > 0 {
			high = mid
		} else {
			low = mid
		}
		if high-low < 1e-9*high {
			break
		}
	}
	return high
}

// slope is what at needs to know of a column and its step.
type slope struct {
	constant, linear float64 // what does not depend on bounds
	series           []slopeOf
}

// slopeOf is of a series that is not locked: without bounds it goes to
// begin+theta*by; its groups' lambda move by pull, and what its errors say of it
// is shift+theta*common.
type slopeOf struct{ begin, by, pull, shift, common, variance float64 }

func (p *projection) newSlope(t int, lambda, v []float64) *slope {
	H, T := p.base.Horizon, p.W.errors.Horizon
	s := &slope{}
	old, step := make([]float64, len(lambda)), make([]float64, len(lambda))
	for u := range lambda {
		old[u] = p.lambda[u*H+t]
		step[u] = lambda[u] - old[u]
	}
	oldV, stepV := make([]float64, T), make([]float64, T)
	for k := range v {
		oldV[k] = p.common[k*H+t]
		stepV[k] = v[k] - oldV[k]
		s.constant += oldV[k] * stepV[k]
		s.linear += stepV[k] * stepV[k]
	}
	for u := range lambda {
		s.constant -= step[u] * p.base.Upper[u*H+t]
		if p.lockedUpper(u, t) {
			continue
		}
		s.constant += step[u] * p.W.Upper[u] * old[u]
		s.linear += step[u] * p.W.Upper[u] * step[u]
		if T == 0 {
			continue
		}
		e := p.W.errors.UpperOf(u)
		// The two halves' terms in theta cancel.
		s.constant += p.W.scale * (dot(e, stepV)*old[u] - dot(e, oldV)*step[u])
	}
	for c := range p.h.cellCount() {
		var before, pull float64
		for _, u := range p.h.groupsOf(c) {
			if u >= 0 {
				before += old[u]
				pull += step[u]
			}
		}
		for _, i := range p.h.seriesOf(c) {
			y, w := float64(p.base.BottomOf(int(i))[t]), float64(p.W.Bottom[i])
			if p.held[int(i)*H+t]&holds == locked {
				s.constant += y * pull
				continue
			}
			shift, common := y, 0.0
			if T > 0 {
				e := p.W.errors.BottomOf(int(i))
				shift += p.W.scale * dot(e, oldV)
				common = p.W.scale * dot(e, stepV)
			}
			s.series = append(s.series, slopeOf{begin: shift + w*before, by: common + w*pull, pull: pull, shift: shift, common: common, variance: w})
		}
	}
	return s
}

// at is the product after the part theta of the step.
func (s *slope) at(theta float64) float64 {
	sum := s.constant + theta*s.linear
	for _, i := range s.series {
		y := max(0, i.begin+theta*i.by)
		sum += y * i.pull
		if i.common != 0 && i.variance > 0 {
			sum -= i.common * (y - i.shift - theta*i.common) / i.variance
		}
	}
	return sum
}

func dot[F float32 | float64](e []F, v []float64) float64 {
	var sum float64
	for k, x := range e {
		sum += float64(x) * v[k]
	}
	return sum
}
