package onnx

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"daycast/feature"
	"daycast/model"
)

func TestRowWriter(t *testing.T) {
	x := feature.NewFrame([]feature.Column{{Name: "last_1"}, {Name: "category", Levels: 9, Group: "levels"}, {Name: "weekday", Levels: 7, Group: feature.Season}}, 2)
	copy(x.Data[0], []float32{.1, nan})
	copy(x.Data[2], []float32{3, 6})
	for want, weights := range map[string][]float32{
		"last_1,weekday,ratio,weight\n0.1,3,1.5,20\n,6,0,4\n": {20, 4},
		"last_1,weekday,ratio,weight\n0.1,3,1.5,1\n,6,0,1\n":  nil,
	} {
		var to bytes.Buffer
		written := 0
		p, err := RowWriter{To: &to, Written: &written}.Fit(t.Context(), x, []float32{1.5, 0}, weights, model.FitOptions{})
		if err != nil || p != nil || written != 2 || to.String() != want {
			t.Errorf("%v, predictor %v, %d rows:\n%s\nwant\n%s", err, p, written, to.String(), want)
		}
	}
	if _, err := (RowWriter{To: full{}, Written: new(int)}).Fit(t.Context(), x, []float32{1, 2}, nil, model.FitOptions{}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("a full disk: %v", err)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }
