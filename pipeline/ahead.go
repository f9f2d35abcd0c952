package pipeline

import "iter"

const (
	aheadRows    = 1024 // in a batch
	aheadBatches = 64
)

// ahead walks rows in a goroutine of its own, some thousands in advance, so
// that making them and using them take place at once. The goroutine ends
// before the walk does.
func ahead[T any](rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	type batch struct {
		rows []T
		err  error
	}
	return func(yield func(T, error) bool) {
		made, used, stop := make(chan batch, aheadBatches), make(chan []T, aheadBatches+2), make(chan struct{})
		hand := func(b batch) bool {
			select {
			case made <- b:
				return true
			case <-stop:
				return false
			}
		}
		go func() {
			defer close(made)
			var b batch
			for row, err := range rows {
				if err != nil {
					b.err = err
					break
				}
				if b.rows = append(b.rows, row); len(b.rows) < aheadRows {
					continue
				}
				if !hand(b) {
					return
				}
				b.rows = nil
				select {
				case again := <-used:
					b.rows = again[:0]
				default:
				}
			}
			hand(b)
		}()
		defer func() {
			close(stop)
			for range made { // until the goroutine has ended
			}
		}()
		for b := range made {
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
			select {
			case used <- b.rows:
			default:
			}
		}
	}
}
