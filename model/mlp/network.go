package mlp

// network is the weights of one network, in one slice: of the first layer by
// input (dense columns, then levels of categories), of the second by unit of
// the first, of the output by unit of the second; and each layer's constants.
type network struct{ Weights []float32 }

// shape says where a network's weights lie.
type shape struct{ dense, levels int }

func (s shape) first() int   { return (s.dense + s.levels) * units }
func (s shape) second() int  { return s.first() + units }
func (s shape) last() int    { return s.second() + units*second + second }
func (s shape) weights() int { return s.last() + second + 1 }

// parts are views of weights or of their gradients.
type parts struct{ dense, levels, one, two, twoOne, three, last []float32 }

func (s shape) parts(w []float32) parts {
	d := s.dense * units
	f, g, h := s.first(), s.second(), s.last()
	return parts{w[:d], w[d:f], w[f:g], w[g : g+units*second], w[g+units*second : h], w[h : h+second], w[h+second:]}
}

// pass is the memory of going through a network with some rows at once: by row,
// the units after each layer and the output.
type pass struct {
	shape
	one, two, out []float32
}

func newPass(s shape, n int) *pass {
	return &pass{s, make([]float32, n*units), make([]float32, n*second), make([]float32, n)}
}

// descent is a pass that also goes back: by row, the gradients of the units
// before each layer's ReLU.
type descent struct {
	*pass
	one, two []float32
	turned   []float32 // the second layer's weights, by unit of the second
}

func newDescent(s shape, n int) *descent {
	return &descent{newPass(s, n), make([]float32, n*units), make([]float32, n*second), make([]float32, units*second)}
}

// linear is the unit of the first layer that goes on to the end as it is.
const linear = units - 1

// forward fills out by rows.
func (p *pass) forward(w parts, x *rows) {
	for r := range x.n {
		one := p.one[r*units : (r+1)*units]
		copy(one, w.one)
		for _, l := range x.levels[r*x.categories : (r+1)*x.categories] {
			if l >= 0 {
				add(one, w.levels[int(l)*units:])
			}
		}
		copy(p.two[r*second:(r+1)*second], w.twoOne)
	}
	product(p.one, x.dense, w.dense, x.n, units, p.dense, p.dense, 1)
	for r := range x.n {
		one := p.one[r*units : (r+1)*units]
		for k, v := range one[:linear] {
			one[k] = max(v, 0)
		}
	}
	product(p.two, p.one, w.two, x.n, second, units, units, 1)
	for r := range x.n {
		two := p.two[r*second : (r+1)*second]
		sum := w.last[0] + p.one[r*units+linear]
		for k, v := range two {
			two[k] = max(v, 0)
			sum += two[k] * w.three[k]
		}
		p.out[r] = sum
	}
}

// backward adds to g the gradients of the rows, whose outputs' are given.
func (d *descent) backward(w, g parts, x *rows, slope []float32) {
	for r, s := range slope[:x.n] {
		two, back := d.pass.two[r*second:(r+1)*second], d.two[r*second:(r+1)*second]
		g.last[0] += s
		for k, v := range two {
			g.three[k] += s * v
			back[k] = 0
			if v > 0 {
				back[k] = s * w.three[k]
			}
		}
		add(g.twoOne, back)
	}
	product(g.two, d.pass.one, d.two, units, second, x.n, 1, units)
	for a := range units {
		for b := range second {
			d.turned[b*units+a] = w.two[a*second+b]
		}
	}
	clear(d.one)
	product(d.one, d.two, d.turned, x.n, units, second, second, 1)
	for r, s := range slope[:x.n] {
		one, back := d.pass.one[r*units:(r+1)*units], d.one[r*units:(r+1)*units]
		for k, v := range one[:linear] {
			if v <= 0 {
				back[k] = 0
			}
		}
		back[linear] += s
		add(g.one, back)
		for _, l := range x.levels[r*x.categories : (r+1)*x.categories] {
			if l >= 0 {
				add(g.levels[int(l)*units:int(l+1)*units], back)
			}
		}
	}
	product(g.dense, x.dense, d.one, d.dense, units, x.n, 1, d.dense)
}
