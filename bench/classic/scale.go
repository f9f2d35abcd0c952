package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"daycast/model"
	"daycast/model/all"
	"daycast/model/classic"
)

// scale learns and forecasts N simulated series, in blocks that are made when
// they are asked for, on one thread, and prints one JSON object: the peak of the
// process's memory and the series a CPU-second of each model. Models are those
// named, else a few that keep nothing of a series. Others keep what they find
// for each, up to a bound, and so take memory that grows to it.
//
//	ours scale N [MODEL...]
func scale(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: ours scale N [MODEL...]")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return fmt.Errorf("scale %q: want a number of series", args[0])
	}
	models := []model.Model{
		classic.SeasonalNaive{}, classic.WindowMean{}, classic.SeasonalWindowAverage{}, classic.Croston{}, classic.TSB{}, classic.Theta{}, classic.ETS{},
	}
	if names := args[1:]; len(names) > 0 {
		if models, err = all.Named(names); err != nil {
			return err
		}
	}
	out, err := scaled(context.Background(), n, models)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// atScale is what scale prints.
type atScale struct {
	Series int                `json:"series"`
	Peak   float64            `json:"peak_MiB"`
	Speed  map[string]float64 `json:"series_per_cpu_second"`
	Units  map[string]float64 `json:"units_a_day"` // forecast of a series, on average
}

// scaleHorizon is four weeks.
const scaleHorizon = 28

func scaled(ctx context.Context, n int, models []model.Model) (*atScale, error) {
	runtime.GOMAXPROCS(1)
	shop := &simulated{n: n, block: 10_000, periods: 120}
	out := &atScale{Series: n, Speed: map[string]float64{}, Units: map[string]float64{}}
	spent := make([]float64, len(models)) // CPU seconds
	fitted := make([]model.Fitted, len(models))
	for k, m := range models {
		began, making := cpuSeconds(), shop.making
		var err error
		if fitted[k], err = m.Fit(ctx, model.Training{Panels: shop, Horizon: scaleHorizon, Seed: 1, Threads: 1}); err != nil {
			return nil, err
		}
		spent[k] = cpuSeconds() - began - (shop.making - making)
	}
	for p, err := range shop.Blocks(ctx) {
		if err != nil {
			return nil, err
		}
		for k, f := range fitted {
			began := cpuSeconds()
			answer, err := model.Predict(ctx, f, model.Request{Panel: p, Horizon: scaleHorizon, Levels: []float64{.1, .5, .9}, Threads: 1})
			if err != nil {
				return nil, err
			}
			spent[k] += cpuSeconds() - began
			for _, v := range answer.Mean {
				out.Units[models[k].Name()] += float64(v) / float64(n*scaleHorizon)
			}
		}
	}
	for k, m := range models {
		out.Speed[m.Name()] = float64(n) / spent[k]
	}
	var err error
	out.Peak, err = peakMemory()
	return out, err
}

// peakMemory is the process's in MiB. The maximum that getrusage tells would be
// that of the program that started this one, if it was larger.
func peakMemory() (float64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kiB, err := strconv.ParseFloat(f[1], 64)
			return kiB / 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmHWM")
}
