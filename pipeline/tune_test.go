package pipeline_test

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/classic"
	"daycast/pipeline"
)

func TestTune(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small)}
	known, fits := 0, 0
	tune := func(threads int) (trials []*evaluate.Trial, err error) {
		return trials, w.do(t.Context(), func(r *pipeline.Run) error {
			r.Settings.Threads = threads
			var found *evaluate.Searched
			found, known, err = r.Tune(t.Context(), pipeline.Tuning{
				Model:  "weekday_mean",
				Points: evaluate.Grid(evaluate.Space{"half_life": evaluate.List{3, 30}}), Keep: 1,
				Build: func(p evaluate.Point) (model.Model, error) {
					return counted{classic.SeasonalMean{HalfLife: p["half_life"]}, &fits}, nil
				},
			})
			if err == nil {
				trials = found.Trials
			}
			return err
		})
	}
	if _, err := tune(1); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("before etl: %v, want code not_found", err)
	}
	w.run(t, pipeline.StepSignals)
	one, err := tune(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(one) != 3 {
		t.Errorf("%d trials, want two and the default", len(one))
	}
	for _, trial := range one {
		// Of three origins the newest is that of the proof, and held out.
		if trial.Err != nil || trial.Origins != 2 {
			t.Errorf("%s: %d origins, error %v", trial.Point, trial.Origins, trial.Err)
		}
	}
	if known != 0 || fits == 0 {
		t.Errorf("%d fits were known, %d were made", known, fits)
	}
	// The second search finds all in the log; without it, threads do not matter.
	made := fits
	if _, err := tune(1); err != nil {
		t.Fatal(err)
	}
	if known != made || fits != made {
		t.Errorf("a second search: %d fits were known and %d made, want all %d known", known, fits-made, made)
	}
	if err := os.Remove(pipeline.Trials(w.dir, "weekday_mean")); err != nil {
		t.Fatal(err)
	}
	two, err := tune(2)
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmpopts.IgnoreUnexported(evaluate.Trial{}), cmpopts.IgnoreFields(evaluate.Trial{}, "Seconds"), cmpopts.EquateNaNs()}
	if diff := cmp.Diff(one, two, same); diff != "" {
		t.Errorf("1 and 2 threads (-1 +2):\n%s", diff)
	}
}

// counted counts the fits.
type counted struct {
	model.Model
	fits *int
}

func (c counted) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	*c.fits++
	return c.Model.Fit(ctx, t)
}

// A run whose models were given other parameters does not go on with what was
// learned before, and the registry says what they were.
func TestParametersAreOfTheRun(t *testing.T) {
	w := world{dir: t.TempDir(), shop: fill(t, small), now: clock()}
	w.run(t, pipeline.StepTrain)
	before, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	w.set = func(r *pipeline.Run) {
		r.Settings.Parameters = map[string]map[string]float64{"ridge": {"lambda": 1}, "weekday_mean": {"half_life": 3}, "seasonal_naive": {"x": 1}}
	}
	var given int
	if err := w.do(t.Context(), func(r *pipeline.Run) error {
		if err := r.Do(t.Context(), pipeline.StepTrain); err != nil {
			return err
		}
		versions, err := r.Registry.List()
		for key := range versions[0].Parameters {
			if key == "ridge.lambda" || key == "weekday_mean.half_life" || key == "seasonal_naive.x" {
				given++
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	after, err := pipeline.ReadSummary(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	if after.Run == before.Run {
		t.Error("the run went on with other parameters")
	}
	if given == 0 {
		t.Error("the registry does not say the parameters of the model's members")
	}
}
