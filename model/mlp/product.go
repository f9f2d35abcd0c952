package mlp

// productSingly adds to c, of m rows by n columns, the product of a and b, of
// k rows by n columns; a's value of a row and a column lies at row*down +
// column*right, so that it may lie turned. Sums go by k in order.
func productSingly(c, a, b []float32, m, n, k, down, right int) {
	for i := range m {
		for l := range k {
			v := a[i*down+l*right]
			row, from := c[i*n:(i+1)*n], b[l*n:(l+1)*n]
			for j := range row {
				row[j] += v * from[j]
			}
		}
	}
}

// addSingly adds from to to, which is no longer.
func addSingly(to, from []float32) {
	from = from[:len(to)]
	for k := range to {
		to[k] += from[k]
	}
}
