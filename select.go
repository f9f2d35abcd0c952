package daycast

// Select is a panel of the series at indices, in that order. What belongs to
// the shop (Totals, the levels' names, the signals' vectors) is shared with p;
// what belongs to a series is copied. Each index is one of p's series.
func (p *Panel) Select(indices []int) *Panel {
	q := &Panel{
		Step: p.Step, Origin: p.Origin,
		Series:  gather(p.Series, indices, 1),
		Start:   gather(p.Start, indices, 1),
		Offsets: make([]int, 1, len(indices)+1),
		Ahead: Ahead{
			Periods:      p.Ahead.Periods,
			Price:        gather(p.Ahead.Price, indices, p.Ahead.Periods),
			PricePlanned: gather(p.Ahead.PricePlanned, indices, 1),
			Closed:       gather(p.Ahead.Closed, indices, p.Ahead.Periods),
		},
		Waited:      gather(p.Waited, indices, 1),
		Totals:      p.Totals,
		NonNegative: p.NonNegative,
	}
	for k, i := range indices {
		q.Offsets = append(q.Offsets, q.Offsets[k]+p.Len(i))
	}
	q.Units = gatherPeriods(p, p.Units, indices)
	if len(p.Train) > 0 && &p.Train[0] == &p.Units[0] {
		q.Train = q.Units
	} else {
		q.Train = gatherPeriods(p, p.Train, indices)
	}
	q.Spread = gatherPeriods(p, p.Spread, indices)
	q.State = gatherPeriods(p, p.State, indices)
	q.Price = gatherPeriods(p, p.Price, indices)
	for _, l := range p.Levels {
		l.Of = gather(l.Of, indices, 1)
		q.Levels = append(q.Levels, l)
	}
	for _, s := range p.Signals {
		s.Vector = gather(s.Vector, indices, 1)
		q.Signals = append(q.Signals, s)
	}
	return q
}

// gather copies the rows at indices of a table of width columns; a table that
// the panel does not have stays nil.
func gather[T any](rows []T, indices []int, width int) []T {
	if rows == nil {
		return nil
	}
	out := make([]T, 0, len(indices)*width)
	for _, i := range indices {
		out = append(out, rows[i*width:(i+1)*width]...)
	}
	return out
}

// gatherPeriods copies the periods of the series at indices.
func gatherPeriods[T any](p *Panel, flat []T, indices []int) []T {
	if flat == nil {
		return nil
	}
	n := 0
	for _, i := range indices {
		n += p.Len(i)
	}
	out := make([]T, 0, n)
	for _, i := range indices {
		out = append(out, flat[p.Offsets[i]:p.Offsets[i+1]]...)
	}
	return out
}
