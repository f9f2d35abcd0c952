package modeltest_test

import (
	"context"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"daycast"
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// broken is the window mean with one fault, which the suite must find.
type broken struct{ fault string }

func (b broken) Name() string { return "broken" }

func (b broken) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	if b.fault == "deaf" {
		ctx = context.WithoutCancel(ctx)
	}
	var seen float32
	for p, err := range t.Panels.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		if b.fault == "peeks" && len(p.Signals) > 1 {
			visits := p.Signals[1].Vectors[0]
			seen = visits[len(visits)-1]
		}
		if b.fault == "writes" && len(p.Units) > 0 {
			p.Units[0]++
		}
		if b.fault == "block" || b.fault == "forgets" {
			seen = float32(len(p.Series))
		}
	}
	f, err := classic.WindowMean{}.Fit(ctx, t)
	if err != nil {
		return nil, err
	}
	if b.fault == "refuses" {
		return nil, daycast.Errorf(daycast.Internal, "cannot")
	}
	return fittedBroken{f, b.fault, seen}, nil
}

type fittedBroken struct {
	model.Fitted
	fault string
	seen  float32
}

func (f fittedBroken) Kind() string { return "broken" }

var calls atomic.Int32

func (f fittedBroken) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	if f.fault == "deaf" {
		ctx = context.WithoutCancel(ctx)
	}
	out, err := f.Fitted.Forecast(ctx, r)
	if err != nil || len(out.Mean) == 0 {
		return out, err
	}
	switch f.fault {
	case "peeks", "block", "forgets":
		out.Mean[0] += f.seen
	case "random":
		out.Mean[0] += float32(calls.Add(1))
	case "threads":
		out.Mean[0] += float32(r.Threads)
	case "neighbours":
		out.Mean[0] += float32(len(r.Panel.Series))
	case "order":
		out.Mean[0] += float32(r.Panel.Levels[0].Of[0])
	case "invents":
		out.Mean[0]++
	case "not a number":
		if r.Panel.Len(len(r.Panel.Series)-1) == 1 {
			out.Mean[len(out.Mean)-1] = modeltest.NaN
		}
	case "nameless":
		clear(out.Models)
	case "crosses":
		out.Levels, out.Quantiles = r.Levels, make([]float32, len(out.Mean)*len(r.Levels))
		if q := out.QuantilesAt(0, 0); len(q) > 0 {
			q[0] = 1e12
		}
	case "unbounded":
		out.Levels, out.Quantiles = r.Levels, make([]float32, len(out.Mean)*len(r.Levels))
		if q := out.QuantilesAt(0, 0); len(q) > 0 {
			q[len(q)-1] = float32(math.Inf(1))
		}
	}
	return out, nil
}

func loadBroken(fault string) model.Loader {
	return func(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
		f, err := classic.Loaders()["classic.window_mean"](r, load)
		if fault == "trusting" && err != nil {
			panic(err)
		}
		return fittedBroken{Fitted: f, fault: fault}, err
	}
}

// faults maps each fault to the check that is there for it.
var faults = map[string]string{
	"none": "", "deaf": "cancel", "peeks": "poison", "writes": "determinism", "block": "blocks", "refuses": "series",
	"random": "determinism", "threads": "threads", "neighbours": "neighbours", "order": "neighbours", "invents": "zero",
	"not a number": "series", "nameless": "series", "crosses": "series", "unbounded": "series", "trusting": "corrupt", "forgets": "save",
}

// TestSuiteFindsFaults runs the suite on each broken model in a process of its
// own, since a test cannot fail within one that passes.
func TestSuiteFindsFaults(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for fault, check := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestBroken$")
			cmd.Env = append(os.Environ(), "MODELTEST_FAULT="+fault)
			out, err := cmd.CombinedOutput()
			if check == "" && err != nil {
				t.Errorf("the sound model fails:\n%s", out)
			}
			if check != "" && (err == nil || !strings.Contains(string(out), "FAIL: TestBroken/"+check)) {
				t.Errorf("%s does not find it:\n%s", check, out)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	fault, ok := os.LookupEnv("MODELTEST_FAULT")
	if !ok {
		t.Skip("runs in the processes of TestSuiteFindsFaults")
	}
	modeltest.Run(t, broken{fault}, map[string]model.Loader{"broken": loadBroken(fault)})
}
