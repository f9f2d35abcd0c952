package clean

import (
	"context"
	"math"
	"slices"

	"daycast"
)

// signals compiles the outside factors known at the origin, and the facts' own
// columns that vary by day, for the series of the panel.
func (a *assembly) signals(ctx context.Context) error {
	p := a.panel
	end := a.origin + daycast.Day(a.b.Step) - 1
	c := compiler{b: a.b, panel: p, limit: a.origin + daycast.Day(a.b.Step)*lead, keys: map[daycast.Scope][]string{}}
	for s, err := range a.b.Reader.Signals(ctx, end) {
		if err != nil {
			return err
		}
		if s.KnownAt <= end {
			c.add(s)
		}
	}
	c.finish()
	a.outlook = c.outlooks
	for k := range p.Signals {
		a.carry(&p.Signals[k])
	}
	if a.promotion.any {
		s := a.own(promotionSignal, a.promotion, a.b.Planned.Promotion)
		a.carry(&s)
		p.Signals = append(p.Signals, s)
	}
	if a.buyers.any {
		p.Signals = append(p.Signals, a.own("buyers", a.buyers, false))
	}
	return ctx.Err()
}

// own makes a signal of one vector a series from a column of the facts.
func (a *assembly) own(name string, r ragged, future bool) daycast.PanelSignal {
	s := daycast.PanelSignal{Name: name, Future: future, Step: a.b.Step, First: a.panel.Start, Vectors: r.values}
	s.Vector = make([]int32, len(a.panel.Series))
	for i := range s.Vector {
		s.Vector[i] = int32(i)
	}
	return s
}

// carry gives periods without any row the value before them, where all rows
// have one: a shop that leaves zeros out tells of prices and weather only when
// it sold, and a model must not learn that from what is left out.
func (a *assembly) carry(s *daycast.PanelSignal) {
	p := a.panel
	rowed, blank := make([][]bool, len(s.Vectors)), make([]bool, len(s.Vectors))
	for i := range p.Series {
		v := s.Vector[i]
		if v < 0 {
			continue
		}
		if rowed[v] == nil {
			rowed[v] = make([]bool, len(s.Vectors[v]))
		}
		from := int(p.Start[i]-s.First[v]) / int(p.Step)
		blank[v] = mark(rowed[v], from, a.rowed[p.Offsets[i]:p.Offsets[i+1]]) || blank[v]
		mark(rowed[v], from+p.Len(i), a.future[i*p.Ahead.Periods:(i+1)*p.Ahead.Periods])
	}
	for v, values := range s.Vectors {
		if !blank[v] && dense(values, rowed[v]) {
			s.Vectors[v] = carried(values, int(p.Origin-s.First[v])/int(p.Step)+1)
		}
	}
}

// carried fills the gaps up to the last value, and to the end of the past.
func carried(values []float32, past int) []float32 {
	end := len(values)
	for end > 0 && values[end-1] != values[end-1] {
		end--
	}
	for len(values) < past {
		values = append(values, float32(math.NaN()))
	}
	for t := 1; t < max(end, past); t++ {
		if values[t] != values[t] {
			values[t] = values[t-1]
		}
	}
	return values
}

// mark sets the periods from one on that have a row, and reports whether there
// are others beyond the vector.
func mark(to []bool, from int, rows []bool) (beyond bool) {
	for k, has := range rows {
		if t := from + k; has && t >= 0 && t < len(to) {
			to[t] = true
		} else if has {
			beyond = true
		}
	}
	return beyond
}

// dense reports whether every period with a row has a value.
func dense(values []float32, rowed []bool) bool {
	for t, v := range values {
		if v != v && (rowed == nil || rowed[t]) {
			return false
		}
	}
	return rowed != nil
}

// compiler makes signals of rows that come by name, scope, key, day and
// known-at, and so holds one vector and the finished ones.
type compiler struct {
	b     PanelBuilder
	panel *daycast.Panel
	limit daycast.Day
	keys  map[daycast.Scope][]string // by series

	outlooks map[string]Outlook // by signal

	name    string
	scope   daycast.Scope
	vector  map[string]int32 // key -> vector
	code    map[string]float32
	signal  *daycast.PanelSignal
	numbers bool // the signal's values, not words

	key     string
	values  []float32
	first   daycast.Day
	day     daycast.Day // of the last row
	prior   float32     // what the period was before that day, of words
	old     float32     // what the day said before it was known better
	planned bool        // what it says was known before the day
	sum     float64     // of the last period's days
	counted int
}

func (c *compiler) add(s daycast.Signal) {
	switch {
	case c.signal == nil || s.Name != c.name || s.Scope != c.scope:
		c.finish()
		c.name, c.scope, c.key = s.Name, s.Scope, s.Key
		c.vector, c.code, c.numbers = map[string]int32{}, map[string]float32{}, false
		c.signal = &daycast.PanelSignal{Name: c.fresh(s), Step: c.b.Step}
	case s.Key != c.key:
		c.close()
		c.key = s.Key
	}
	c.put(s)
}

// fresh is the signal's name, with its scope where another scope has it.
func (c *compiler) fresh(s daycast.Signal) string {
	for _, other := range c.panel.Signals {
		if other.Name == s.Name {
			return s.Name + "_" + string(s.Scope)
		}
	}
	return s.Name
}

// put lays one row out. Of several rows of a day the last known counts; a week
// takes the mean of its days, or its last word. A row of the value 0 among words
// takes its day's word back: a holiday that was called off.
func (c *compiler) put(s daycast.Signal) {
	period := c.b.periodOf(s.Day)
	if period > c.limit {
		return
	}
	gone := s.Code == "" && s.Value == 0 && c.signal.Codes != nil // a word that holds no more
	if s.Code == "" && c.signal.Codes != nil && !gone || s.Code != "" && c.numbers {
		return // words and numbers do not mix: the first row decides
	}
	c.numbers = s.Code == "" && !gone
	v := s.Value
	if s.Code != "" {
		code, ok := c.code[s.Code]
		if !ok {
			code = float32(len(c.code))
			c.code[s.Code] = code
			c.signal.Codes = append(c.signal.Codes, s.Code)
		}
		v = code
	}
	if len(c.values) == 0 {
		c.first = period
	}
	t := int(period-c.first) / int(c.b.Step)
	if t < 0 {
		return
	}
	if s.Day != c.day {
		c.plan()
	}
	if t >= len(c.values) {
		c.sum, c.counted = 0, 0
	} else if s.Day == c.day {
		c.sum -= float64(c.old)
		c.counted--
	}
	if t >= len(c.values) {
		c.prior = float32(math.NaN())
	} else if s.Day != c.day {
		c.prior = c.values[t]
	}
	for len(c.values) <= t {
		c.values = append(c.values, float32(math.NaN()))
	}
	if gone {
		v = c.prior
	}
	c.day, c.old, c.planned = s.Day, v, s.KnownAt < s.Day
	c.sum += float64(v)
	c.counted++
	if c.numbers {
		v = float32(c.sum / float64(c.counted))
	}
	c.values[t] = v
}

// plan notes that a value stood before its day: the signal is known ahead, though
// the days ahead may have none, as those of events.
func (c *compiler) plan() {
	c.signal.Future = c.signal.Future || c.planned
	c.planned = false
}

// close ends a key's vector.
func (c *compiler) close() {
	if len(c.values) == 0 {
		return
	}
	c.plan()
	s, step := c.signal, daycast.Day(c.b.Step)
	c.vector[c.key] = int32(len(s.Vectors))
	s.First, s.Vectors = append(s.First, c.first), append(s.Vectors, slices.Clip(c.values))
	s.Future = s.Future || c.first+daycast.Day(len(c.values)-1)*step > c.panel.Origin
	c.values, c.sum, c.counted = make([]float32, 0, len(c.values)), 0, 0
}

// finish ends a signal.
func (c *compiler) finish() {
	if c.signal == nil {
		return
	}
	c.close()
	s := c.signal
	if len(s.Vectors) > 0 {
		c.sortCodes()
		s.Vector = make([]int32, len(c.panel.Series))
		for i, key := range c.keysOf(c.scope) {
			v, ok := c.vector[key]
			if !ok {
				v = -1
			}
			s.Vector[i] = v
		}
		if c.b.hasOutlook(c.name) {
			if c.outlooks == nil {
				c.outlooks = map[string]Outlook{}
			}
			c.outlooks[s.Name] = c.outlook(s)
		}
		c.panel.Signals = append(c.panel.Signals, *s)
	}
	c.signal = nil
}

// sortCodes orders the dictionary, so that it does not depend on which word
// came first.
func (c *compiler) sortCodes() {
	s := c.signal
	if s.Codes == nil {
		return
	}
	sorted := slices.Clone(s.Codes)
	slices.Sort(sorted)
	place := make([]float32, len(sorted))
	for k, word := range s.Codes {
		at, _ := slices.BinarySearch(sorted, word)
		place[k] = float32(at)
	}
	s.Codes = sorted
	for _, values := range s.Vectors {
		for t, v := range values {
			if v == v {
				values[t] = place[int(v)]
			}
		}
	}
}

// keysOf are the keys of a scope by series.
func (c *compiler) keysOf(scope daycast.Scope) []string {
	keys := c.keys[scope]
	if keys == nil {
		keys = make([]string, len(c.panel.Series))
		for i := range keys {
			keys[i] = scopeKey(c.panel, i, scope)
		}
		c.keys[scope] = keys
	}
	return keys
}

// scopeKey is the key under which a signal of this scope is known for series i.
func scopeKey(p *daycast.Panel, i int, scope daycast.Scope) string {
	switch scope {
	case daycast.ScopePlace:
		return p.Series[i].Place
	case daycast.ScopeItem:
		return p.Series[i].Item
	case daycast.ScopeSeries:
		return p.Series[i].ID()
	case daycast.ScopeCategory:
		for _, l := range p.Levels {
			if l.Name == categoryLevel && l.Of[i] >= 0 {
				return l.Names[l.Of[i]]
			}
		}
	}
	return ""
}
