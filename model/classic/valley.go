package classic

// looks is how many points of a range are looked at in a row.
const looks = 16

// deepest is where a function of one number is least between two. It looks at
// a grid, which may have several valleys and is denser at the lower end, where
// smoothing constants of sales mostly are; then as often around the deepest
// point; and ends at the bottom of the last three's parabola.
func deepest(from, to float64, value func(at float64) float64) float64 {
	var x, f [looks]float64
	for k := range x {
		u := float64(k) / (looks - 1)
		x[k] = from + (to-from)*u*(1+u)/2
		f[k] = value(x[k])
	}
	k := lowest(f[:])
	var near, at [looks + 3]float64
	const half = looks / 2
	for i := range near {
		share := float64(i) / (half + 1)
		near[i] = x[k-1] + share*(x[k]-x[k-1])
		if i > half {
			near[i] = x[k] + (share-1)*(x[k+1]-x[k])
		}
		switch i {
		case 0, half + 1, 2*half + 2:
			at[i] = f[k-1+i/(half+1)]
		default:
			at[i] = value(near[i])
		}
	}
	k = lowest(at[:])
	return bottom([3]float64(near[k-1:k+2]), [3]float64(at[k-1:k+2]))
}

// lowest is the least one's place, of those that have two neighbours.
func lowest(f []float64) int {
	k := 0
	for i, v := range f {
		if v < f[k] {
			k = i
		}
	}
	return min(max(k, 1), len(f)-2)
}

// bottom is the lowest point of the parabola through three points, or the
// lowest of them where it opens downwards or lies flat.
func bottom(x, f [3]float64) float64 {
	k := 1
	if f[0] < f[k] {
		k = 0
	}
	if f[2] < f[k] {
		k = 2
	}
	left, right := (f[1]-f[0])/(x[1]-x[0]), (f[2]-f[1])/(x[2]-x[1])
	curve := (right - left) / (x[2] - x[0])
	if k != 1 || !(curve > 0) {
		return x[k]
	}
	at := (x[0]+x[1])/2 - left/(2*curve)
	return min(x[2], max(x[0], at))
}
