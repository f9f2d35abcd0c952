package source

// ahead reads batches in a goroutine of its own, some before they are asked for:
// cutting a table into rows and looking at them take about as long.
type ahead struct {
	read        chan aBatch
	stop, ended chan struct{}
}

type aBatch struct {
	rows [][]string
	err  error
}

// newAhead begins to read, up to the first error.
func newAhead(batch func() ([][]string, error)) *ahead {
	a := &ahead{make(chan aBatch, 2), make(chan struct{}), make(chan struct{})}
	go func() {
		defer close(a.ended)
		for {
			rows, err := batch()
			select {
			case a.read <- aBatch{rows, err}:
			case <-a.stop:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return a
}

// batch is the next one. After an error there is none.
func (a *ahead) batch() ([][]string, error) {
	b := <-a.read
	return b.rows, b.err
}

// close ends the reading, and waits for that.
func (a *ahead) close() {
	close(a.stop)
	<-a.ended
}
