package pipeline

import (
	"context"
	"iter"
)

// sinkRows is how many rows are handed over at a time.
const sinkRows = 512

// A sink replaces a run's rows of a table by those that are put into it, in a
// goroutine of its own: what one walk over a shop makes for several tables is
// written as it comes. One goroutine puts, and calls end in the end.
type sink[T any] struct {
	rows  []T
	full  chan []T
	stop  error         // set before full is closed: nothing is replaced
	ended chan struct{} // closed after err is set
	err   error
}

func openSink[T any](ctx context.Context, run string, replace func(context.Context, string, iter.Seq2[T, error]) (int64, error)) *sink[T] {
	s := &sink[T]{full: make(chan []T, 2), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_, s.err = replace(ctx, run, func(yield func(T, error) bool) {
			for rows := range s.full {
				for _, row := range rows {
					if !yield(row, nil) {
						return
					}
				}
			}
			if s.stop != nil {
				var none T
				yield(none, s.stop)
			}
		})
	}()
	return s
}

// put hands a row over. Once the table has failed it does nothing.
func (s *sink[T]) put(row T) {
	if s.rows = append(s.rows, row); len(s.rows) == sinkRows {
		s.flush()
	}
}

// yield is put for what yields rows: false once the table has failed.
func (s *sink[T]) yield(row T, _ error) bool {
	s.put(row)
	return s.failed() == nil
}

// all puts the rows of a walk, and ends with its error.
func (s *sink[T]) all(rows iter.Seq2[T, error]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		s.put(row)
	}
	return s.failed()
}

func (s *sink[T]) flush() {
	select {
	case s.full <- s.rows:
	case <-s.ended:
	}
	s.rows = make([]T, 0, sinkRows)
}

// failed is the table's error, where it has ended with one.
func (s *sink[T]) failed() error {
	select {
	case <-s.ended:
		return s.err
	default:
		return nil
	}
}

// end waits until all rows are in the table, or, with an error, leaves what was
// there before.
func (s *sink[T]) end(err error) error {
	if err == nil {
		s.flush()
	}
	s.stop = err
	close(s.full)
	<-s.ended
	if err != nil {
		return nil // which whoever ends it knows
	}
	return s.err
}
