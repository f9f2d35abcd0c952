package evaluate

import (
	"slices"
	"testing"

	"daycast"
)

func TestRollingOrigin(t *testing.T) {
	for _, c := range []struct {
		name        string
		r           RollingOrigin
		first, last daycast.Day
		minTrain    int
		want        []daycast.Day
	}{
		{"windows that do not overlap", RollingOrigin{1, 28, 28, 3}, 0, 200, 28, []daycast.Day{172, 144, 116}},
		{"a week between origins", RollingOrigin{1, 28, 7, 3}, 0, 200, 28, []daycast.Day{172, 165, 158}},
		{"a short shop ends it early", RollingOrigin{1, 28, 28, 9}, 100, 200, 30, []daycast.Day{172, 144}},
		{"too short for one", RollingOrigin{1, 28, 28, 9}, 190, 200, 1, nil},
		{"weeks", RollingOrigin{7, 4, 4, 2}, 0, 70, 4, []daycast.Day{42}},
	} {
		if got := slices.Collect(c.r.Origins(c.first, c.last, c.minTrain)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for range (RollingOrigin{1, 1, 1, 9}).Origins(0, 100, 1) {
		break // a caller may stop
	}
}
