package pipeline

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
)

// keeping is a table that fails after so many rows.
type keeping struct {
	rows []int
	most int
}

var errFull = errors.New("the disk is full")

func (k *keeping) replace(_ context.Context, _ string, rows iter.Seq2[int, error]) (int64, error) {
	var next []int
	for row, err := range rows {
		if err != nil {
			return 0, err
		}
		if next = append(next, row); len(next) > k.most {
			return 0, errFull
		}
	}
	k.rows = next
	return int64(len(next)), nil
}

func TestSink(t *testing.T) {
	failed := errors.New("failed elsewhere")
	for name, test := range map[string]struct {
		rows, most int
		stop       error
		want       error
		kept       int
	}{
		"few":              {3, 5000, nil, nil, 3},
		"none":             {0, 5000, nil, nil, 0},
		"many":             {4000, 5000, nil, nil, 4000},
		"the table fails":  {4000, 700, nil, errFull, 1},
		"another one does": {4000, 5000, failed, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			table := &keeping{rows: []int{7}, most: test.most}
			s := openSink(t.Context(), "run", table.replace)
			for k := range test.rows {
				s.put(k)
			}
			if err := s.end(test.stop); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if len(table.rows) != test.kept || test.kept > 1 && !slices.IsSorted(table.rows) {
				t.Errorf("%d rows are kept, want %d", len(table.rows), test.kept)
			}
		})
	}
}
