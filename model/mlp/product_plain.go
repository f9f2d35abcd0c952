//go:build !goexperiment.simd || !amd64

package mlp

func product(c, a, b []float32, m, n, k, down, right int) {
	productSingly(c, a, b, m, n, k, down, right)
}

func add(to, from []float32) { addSingly(to, from) }
