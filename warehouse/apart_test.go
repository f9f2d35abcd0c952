package warehouse

import (
	"errors"
	"iter"
	"testing"
)

// numbers yields 0 to n-1 and then an error, if any, and tells when it ended.
func numbers(n int, failure error, ended *bool) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer func() { *ended = true }()
		for k := range n {
			if !yield(k, nil) {
				return
			}
		}
		if failure != nil {
			yield(0, failure)
		}
	}
}

func TestApart(t *testing.T) {
	failure := errors.New("torn")
	for _, n := range []int{0, 1, apartRows, 3*apartRows + 7} {
		for _, want := range []error{nil, failure} {
			var ended bool
			var got error
			k := 0
			for v, err := range apart(numbers(n, want, &ended)) {
				if got = err; err == nil {
					if v != k {
						t.Fatalf("row %d is %d", k, v)
					}
					k++
				}
			}
			if k != n || !errors.Is(got, want) || !ended {
				t.Errorf("%d rows of %d, error %v, want %v; ended %v", k, n, got, want, ended)
			}
		}
	}
}

func TestApartStops(t *testing.T) {
	var ended bool
	for v, err := range apart(numbers(100*apartRows, nil, &ended)) {
		if err != nil {
			t.Fatal(err)
		}
		if v == apartRows+3 {
			break
		}
	}
	if !ended {
		t.Error("the walk is over and its goroutine is not")
	}
}
