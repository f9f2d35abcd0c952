package tree

import "slices"

// Columns is how many columns the bins are of.
func (b *Bins) Columns() int { return len(b.columns) }

// Equal reports whether b and o put every value into the same bin.
func (b *Bins) Equal(o *Bins) bool {
	return b == o || slices.EqualFunc(b.columns, o.columns, func(x, y columnBins) bool {
		return x.kind() == y.kind() && slices.Equal(x.cuts, y.cuts)
	})
}

// Rows is how many rows the matrix holds.
func (m *Matrix) Rows() int { return m.rows }

// Bins are those that the matrix was binned by.
func (m *Matrix) Bins() *Bins { return m.bins }

// Bins are those that the ensemble's trees test.
func (e *Ensemble) Bins() *Bins { return e.bins }

// Trees is how many trees the ensemble sums up.
func (e *Ensemble) Trees() int { return len(e.trees) }

// Start is the score that the trees add to.
func (e *Ensemble) Start() float64 { return e.start }

// Link is what turns the ensemble's score into a prediction.
func (e *Ensemble) Link() Link { return e.link }

// Inverse is the prediction of a score, finite.
func (l Link) Inverse(score float64) float32 { return Finite(l.inverse(score)) }
