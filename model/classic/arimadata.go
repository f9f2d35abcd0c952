package classic

import (
	"math"

	"daycast"
)

// periodsPerFactor is how much evidence an outside factor must have: with less
// its coefficient is mostly noise. Ten is the usual rule of thumb (Harrell
// 2015, "Regression modeling strategies", section 4.4).
const periodsPerFactor = 10

// newArimaData prepares h for the orders o, of which the differences count.
func newArimaData(h *History, extra [][]float64) *arimaData {
	from, to := evidenceSpan(h.Units)
	d := &arimaData{units: h.Units[from:to], lost: from}
	for _, y := range d.units {
		if y == y {
			d.n++
			d.squares += y * y
		}
	}
	d.gaps = d.n < len(d.units)
	for _, factors := range [][][]float64{h.Factors, extra} {
		for _, column := range factors {
			d.columns = append(d.columns, column[from:to])
		}
	}
	return d
}

// evidenceSpan is from the first evidence to behind the last.
func evidenceSpan(units []float64) (from, to int) {
	for to = len(units); to > 0 && units[to-1] != units[to-1]; to-- {
	}
	for from < to && units[from] != units[from] {
		from++
	}
	return from, to
}

// choose keeps the columns that tell something after o's differences which
// those before do not, divided by their size. Its answer is by column of the
// history: its place among those kept, -1 of the others.
func (d *arimaData) choose(o arimaOrder) []int {
	places := make([]int, len(d.columns))
	var kept, bases [][]float64
	if o.D+o.SD <= 1 {
		ones := make([]float64, len(d.units))
		fill(ones, 1)
		ones = d.evident(ones[:max(0, len(ones)-o.lost())], o)
		if size(ones) > 0 {
			bases = append(bases, scaled(ones, 1/size(ones)))
		}
	}
	for c, column := range d.columns {
		places[c] = -1
		if (len(kept)+1)*periodsPerFactor > d.n-o.lost() {
			continue
		}
		diff := d.evident(o.difference(append([]float64(nil), column...)), o)
		whole := size(diff)
		if !(whole > 0) || math.IsInf(whole, 0) {
			continue
		}
		rest := append([]float64(nil), diff...)
		for _, b := range bases {
			along := dot(rest, b)
			for t := range rest {
				rest[t] -= along * b[t]
			}
		}
		const alike = 1e-5 // relative: far above rounding, far below what matters
		if size(rest) < alike*whole {
			continue
		}
		bases = append(bases, scaled(rest, 1/size(rest)))
		places[c] = len(kept)
		scale := whole / math.Sqrt(float64(len(diff)))
		d.scales = append(d.scales, scale)
		kept = append(kept, scaled(append([]float64(nil), column...), 1/scale))
	}
	d.columns = kept
	return places
}

// evident are the values of a differenced column at periods of evidence.
func (d *arimaData) evident(column []float64, o arimaOrder) []float64 {
	if !d.gaps {
		return column
	}
	out := column[:0]
	for t, v := range column {
		if y := d.units[t+o.lost()]; y == y {
			out = append(out, v)
		}
	}
	return out
}

// shift takes a level off the units where differences do so anyhow, so that
// nothing is lost to rounding.
func (d *arimaData) shift(o arimaOrder) {
	if o.lost() == 0 || len(d.units) == 0 {
		return
	}
	d.offset = d.units[0]
	out := make([]float64, len(d.units))
	d.squares = 0
	for t, y := range d.units {
		out[t] = y - d.offset
		if y == y {
			d.squares += out[t] * out[t]
		}
	}
	d.units = out
}

func size(x []float64) float64 { return math.Sqrt(dot(x, x)) }

func scaled(x []float64, by float64) []float64 {
	for t := range x {
		x[t] *= by
	}
	return x
}

// fourier fills the terms of the year at a day: sines and cosines of pairs
// frequencies.
func fourier(out []float64, day daycast.Day, pairs int) {
	const year = 365.25
	for k := range pairs {
		angle := 2 * math.Pi * float64(k+1) * float64(day) / year
		out[2*k], out[2*k+1] = math.Sin(angle), math.Cos(angle)
	}
}

// fourierColumns are the terms of every period of h, by column.
func fourierColumns(h *History, pairs int) [][]float64 {
	out := make([][]float64, 2*pairs)
	for c := range out {
		out[c] = make([]float64, len(h.Units))
	}
	row := make([]float64, 2*pairs)
	for t := range h.Units {
		fourier(row, h.Start+daycast.Day(t)*daycast.Day(h.Step), pairs)
		for c, v := range row {
			out[c][t] = v
		}
	}
	return out
}
