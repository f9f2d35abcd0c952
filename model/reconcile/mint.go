package reconcile

import (
	"context"
	"sync/atomic"

	"daycast"
)

// MinT moves all base forecasts y as little as W lets it until groups and series
// agree:
//
//	y~ = y - W C' (C W C')^-1 C y        C = [I, -A], a row for each group: it less its series
//
// which is generalised least squares of the series on all nodes (Wickramasuriya,
// Athanasopoulos, Hyndman 2019, JASA 114(526)) in the form that solves m x m
// equations for m groups, however many series there are: C W C' is added up from
// cells. OLS, WLS and MinT proper differ in W alone. With m groups and T columns
// of errors the memory is about two copies of the series' forecasts and m^2, the
// time series x (Horizon + T) and m^3/3; where something is locked or below zero,
// m^3/3 for each column and round. MinT refuses more than 4,096 groups.
//
// Locked nodes have no variance and so keep their forecasts. Options.NonNegative
// locks series at zero that came out below, and frees those that would rise again
// (a primal-dual active set: Hintermüller, Ito, Kunisch 2002, SIAM J. Optim.
// 13(3)), which ends at the least-squares optimum of Wickramasuriya, Turlach,
// Hyndman (2020), Stat. Comput. 30. Columns without locked groups took up to 7
// rounds on 16,000 drawn ones. With a third of the groups locked, at what could all
// be kept, one of 16,000 columns was refused, by a W with errors that go together.
type MinT struct {
	W   Covariance
	Use []bool // by upper node: whether its base forecast counts; nil: all do
}

// MaxGroups is how many groups MinT takes, the shop among them: their equations take
// MaxGroups^2 numbers, and a third of its cube of work.
const MaxGroups = 4096

// Reconcile is Method's.
func (m MinT) Reconcile(ctx context.Context, h *Hierarchy, base Values, o Options) (Values, error) {
	if err := o.check(h, base); err != nil {
		return Values{}, err
	}
	if len(m.W.Upper) != h.uppers || len(m.W.Bottom) != len(h.Series) || m.Use != nil && len(m.Use) != h.uppers {
		return Values{}, daycast.Errorf(daycast.Invalid, "a covariance of %d groups and %d series: want %d and %d", len(m.W.Upper), len(m.W.Bottom), h.uppers, len(h.Series))
	}
	if h.uppers > MaxGroups {
		return Values{}, daycast.Errorf(daycast.Invalid, "%d groups: MinT takes up to %d", h.uppers, MaxGroups).WithHint("leave out the levels with the most groups")
	}
	if err := m.W.check(); err != nil {
		return Values{}, err
	}
	p := newProjection(m, h, base, o)
	if err := p.run(ctx); err != nil {
		return Values{}, err
	}
	out := p.out
	h.Sum(out, o.Threads)
	return out, o.keepsLocks(h, base, out)
}

// After so many rounds all steps are damped, and after so many series that reached
// zero stay there, so that rounds end for sure. Both are beyond what was seen.
const (
	wholeSteps = 12
	releases   = 100
)

// What a series may do in a column.
const (
	free    = iota
	locked  // at its base forecast
	zero    // held at zero, until it would rise
	holds   = 3
	counted = 4 // a further bit: its being held is in the column's common
)

// A projection is MinT's work on one set of base forecasts.
type projection struct {
	MinT
	h    *Hierarchy
	base Values
	o    Options

	held    []uint8   // n x H of free, locked, zero; nil: all free
	gap     []float64 // C E, m x T, where nothing is held; E scaled
	weight  []float64 // by cell: the variances of its series
	lambda  []float64 // m x H
	common  []float64 // v, T x H: what the errors' columns do
	round   int
	busy    []bool // by column: not settled yet
	whole   []bool // by column: the last step was
	columns []*common
	out     Values
}

func newProjection(m MinT, h *Hierarchy, base Values, o Options) *projection {
	p := &projection{MinT: m, h: h, base: base, o: o, out: NewValues(h, base.Horizon), columns: make([]*common, base.Horizon), whole: make([]bool, base.Horizon)}
	if o.NonNegative || o.Locks.Bottom != nil {
		p.held = make([]uint8, len(base.Bottom))
		for k, l := range o.Locks.Bottom {
			if l {
				p.held[k] = locked
			}
		}
	}
	T := m.W.errors.Horizon
	p.gap, p.common = make([]float64, h.uppers*T), make([]float64, T*base.Horizon)
	p.lambda, p.busy = make([]float64, h.uppers*base.Horizon), make([]bool, base.Horizon)
	for t := range p.busy {
		p.busy[t] = true
	}
	p.weight = h.sumCells(1, o.Threads, func(i int, sum []float64) { sum[0] += float64(m.W.Bottom[i]) })
	if T > 0 {
		cells := h.sumCells(T, o.Threads, func(i int, sum []float64) {
			for t, e := range m.W.errors.BottomOf(i) {
				sum[t] += float64(e)
			}
		})
		h.sumUppers(cells, T, p.gap, o.Threads)
		for k, e := range m.W.errors.Upper {
			p.gap[k] = p.W.scale * (e - p.gap[k])
		}
	}
	return p
}

// run goes in rounds until no series is held or freed any more.
func (p *projection) run(ctx context.Context) error {
	for ; ; p.round++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.solve()
		if !p.move() {
			return nil
		}
	}
}

// move writes the series' forecasts for lambda, and is whether any of them
// changed between held at zero and free.
func (p *projection) move() bool {
	H := p.base.Horizon
	changed := make([]atomic.Bool, H)
	p.h.eachCell(p.o.Threads, func(c int) {
		pull, moved := make([]float64, H), make([]float64, H)
		for _, u := range p.h.groupsOf(c) {
			if u < 0 {
				continue
			}
			for t, l := range p.lambda[int(u)*H : (int(u)+1)*H] {
				pull[t] += l
			}
		}
		for _, i := range p.h.seriesOf(c) {
			p.free(int(i), pull, moved)
			p.settle(int(i), moved, changed)
		}
	})
	any := false
	for t := range p.busy {
		p.busy[t] = p.busy[t] && (changed[t].Load() || !p.whole[t])
		any = any || p.busy[t]
	}
	return any
}

// settle writes series i's forecasts, and holds or frees them.
func (p *projection) settle(i int, moved []float64, changed []atomic.Bool) {
	out := p.out.BottomOf(i)
	for t, y := range moved {
		k := i*p.base.Horizon + t
		state := uint8(free)
		if p.held != nil {
			state = p.held[k] & holds
		}
		switch {
		case state == locked:
			out[t] = p.base.Bottom[k]
			continue
		case !p.o.NonNegative:
		case y < 0:
			p.become(k, zero, &changed[t])
			y = 0
		case state == zero && p.round < releases && y > 0:
			p.become(k, free, &changed[t])
		case state == zero:
			y = 0
		}
		out[t] = float32(y)
	}
}

func (p *projection) become(k int, state uint8, changed *atomic.Bool) {
	if p.held[k]&holds != state {
		p.held[k] = p.held[k]&counted | state
		changed.Store(true)
	}
}

// free is where series i goes if nothing holds it.
func (p *projection) free(i int, pull, moved []float64) {
	H, w := p.base.Horizon, float64(p.W.Bottom[i])
	for t, y := range p.base.BottomOf(i) {
		moved[t] = float64(y) + w*pull[t]
	}
	if p.W.errors.Horizon == 0 {
		return
	}
	for k, e := range p.W.errors.BottomOf(i) {
		if e == 0 {
			continue
		}
		by := p.W.scale * float64(e)
		for t, v := range p.common[k*H : (k+1)*H] {
			moved[t] += by * v
		}
	}
}
