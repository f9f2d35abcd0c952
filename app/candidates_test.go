package app

import (
	"reflect"
	"testing"

	"daycast/model/all"
	"daycast/model/global"
)

// TestCandidates has those of small and of large shops only where nobody names
// any, and has them learn as the metric asks.
func TestCandidates(t *testing.T) {
	models, by, err := candidates([]string{"ridge", "gbm"}, "mase", nil)
	if err != nil || len(models) != 2 || by.Cheap != nil || by.Small != nil || by.Years != nil {
		t.Fatalf("%v, %v, %v", models, by, err)
	}
	if gbm, ok := models[1].(global.Model); !ok || gbm.Power != 0 {
		t.Errorf("for mase rows of gbm weigh %+v", models[1])
	}
	models, by, err = candidates(nil, "wape", nil)
	if err != nil || !reflect.DeepEqual(models, all.Models()) || len(by.Cheap) == 0 || len(by.Small) == 0 || len(by.Years) == 0 {
		t.Errorf("usual ones: %v, %v, %v", models, by, err)
	}
}
