package serve_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/serve"
	"daycast/warehouse"
)

type line struct {
	Name                       string
	WAPE, RMSE, Bias, Coverage *float64
	Pairs                      int64
}

type accuracy struct {
	Step                    int
	Origins                 []string
	Horizon, Category, Days []line
}

func TestAccuracy(t *testing.T) {
	st := state("r1", constant{})
	st.Errors = []warehouse.ErrorRow{
		{Origin: origin - 28, Horizon: 2, Category: "Kitchen", Pairs: 2, Absolute: 3, Squared: 8, Signed: -1, Sold: 4, Open: 2, Inside: 1},
		{Origin: origin - 28, Horizon: 10, Category: "", Pairs: 1},
		{Origin: origin - 56, Horizon: 2, Category: "Garden", Pairs: 2, Absolute: 1, Squared: 0, Signed: 1, Sold: 12, Open: 2, Inside: 2},
	}
	st.Scores = []warehouse.ScoreRow{
		{Origin: origin - 2, Day: origin, Category: "Kitchen", Pairs: 1, Absolute: 1, Squared: 1, Signed: 1, Sold: 2, Open: 1, Inside: 1},
		{Origin: origin - 1, Day: origin, Category: "Garden", Pairs: 1, Absolute: 0, Squared: 1, Signed: 0, Sold: 2, Open: 1, Inside: 1},
	}
	_, h := start(t, serve.Options{}, st)
	var got accuracy
	ask(t, h.URL+"/v1/accuracy", "").decode(t, &got)
	f := func(v float64) *float64 { return &v }
	want := accuracy{
		Step: 1, Origins: []string{"2010-12-01", "2010-12-29"},
		Horizon: []line{
			{"2", f(.25), f(1.4142135), f(0), f(.75), 4}, // sums of both origins and categories
			{"10", nil, f(0), nil, nil, 1},               // nothing was sold, and the shop closed
		},
		Category: []line{ // the most sold first
			{"Garden", f(1.0 / 12), f(0), f(1.0 / 12), f(1), 2},
			{"Kitchen", f(.75), f(2), f(-.25), f(.5), 2},
			{"no category", nil, f(0), nil, nil, 1},
		},
		Days: []line{{"2011-01-26", f(.25), f(1), f(.25), f(1), 2}},
	}
	near := cmp.Comparer(func(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A shop that has compared nothing has empty lists, not nulls.
func TestAccuracyOfNothing(t *testing.T) {
	_, h := start(t, serve.Options{}, state("r1", constant{}))
	a := ask(t, h.URL+"/v1/accuracy", "")
	if want := `{"step":1,"origins":[],"horizon":[],"category":[],"days":[]}` + "\n"; a.status != 200 || a.body != want {
		t.Errorf("%d %s", a.status, a.body)
	}
}
