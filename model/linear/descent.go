package linear

import "math"

// descent finds the coefficients of an elastic net one after the other, each
// with the others as they are. A change of one costs a line of the Gram matrix,
// one that stays at 0 next to nothing.
//
// Friedman, Hastie, Tibshirani (2010), "Regularization paths for generalized
// linear models via coordinate descent", Journal of Statistical Software 33(1),
// section 2.2: covariance updates.
type descent struct {
	l1, rows float64
	gram     []float64 // columns squared: centred, by weight
	slope    []float64 // columns: covariance with what is left of y
	xy       []float64 // columns: covariance with y
	yy       float64   // variance of y
	b, best  []float64 // columns
	active   []int
}

func newDescent(g *normal, l1 float64) *descent {
	n, w := len(g.x), g.weight
	d := &descent{l1: l1, rows: g.rows, gram: make([]float64, n*n), xy: make([]float64, n), slope: make([]float64, n), b: make([]float64, n), best: make([]float64, n)}
	for i := range n {
		d.xy[i] = (g.xy[i] - g.x[i]*g.y/w) / w
		for j := i; j < n; j++ {
			v := (g.xx[i*n+j] - g.x[i]*g.x[j]/w) / w
			d.gram[i*n+j], d.gram[j*n+i] = v, v
		}
	}
	d.yy = (g.yy - g.y*g.y/w) / w
	copy(d.slope, d.xy)
	return d
}

// first is the least penalty that drops all columns; 0 where y does not vary
// beyond rounding.
func (d *descent) first() float64 {
	const rounding = 1e-12
	most := 0.0
	for j, c := range d.xy {
		if d.gram[j*len(d.b)+j] > 0 && c*c > rounding*d.gram[j*len(d.b)+j]*d.yy {
			most = max(most, math.Abs(c))
		}
	}
	return most / d.l1
}

// rest is the share of y's variance that b leaves.
func (d *descent) rest() float64 {
	left := d.yy
	for j, b := range d.b {
		left -= b * (d.xy[j] + d.slope[j])
	}
	return left / d.yy
}

// descend goes on from b to the coefficients of a penalty: over all columns,
// then over those that are not 0 until they stand still, until a round over all
// changes nothing.
func (d *descent) descend(penalty float64) {
	const (
		still  = 1e-16 // of y's variance: glmnet stops at 1e-7, where columns that are much alike have far to go
		rounds = 10000
	)
	threshold := still * d.yy
	for range rounds {
		moved := 0.0
		d.active = d.active[:0]
		for j := range d.b {
			moved = max(moved, d.move(j, penalty))
			if d.b[j] != 0 {
				d.active = append(d.active, j)
			}
		}
		if moved <= threshold {
			return
		}
		for range rounds {
			moved = 0
			for _, j := range d.active {
				moved = max(moved, d.move(j, penalty))
			}
			if moved <= threshold {
				break
			}
		}
	}
}

// move sets coefficient j and returns by how much of y's variance it moved.
func (d *descent) move(j int, penalty float64) float64 {
	n := len(d.b)
	line := d.gram[j*n : (j+1)*n]
	own := line[j]
	if !(own > 0) {
		return 0
	}
	pull := d.slope[j] + own*d.b[j]
	cut := penalty * d.l1
	b := 0.0
	if pull > cut {
		b = (pull - cut) / (own + penalty*(1-d.l1))
	} else if pull < -cut {
		b = (pull + cut) / (own + penalty*(1-d.l1))
	}
	change := b - d.b[j]
	if change == 0 {
		return 0
	}
	d.b[j] = b
	slope := d.slope[:n]
	for k, v := range line {
		slope[k] -= change * v
	}
	return change * change * own
}
