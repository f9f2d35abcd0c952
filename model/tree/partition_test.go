package tree

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rows are divided in place as by two lists, alone and by teams, and merged
// again.
func TestPartitionAgreesWithSlowTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x := randomFrame(rng, 3*spanRows+17)
	bins := NewBinsLevels(x, allRows(x.Rows), 1000, 1, 1)
	m := bins.Matrix(x, 1)
	v := view{lanes: m.lanes, wide: m.wide}
	team := NewTeam(3)
	defer team.Stop()
	for c := range bins.columns {
		last := bins.columns[c].last()
		for _, share := range []float64{0, .01, .5, 1} {
			s := split{column: c, lo: 1, span: uint16(share * float64(max(0, last-1)))}
			if bins.columns[c].categorical {
				s.set = newBinSet(last)
				for bin := range last + 1 {
					if rng.Float64() < share {
						s.set.add(uint16(bin))
					}
				}
			}
			for _, fraction := range []float64{1, .7, .001} {
				rows := slices.Clone(Sample(allRows(x.Rows), fraction, 1))
				for _, by := range []*Team{nil, team} {
					checkPartition(t, m, &v, rows, &s, by)
				}
			}
		}
	}
}

func checkPartition(t *testing.T, m *Matrix, v *view, rows []uint32, s *split, team *Team) {
	t.Helper()
	var left, right []uint32
	for _, r := range rows {
		if s.goesLeft(m.at(r, s.column)) {
			left = append(left, r)
		} else {
			right = append(right, r)
		}
	}
	var side sides
	m.setSides(&side, s)
	got, spare := slices.Clone(rows), make([]uint32, len(rows)/2)
	v.partition(got, spare, len(left), &side, team)
	if diff := cmp.Diff(slices.Concat(left, right), got); diff != "" {
		t.Fatalf("column %d, %d rows, %d threads: %s", s.column, len(rows), team.Threads(), diff)
	}
	merge(got, spare, len(left))
	if !slices.Equal(got, rows) {
		t.Fatalf("column %d: %d and %d rows are not merged", s.column, len(left), len(right))
	}
}
