package classic

// lanes is how many points are looked at in one reading of a history: a
// recursion alone waits for its own last step, and several side by side take no
// longer.
const lanes = 16

// lanesGrid is lanes points from one to the other, three times as dense at
// the lower end, where constants of sales mostly are.
func lanesGrid(from, to float64) (out [lanes]float64) {
	for k := range out {
		u := float64(k) / (lanes - 1)
		out[k] = from + (to-from)*u*(1+u)/2
	}
	return out
}

// deepest is where a function of one number is least. It looks at a grid, which
// may have several valleys, then as many points around the deepest one, and ends
// at the bottom of the last three's parabola.
func deepest(grid [lanes]float64, values func(at *[lanes]float64) [lanes]float64) float64 {
	f := values(&grid)
	k := lowest(f[:])
	var inner [lanes]float64
	const half = lanes / 2
	for i := range half {
		share := float64(i+1) / (half + 1)
		inner[i] = grid[k-1] + share*(grid[k]-grid[k-1])
		inner[half+i] = grid[k] + share*(grid[k+1]-grid[k])
	}
	g := values(&inner)
	x := append(append([]float64{grid[k-1]}, inner[:half]...), grid[k])
	x = append(append(x, inner[half:]...), grid[k+1])
	v := append(append([]float64{f[k-1]}, g[:half]...), f[k])
	v = append(append(v, g[half:]...), f[k+1])
	k = lowest(v)
	return bottom([3]float64(x[k-1:k+2]), [3]float64(v[k-1:k+2]))
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
