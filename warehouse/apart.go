package warehouse

import "iter"

// apartRows is how many rows are handed over at a time.
const apartRows = 512

// apart makes rows in a goroutine of its own while the caller writes those
// before: parsing a table and appending it take about as long. The goroutine has
// ended when the walk has.
func apart[T any](rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	type batch struct {
		rows []T
		err  error
	}
	return func(yield func(T, error) bool) {
		batches, stop, ended := make(chan batch, 2), make(chan struct{}), make(chan struct{})
		give := func(b batch) bool {
			select {
			case batches <- b:
				return true
			case <-stop:
				return false
			}
		}
		go func() {
			defer close(ended)
			defer close(batches)
			made := make([]T, 0, apartRows)
			for row, err := range rows {
				if err != nil {
					give(batch{made, err})
					return
				}
				if made = append(made, row); len(made) == apartRows {
					if !give(batch{made, nil}) {
						return
					}
					made = make([]T, 0, apartRows)
				}
			}
			give(batch{made, nil})
		}()
		defer func() {
			close(stop)
			<-ended
		}()
		for b := range batches {
			for _, row := range b.rows {
				if !yield(row, nil) {
					return
				}
			}
			if b.err != nil {
				var none T
				yield(none, b.err)
				return
			}
		}
	}
}
