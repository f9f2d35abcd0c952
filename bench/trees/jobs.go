package main

import (
	"context"
	"fmt"
	"os"
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

// trainJob fits on frames, which are binned anew: the time of binning and the
// matrix's bytes are measured apart and taken off.
func trainJob(folder string, p parameters) (measured, error) {
	r, err := regressor(p)
	if err != nil {
		return nil, err
	}
	x, y, err := read(folder, "train", p.Rows)
	if err != nil {
		return nil, err
	}
	bins, err := timed(func() error {
		rows, err := tree.Rows(x, y, nil)
		if err == nil {
			tree.NewBins(x, rows, p.Seed, p.Threads).Matrix(x, p.Threads)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	matrix := float64((len(x.Columns)+7)/8*8*x.Rows) / (1 << 20)
	w, err := fit(r, x, y, p, folder)
	if err != nil {
		return nil, err
	}
	return measured{
		"seconds": w.seconds - bins.seconds, "cpu": w.cpu - bins.cpu,
		"bins": bins.seconds, "bins_cpu": bins.cpu, "extra_MiB": w.peak - matrix,
	}, nil
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
	w, err := fit(forest.Regressor{Trees: p.Trees, Leaves: leaves}, x, y, p, folder)
	if err != nil {
		return nil, err
	}
	return measured{"seconds": w.seconds, "cpu": w.cpu, "extra_MiB": w.peak}, nil
}

// fit watches a fit and writes the predictions of the test rows.
func fit(r model.Regressor, x *feature.Frame, y []float32, p parameters, folder string) (*watch, error) {
	var fitted model.Predictor
	w, err := timed(func() (err error) {
		fitted, err = r.Fit(context.Background(), x, y, nil, model.FitOptions{Seed: p.Seed, Threads: p.Threads})
		return err
	})
	if err != nil {
		return nil, err
	}
	test, _, err := read(folder, "test", 0)
	if err != nil {
		return nil, err
	}
	out := make([]float32, test.Rows)
	fitted.Predict(test, out)
	return w, write(p.Out, out)
}

// prepareJob saves the model that predictJob asks.
func prepareJob(folder string, p parameters) (measured, error) {
	r, err := regressor(p)
	if err != nil {
		return nil, err
	}
	x, y, err := read(folder, "train", p.Rows)
	if err != nil {
		return nil, err
	}
	fitted, err := r.Fit(context.Background(), x, y, nil, model.FitOptions{Seed: p.Seed, Threads: p.Threads})
	if err != nil {
		return nil, err
	}
	f, err := os.Create(p.Out + ".daycast")
	if err != nil {
		return nil, err
	}
	if err := fitted.Save(f); err != nil {
		return nil, err
	}
	return measured{}, f.Close()
}

// predictJob asks for all test rows, for seven and for one, on one thread.
func predictJob(folder string, p parameters) (measured, error) {
	x, _, err := read(folder, "test", 0)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(p.Model + ".daycast")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fitted, err := gbm.Load(f)
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
func few(fitted model.Predictor, x *feature.Frame, n int) float64 {
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
