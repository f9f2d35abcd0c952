//go:build !goexperiment.simd || !amd64

package tree

// newBlocks is nil: this build compares thresholds one by one.
func newBlocks() *blocks { return nil }

func (r *race) promising(_ *blocks, from, _ int, _ bool) int { return from }
