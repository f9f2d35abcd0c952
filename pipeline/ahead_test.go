package pipeline

import (
	"errors"
	"iter"
	"testing"
)

func TestAhead(t *testing.T) {
	broken := errors.New("broken")
	numbers := func(n int, err error) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if err != nil {
				yield(0, err)
			}
		}
	}
	for _, n := range []int{0, 1, aheadRows - 1, aheadRows, aheadRows + 1, 20*aheadRows + 3} {
		for _, fail := range []error{nil, broken} {
			got := 0
			var last error
			for i, err := range ahead(numbers(n, fail)) {
				if last = err; err != nil {
					break
				}
				if i != got {
					t.Fatalf("%d of %d: got %d", got, n, i)
				}
				got++
			}
			if got != n || !errors.Is(last, fail) {
				t.Errorf("%d of %d, %v", got, n, last)
			}
		}
	}
	// One that stops early leaves no goroutine behind that still walks.
	walking := 0
	for _, err := range ahead(func(yield func(int, error) bool) {
		walking++
		defer func() { walking-- }()
		for yield(1, nil) {
		}
	}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if walking != 0 {
		t.Error("the walk goes on")
	}
}
