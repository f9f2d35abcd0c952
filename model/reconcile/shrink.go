package reconcile

import (
	"math"
	"slices"
)

// Shrunk is MinT's covariance of the errors of all nodes, series too, shrunk to
// its diagonal:
//
//	W = s*diag(D) + (1-s) * E E' / T        E node x T, D the mean squares of E
//	s = sum of var(r[i,j]) / sum of r[i,j]^2        over i != j, in [0, 1]
//
// Wickramasuriya, Athanasopoulos, Hyndman (2019), "Optimal forecast
// reconciliation for hierarchical and grouped time series through trace
// minimization", JASA 114(526); s by Schäfer and Strimmer (2005), "A shrinkage
// approach to large-scale covariance matrix estimation", SAGMB 4(1). As in hts,
// and unlike in hierarchicalforecast, means are not taken off: a bias is an
// error too. E E' stays a product of T columns, and the sums over pairs of nodes
// are sums over pairs of columns, so that this costs nodes x T^2 and no matrix of
// nodes by nodes.
//
// An error that is not known counts as none, and its node's diagonal is raised
// so that its variance is that of the errors that are known. Where all are, they
// are kept as they are rather than copied, and have to stay so.
func Shrunk(h *Hierarchy, errors Values, threads int) (Covariance, error) {
	w, err := Variance(h, errors)
	if err != nil {
		return Covariance{}, err
	}
	s := shrinkage(h, errors, threads)
	known := Values{Horizon: errors.Horizon, Upper: noneWhereNaN(errors.Upper), Bottom: noneWhereNaN(errors.Bottom)}
	scale := (1 - s) / float64(errors.Horizon)
	for u, v := range w.Upper {
		// What is left of the variance without the product: s*v where all is known.
		w.Upper[u] = max(v-scale*sumSquares(known.UpperOf(u)), varianceFloor*v)
	}
	parallel(threads, len(h.Series), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			v := float64(w.Bottom[i])
			w.Bottom[i] = float32(max(v-scale*sumSquares(known.BottomOf(i)), varianceFloor*v))
		}
	})
	w.errors, w.scale = known, math.Sqrt(scale)
	return w, nil
}

// noneWhereNaN has 0 for NaN. It is errors itself where there is none.
func noneWhereNaN[F float32 | float64](errors []F) []F {
	unknown := func(e F) bool { return math.IsNaN(float64(e)) }
	if !slices.ContainsFunc(errors, unknown) {
		return errors
	}
	known := slices.Clone(errors)
	for k, e := range known {
		if unknown(e) {
			known[k] = 0
		}
	}
	return known
}

func sumSquares[F float32 | float64](errors []F) float64 {
	var sum float64
	for _, e := range errors {
		sum += float64(e) * float64(e)
	}
	return sum
}

// shrinkage is s. With z the errors over their root mean square (0 where not
// known), r[i,j] the mean of z[i]*z[j] and so r[i,i] = 1:
//
//	sum over i, j of r[i,j]^2            = sum over t, u of (sum over i of z[i,t]*z[i,u])^2 / T^2
//	sum over i, j of z[i,t]^2*z[j,t]^2   = (sum over i of z[i,t]^2)^2
//	var(r[i,j]) = sum over t of (z[i,t]*z[j,t] - r[i,j])^2 / (T*(T-1))
func shrinkage(h *Hierarchy, errors Values, threads int) float64 {
	T := errors.Horizon
	if T < 2 {
		return 1
	}
	gram, own := gramian(h, errors, threads)
	n := float64(T)
	var squares, products float64 // over i, j of r^2, and of sum over t of (z[i,t]*z[j,t])^2
	for t := range T {
		for u := range T {
			g := gram[t*T+u] / n
			squares += g * g
		}
		products += gram[t*T+t] * gram[t*T+t]
	}
	// own has the same sums over i = j, to be taken off.
	squares, products = squares-own.squares, products-own.products
	if squares <= 0 {
		return 1
	}
	return min(1, max(0, (products-n*squares)/(n*(n-1))/squares))
}

// diagonal sums over nodes: r[i,i]^2, and sum over t of z[i,t]^4.
type diagonal struct{ squares, products float64 }

// gramian is, by pair of columns, the sum over nodes of z[t]*z[u]. Nodes are
// added in blocks of a fixed size, so that it does not depend on threads.
func gramian(h *Hierarchy, errors Values, threads int) ([]float64, diagonal) {
	const block = 16384 // nodes: 60 blocks for a million, each with T x T sums
	T := errors.Horizon
	blocks := (len(h.Series) + block - 1) / block
	grams, owns := make([][]float64, blocks+1), make([]diagonal, blocks+1)
	parallel(threads, blocks+1, func(lo, hi int) {
		z := make([]float64, T)
		for b := lo; b < hi; b++ {
			grams[b] = make([]float64, T*T)
			if b == blocks {
				for u := range h.uppers {
					standardise(errors.UpperOf(u), z)
					addPairs(z, grams[b], &owns[b])
				}
				continue
			}
			for i := b * block; i < min((b+1)*block, len(h.Series)); i++ {
				standardise(errors.BottomOf(i), z)
				addPairs(z, grams[b], &owns[b])
			}
		}
	})
	gram, own := grams[blocks], owns[blocks]
	for b := range blocks {
		for k, g := range grams[b] {
			gram[k] += g
		}
		own.squares += owns[b].squares
		own.products += owns[b].products
	}
	for t := range T {
		for u := range t {
			gram[u*T+t] = gram[t*T+u]
		}
	}
	return gram, own
}

// addPairs adds z[t]*z[u] to the lower triangle.
func addPairs(z, gram []float64, own *diagonal) {
	T := len(z)
	var square float64
	for t, a := range z {
		if a == 0 {
			continue
		}
		row := gram[t*T : t*T+t+1]
		for u, b := range z[:t+1] {
			row[u] += a * b
		}
		square += a * a
		own.products += a * a * a * a
	}
	own.squares += square / float64(T) * square / float64(T)
}

// standardise is errors over their root mean square over all columns, so that a
// node's r with itself is 1; 0 where they are not known.
func standardise[F float32 | float64](errors []F, z []float64) {
	var sum float64
	for t, e := range errors {
		z[t] = 0
		if !math.IsNaN(float64(e)) {
			z[t] = float64(e)
			sum += z[t] * z[t]
		}
	}
	if sum == 0 {
		return
	}
	scale := math.Sqrt(float64(len(z)) / sum)
	for t := range z {
		z[t] *= scale
	}
}
