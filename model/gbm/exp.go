package gbm

import "math"

// exp is e^x to within 3e-12 of it, x cut to [-700, 700]: a power of two from
// a table of 128 steps times a cubic of what is left. Derivatives are float32
// and take one or two of them for each row and tree; it takes two thirds of
// math.Exp's time, being short enough to be inlined.
func exp(x float64) float64 {
	if x > 700 {
		x = 700
	} else if x < -700 {
		x = -700
	}
	// Adding 1.5 * 2^52 leaves the nearest whole number in the lowest bits.
	const magic = 3 << 51
	t := x*(128/math.Ln2) + magic
	i := int64(math.Float64bits(t))
	r := x - (t-magic)*(math.Ln2/128)
	power := math.Float64frombits(math.Float64bits(powers[i&127]) + uint64(i>>7)<<52)
	return power * (1 + r*(1+r*(.5+r*(1./6))))
}

// powers[i] is 2^(i/128).
var powers = func() (out [128]float64) {
	for i := range out {
		out[i] = math.Exp2(float64(i) / 128)
	}
	return out
}()
