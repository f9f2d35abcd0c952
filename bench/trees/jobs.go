package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"daycast/feature"
	"daycast/model"
	"daycast/model/forest"
	"daycast/model/gbm"
	"daycast/model/tree"
)

func regressor(p parameters) (gbm.Regressor, error) {
	r := gbm.Regressor{Trees: p.Trees, Leaves: p.Leaves}
	switch p.Objective {
	case "squared":
		r.Objective = gbm.Squared{}
	case "poisson":
		r.Objective = gbm.Poisson{}
	case "tweedie":
		r.Objective = gbm.Tweedie{Power: 1.1}
	default:
		return r, fmt.Errorf("no objective %q", p.Objective)
	}
	return r, nil
}

// trainJob bins the columns, lets go of them and trains.
func trainJob(folder string, p parameters) (measured, error) {
	r, err := regressor(p)
	if err != nil {
		return nil, err
	}
	first, err := start()
	if err != nil {
		return nil, err
	}
	d, bins, err := binned(folder, p)
	if err != nil {
		return nil, err
	}
	var fitted *gbm.Predictor
	w, err := timed(func() (err error) {
		fitted, err = r.Train(context.Background(), d, gbm.TrainOptions{FitOptions: p.fit()})
		return err
	})
	if err != nil {
		return nil, err
	}
	return measured{
		"seconds": w.seconds, "cpu": w.cpu, "bins": bins.seconds, "bins_cpu": bins.cpu,
		"extra_MiB": w.peak, "all_MiB": w.before + w.peak - first.before,
	}, predictTest(fitted, folder, p)
}

// binned is the training data, and what it took to bin them.
func binned(folder string, p parameters) (gbm.Data, *watch, error) {
	x, y, err := read(folder, "train", p.Rows)
	if err != nil {
		return gbm.Data{}, nil, err
	}
	d := gbm.Data{Y: slices.Clone(y)}
	if d.Weight, err = weights(folder, len(y)); err != nil {
		return gbm.Data{}, nil, err
	}
	p.limit(d.Y)
	w, err := timed(func() error {
		rows, err := tree.Rows(x, d.Y, d.Weight)
		if err == nil {
			d.X = tree.NewBins(x, rows, p.Seed, p.Threads).Matrix(x, p.Threads)
		}
		return err
	})
	return d, w, err
}

// limit cuts targets at Most; a loss for counts takes none below zero.
func (p parameters) limit(y []float32) {
	for i := range y {
		if p.Objective != "squared" {
			y[i] = max(y[i], 0)
		}
		if p.Most > 0 {
			y[i] = min(y[i], p.Most)
		}
	}
}

func forestJob(folder string, p parameters) (measured, error) {
	x, y, err := read(folder, "train", p.Rows)
	if err != nil {
		return nil, err
	}
	leaves := p.Leaves
	if leaves == 0 { // as many as the rows ask for, as scikit-learn does
		leaves = x.Rows
	}
	var fitted model.Predictor
	w, err := timed(func() (err error) {
		fitted, err = forest.Regressor{Trees: p.Trees, Leaves: leaves}.Fit(context.Background(), x, y, nil, p.fit())
		return err
	})
	if err != nil {
		return nil, err
	}
	return measured{"seconds": w.seconds, "cpu": w.cpu, "extra_MiB": w.peak}, predictTest(fitted, folder, p)
}

func (p parameters) fit() model.FitOptions { return model.FitOptions{Seed: p.Seed, Threads: p.Threads} }

// predictTest writes the predictions of the test rows.
func predictTest(fitted model.Predictor, folder string, p parameters) error {
	test, _, err := read(folder, "test", 0)
	if err != nil {
		return err
	}
	out := make([]float32, test.Rows)
	fitted.Predict(test, out)
	return write(p.Out, out)
}

// lightgbms is the model that LightGBM trained, which all sides ask.
func lightgbms(p parameters) (*gbm.Predictor, error) {
	f, err := os.Open(p.Model + ".txt")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return gbm.ReadLightGBM(f)
}

// explainJob divides the scores of 2,000 rows among the columns, on one thread.
func explainJob(folder string, p parameters) (measured, error) {
	x, _, err := read(folder, "test", 2000)
	if err != nil {
		return nil, err
	}
	fitted, err := lightgbms(p)
	if err != nil {
		return nil, err
	}
	w, err := timed(func() error { fitted.Explain(x, 1); return nil })
	return measured{"seconds": w.seconds, "cpu": w.cpu}, err
}

// predictJob asks for all test rows, for seven and for one, on one thread.
func predictJob(folder string, p parameters) (measured, error) {
	x, _, err := read(folder, "test", 0)
	if err != nil {
		return nil, err
	}
	fitted, err := lightgbms(p)
	if err != nil {
		return nil, err
	}
	out := make([]float32, x.Rows)
	fitted.Predict(x, out)
	if err := write(p.Out, out); err != nil {
		return nil, err
	}
	w, err := timed(func() error { fitted.Predict(x, out); return nil })
	if err != nil {
		return nil, err
	}
	return measured{"seconds": w.seconds, "us_of_7": few(fitted, x, 7), "us_of_1": few(fitted, x, 1)}, nil
}

// few is the microseconds of one call with n rows, over calls of a second or
// more, each with other rows.
func few(fitted *gbm.Predictor, x *feature.Frame, n int) float64 {
	inputs := make([]*feature.Frame, 4096)
	for i := range inputs {
		inputs[i] = x.Slice(i, i+n)
	}
	out := make([]float32, n)
	calls, began := 0, time.Now()
	for time.Since(began) < time.Second {
		for _, in := range inputs {
			fitted.Predict(in, out)
		}
		calls += len(inputs)
	}
	return time.Since(began).Seconds() / float64(calls) * 1e6
}
