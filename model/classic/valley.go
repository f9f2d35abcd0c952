package classic

// lanes is how many points are looked at in one reading of a history: a
// recursion alone waits for its own last step, four side by side take no longer.
const lanes = 4

// deepest is where a function of one number is least. It looks at a grid, which
// may have several valleys, and then cuts the deepest one's range in three, as
// often as rounds says; the last three points' parabola tells the bottom.
func deepest(grid [2 * lanes]float64, rounds int, values func([lanes]float64) [lanes]float64) float64 {
	low, high := values([lanes]float64(grid[:lanes])), values([lanes]float64(grid[lanes:]))
	x, f := grid[:], append(low[:], high[:]...)
	var xs, fs [lanes + 3]float64
	for range rounds {
		k := lowest(f)
		a, b, c := x[k-1], x[k], x[k+1]
		inner := [lanes]float64{(2*a + b) / 3, (a + 2*b) / 3, (2*b + c) / 3, (b + 2*c) / 3}
		v := values(inner)
		xs = [lanes + 3]float64{a, inner[0], inner[1], b, inner[2], inner[3], c}
		fs = [lanes + 3]float64{f[k-1], v[0], v[1], f[k], v[2], v[3], f[k+1]}
		x, f = xs[:], fs[:]
	}
	k := lowest(f)
	return bottom([3]float64(x[k-1:k+2]), [3]float64(f[k-1:k+2]))
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
