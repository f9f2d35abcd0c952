//go:build goexperiment.simd && amd64

package classic

import "simd/archsimd"

func (s *innovationStep) added(level, trend, position, row slopes) {
	if !archsimd.X86.AVX2() {
		s.addedSingly(level, trend, position, row)
		return
	}
	level, trend, position = level[:len(row)], trend[:len(row)], position[:len(row)]
	alpha, beta := archsimd.BroadcastFloat64x4(s.alpha), archsimd.BroadcastFloat64x4(s.beta)
	gamma, phi := archsimd.BroadcastFloat64x4(s.gamma), archsimd.BroadcastFloat64x4(s.phi)
	for k := range row {
		p := archsimd.LoadFloat64x4(&position[k])
		b := phi.Mul(archsimd.LoadFloat64x4(&trend[k]))
		q := archsimd.LoadFloat64x4(&level[k]).Add(b)
		f := q.Add(p)
		f.Store(&row[k])
		q.Sub(alpha.Mul(f)).Store(&level[k])
		b.Sub(beta.Mul(f)).Store(&trend[k])
		p.Sub(gamma.Mul(f)).Store(&position[k])
	}
	archsimd.ClearAVXUpperBits()
}

func (s *innovationStep) multiplied(level, trend, position, row slopes) {
	if !archsimd.X86.AVX2() {
		s.multipliedSingly(level, trend, position, row)
		return
	}
	level, trend, position = level[:len(row)], trend[:len(row)], position[:len(row)]
	alpha, beta := archsimd.BroadcastFloat64x4(s.alpha), archsimd.BroadcastFloat64x4(s.beta)
	gamma, phi := archsimd.BroadcastFloat64x4(s.gamma), archsimd.BroadcastFloat64x4(s.phi)
	base, shape := archsimd.BroadcastFloat64x4(s.base), archsimd.BroadcastFloat64x4(s.shape)
	perBase, perShape := archsimd.BroadcastFloat64x4(s.perBase), archsimd.BroadcastFloat64x4(s.perShape)
	onLevel, onSeason := archsimd.BroadcastFloat64x4(s.level), archsimd.BroadcastFloat64x4(s.season)
	for k := range row {
		p := archsimd.LoadFloat64x4(&position[k])
		b := phi.Mul(archsimd.LoadFloat64x4(&trend[k]))
		q := archsimd.LoadFloat64x4(&level[k]).Add(b)
		f := q.Mul(shape).Add(base.Mul(p))
		u := f.Add(onLevel.Mul(p)).Mul(perShape)
		v := f.Add(onSeason.Mul(q)).Mul(perBase)
		f.Store(&row[k])
		q.Sub(alpha.Mul(u)).Store(&level[k])
		b.Sub(beta.Mul(u)).Store(&trend[k])
		p.Sub(gamma.Mul(v)).Store(&position[k])
	}
	archsimd.ClearAVXUpperBits()
}

func (s slopes) relate(logs slopes, perMean, share float64) {
	if !archsimd.X86.AVX2() {
		s.relateSingly(logs, perMean, share)
		return
	}
	per, y := archsimd.BroadcastFloat64x4(perMean), archsimd.BroadcastFloat64x4(share)
	logs = logs[:len(s)]
	for k := range s {
		f := archsimd.LoadFloat64x4(&s[k]).Mul(per)
		archsimd.LoadFloat64x4(&logs[k]).Add(f).Store(&logs[k])
		f.Mul(y).Store(&s[k])
	}
	archsimd.ClearAVXUpperBits()
}

func (e *normalEquations) add(row slopes, residual float64) {
	if !archsimd.X86.AVX2() {
		e.addSingly(row, residual)
		return
	}
	w := len(row)
	r := archsimd.BroadcastFloat64x4(residual)
	right := e.right[:w]
	for k := range row {
		archsimd.LoadFloat64x4(&row[k]).Mul(r).Add(archsimd.LoadFloat64x4(&right[k])).Store(&right[k])
		v0, v1 := archsimd.BroadcastFloat64x4(row[k][0]), archsimd.BroadcastFloat64x4(row[k][1])
		v2, v3 := archsimd.BroadcastFloat64x4(row[k][2]), archsimd.BroadcastFloat64x4(row[k][3])
		others := row[:k+1]
		lines := e.square[4*k*w:]
		l0, l1, l2, l3 := lines[:len(others)], lines[w:][:len(others)], lines[2*w:][:len(others)], lines[3*w:][:len(others)]
		for j := range others {
			o := archsimd.LoadFloat64x4(&others[j])
			archsimd.LoadFloat64x4(&l0[j]).Add(v0.Mul(o)).Store(&l0[j])
			archsimd.LoadFloat64x4(&l1[j]).Add(v1.Mul(o)).Store(&l1[j])
			archsimd.LoadFloat64x4(&l2[j]).Add(v2.Mul(o)).Store(&l2[j])
			archsimd.LoadFloat64x4(&l3[j]).Add(v3.Mul(o)).Store(&l3[j])
		}
	}
	archsimd.ClearAVXUpperBits()
}
