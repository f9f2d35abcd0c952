package classic

import (
	"math"
	"slices"

	"daycast"
)

// A factor is one column of outside factors, known for the periods ahead too:
// the logarithm of the price, a signal's number, or whether a signal's word is
// Code on that day.
type factor struct {
	Signal string `json:",omitempty"` // empty: the price
	Code   string `json:",omitempty"`
}

// maxFactors bounds the columns: a series of a few hundred days cannot tell
// more of them apart.
const maxFactors = 40

// factorsOf are the columns that a shop's panel has.
func factorsOf(p *daycast.Panel) []factor {
	var out []factor
	if slices.ContainsFunc(p.Price, func(v float32) bool { return v > 0 }) {
		out = append(out, factor{})
	}
	for k := range p.Signals {
		s := &p.Signals[k]
		switch {
		case !s.Future:
		case s.Codes == nil:
			out = append(out, factor{Signal: s.Name})
		default:
			for _, code := range s.Codes {
				out = append(out, factor{s.Name, code})
			}
		}
	}
	return out[:min(len(out), maxFactors)]
}

// readFactors fills h's factors for its own periods and the horizon after.
func (f *fitted) readFactors(h *History, p *daycast.Panel, i, horizon int) {
	n := len(h.Units) + horizon
	for len(h.Factors) < len(f.factors) {
		h.Factors = append(h.Factors, nil)
	}
	h.Factors = h.Factors[:len(f.factors)]
	for c, factor := range f.factors {
		column := slices.Grow(h.Factors[c][:0], n)[:n]
		if factor.Signal == "" {
			priceColumn(column, p, i)
		} else {
			factor.column(column, p, i)
		}
		known(column)
		h.Factors[c] = column
	}
}

// priceColumn writes the price's logarithm, NaN where nothing is known.
func priceColumn(out []float64, p *daycast.Panel, i int) {
	own := p.PriceOf(i)
	last := nan
	for t := range out {
		v := nan
		switch k := t - len(own); {
		case k < 0:
			v = float64(own[t])
		case k < p.Ahead.Periods && len(p.Ahead.Price) > 0:
			v = float64(p.Ahead.Price[i*p.Ahead.Periods+k])
		}
		if v > 0 {
			last = math.Log(v)
		}
		out[t] = last
	}
}

func (f factor) column(out []float64, p *daycast.Panel, i int) {
	var signal *daycast.PanelSignal
	for k := range p.Signals {
		if s := &p.Signals[k]; s.Name == f.Signal && s.Future && (s.Codes != nil) == (f.Code != "") {
			signal = s
		}
	}
	code := float32(-1)
	if signal != nil && f.Code != "" {
		code = float32(slices.Index(signal.Codes, f.Code))
	}
	for t := range out {
		out[t] = nan
		if signal == nil {
			continue
		}
		v := signal.At(i, p.Start[i]+daycast.Day(t)*daycast.Day(p.Step))
		switch {
		case f.Code == "":
			out[t] = float64(v)
		case v == code:
			out[t] = 1
		default:
			out[t] = 0
		}
	}
}

// known puts the mean of what is known where nothing is.
func known(column []float64) {
	sum, n := 0.0, 0.0
	for _, v := range column {
		if v == v {
			sum += v
			n++
		}
	}
	mean := sum / max(1, n)
	for t, v := range column {
		if v != v {
			column[t] = mean
		}
	}
}

// ahead are the columns after the first n periods.
func ahead(columns [][]float64, n int) [][]float64 {
	out := make([][]float64, len(columns))
	for c := range columns {
		out[c] = columns[c][n:]
	}
	return out
}
