//go:build goexperiment.simd && amd64

package mlp

import "simd/archsimd"

// product is productSingly, to the bit: four rows by sixteen or thirty-two
// columns of c at a time stay in registers.
func product(c, a, b []float32, m, n, k, down, right int) {
	if !archsimd.X86.AVX2() || n%16 != 0 {
		productSingly(c, a, b, m, n, k, down, right)
		return
	}
	if m == 0 || k == 0 {
		return
	}
	wide := archsimd.X86.AVX512() && n%32 == 0
	for i := 0; i+4 <= m; i += 4 {
		if wide {
			for j := 0; j < n; j += 32 {
				fourWide(c[i*n+j:], a[i*down:], b[j:], n, k, down, right)
			}
			continue
		}
		for j := 0; j < n; j += 16 {
			four(c[i*n+j:], a[i*down:], b[j:], n, k, down, right)
		}
	}
	archsimd.ClearAVXUpperBits()
	for i := m &^ 3; i < m; i++ {
		productSingly(c[i*n:], a[i*down:], b, 1, n, k, down, right)
	}
}

// add is addSingly.
func add(to, from []float32) {
	if !archsimd.X86.AVX2() {
		addSingly(to, from)
		return
	}
	k := 0
	for ; k+8 <= len(to); k += 8 {
		at := (*eight)(to[k:])
		archsimd.LoadFloat32x8(at).Add(archsimd.LoadFloat32x8((*eight)(from[k:]))).Store(at)
	}
	archsimd.ClearAVXUpperBits()
	addSingly(to[k:], from[k:])
}

type (
	eight     = [8]float32
	sixteen   = [16]float32
	thirtyTwo = [32]float32
)

func four(c, a, b []float32, n, k, down, right int) {
	c0, c1, c2, c3 := (*sixteen)(c), (*sixteen)(c[n:]), (*sixteen)(c[2*n:]), (*sixteen)(c[3*n:])
	s0, t0 := archsimd.LoadFloat32x8((*eight)(c0[:])), archsimd.LoadFloat32x8((*eight)(c0[8:]))
	s1, t1 := archsimd.LoadFloat32x8((*eight)(c1[:])), archsimd.LoadFloat32x8((*eight)(c1[8:]))
	s2, t2 := archsimd.LoadFloat32x8((*eight)(c2[:])), archsimd.LoadFloat32x8((*eight)(c2[8:]))
	s3, t3 := archsimd.LoadFloat32x8((*eight)(c3[:])), archsimd.LoadFloat32x8((*eight)(c3[8:]))
	a0, a1, a2, a3 := a, a[down:], a[2*down:], a[3*down:]
	for l := range k {
		row, at := (*sixteen)(b[l*n:]), l*right
		x, y := archsimd.LoadFloat32x8((*eight)(row[:])), archsimd.LoadFloat32x8((*eight)(row[8:]))
		v := archsimd.BroadcastFloat32x8(a0[at])
		s0, t0 = s0.Add(v.Mul(x)), t0.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x8(a1[at])
		s1, t1 = s1.Add(v.Mul(x)), t1.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x8(a2[at])
		s2, t2 = s2.Add(v.Mul(x)), t2.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x8(a3[at])
		s3, t3 = s3.Add(v.Mul(x)), t3.Add(v.Mul(y))
	}
	s0.Store((*eight)(c0[:]))
	t0.Store((*eight)(c0[8:]))
	s1.Store((*eight)(c1[:]))
	t1.Store((*eight)(c1[8:]))
	s2.Store((*eight)(c2[:]))
	t2.Store((*eight)(c2[8:]))
	s3.Store((*eight)(c3[:]))
	t3.Store((*eight)(c3[8:]))
}

func fourWide(c, a, b []float32, n, k, down, right int) {
	c0, c1, c2, c3 := (*thirtyTwo)(c), (*thirtyTwo)(c[n:]), (*thirtyTwo)(c[2*n:]), (*thirtyTwo)(c[3*n:])
	s0, t0 := archsimd.LoadFloat32x16((*sixteen)(c0[:])), archsimd.LoadFloat32x16((*sixteen)(c0[16:]))
	s1, t1 := archsimd.LoadFloat32x16((*sixteen)(c1[:])), archsimd.LoadFloat32x16((*sixteen)(c1[16:]))
	s2, t2 := archsimd.LoadFloat32x16((*sixteen)(c2[:])), archsimd.LoadFloat32x16((*sixteen)(c2[16:]))
	s3, t3 := archsimd.LoadFloat32x16((*sixteen)(c3[:])), archsimd.LoadFloat32x16((*sixteen)(c3[16:]))
	a0, a1, a2, a3 := a, a[down:], a[2*down:], a[3*down:]
	for l := range k {
		row, at := (*thirtyTwo)(b[l*n:]), l*right
		x, y := archsimd.LoadFloat32x16((*sixteen)(row[:])), archsimd.LoadFloat32x16((*sixteen)(row[16:]))
		v := archsimd.BroadcastFloat32x16(a0[at])
		s0, t0 = s0.Add(v.Mul(x)), t0.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x16(a1[at])
		s1, t1 = s1.Add(v.Mul(x)), t1.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x16(a2[at])
		s2, t2 = s2.Add(v.Mul(x)), t2.Add(v.Mul(y))
		v = archsimd.BroadcastFloat32x16(a3[at])
		s3, t3 = s3.Add(v.Mul(x)), t3.Add(v.Mul(y))
	}
	s0.Store((*sixteen)(c0[:]))
	t0.Store((*sixteen)(c0[16:]))
	s1.Store((*sixteen)(c1[:]))
	t1.Store((*sixteen)(c1[16:]))
	s2.Store((*sixteen)(c2[:]))
	t2.Store((*sixteen)(c2[16:]))
	s3.Store((*sixteen)(c3[:]))
	t3.Store((*sixteen)(c3[16:]))
}
