// Command classic is daycast's side of the benchmark of classic methods:
//
//	ours METHOD SERIES HORIZON [intervals]      one thread, all series of the file; prints one JSON object
//	ours scale N [MODEL...]                     see scale
//
// bench.py starts it, and data.py made the series.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"daycast"
	"daycast/model/all"
	"daycast/model/classic"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 1 && args[0] == "scale" {
		return scale(args[1:])
	}
	if len(args) < 3 {
		return fmt.Errorf("usage: ours METHOD SERIES HORIZON [intervals], or ours scale N [MODEL...]")
	}
	horizon, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	series, err := read(args[1])
	if err != nil {
		return err
	}
	method, err := named(args[0])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(measure(method, series, horizon, len(args) > 3))
}

// series is one of the file.
type series struct {
	Season int
	Units  []float64
	Actual []float64
}

func read(path string) ([]series, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []series
	return out, json.Unmarshal(text, &out)
}

func named(name string) (classic.Method, error) {
	models, err := all.Named([]string{name})
	if err != nil {
		return nil, err
	}
	method, ok := models[0].(classic.Method)
	if !ok {
		return nil, fmt.Errorf("model %s knows no single series", name)
	}
	return method, nil
}

// measured is what bench.py reads.
type measured struct {
	CPU        float64      `json:"cpu_ms"` // of a series
	Mean       [][]float64  `json:"mean"`
	Likelihood [][2]float64 `json:"likelihood"` // logarithm, and AICc, of methods that have one
	Low        [][]float64  `json:"low"`        // 10% quantiles
	High       [][]float64  `json:"high"`       // 90%
}

// likely is a state of a method that maximises a likelihood.
type likely interface {
	Likelihood() (logarithm, aicc float64)
}

// leastSeconds is how long the series are gone through again and again, on both
// sides: some methods take microseconds.
const leastSeconds = .5

func measure(method classic.Method, all []series, horizon int, intervals bool) measured {
	runtime.GOMAXPROCS(1)
	var out measured
	states := make([]classic.State, len(all))
	passes := 0.0
	runtime.GC() // what reading the file left is not the methods' work
	began := cpuSeconds()
	for passes == 0 || cpuSeconds()-began < leastSeconds {
		out.Mean = out.Mean[:0]
		for k, s := range all {
			h := classic.History{Units: s.Units, Season: s.Season, Step: daycast.Daily}
			states[k] = method.Learn(&h)
			f := classic.Forecast{Mean: make([]float64, horizon)}
			if intervals {
				f.Levels, f.Quantiles = []float64{.1, .9}, make([]float64, 2*horizon)
			}
			states[k].Forecast(&f)
			out.Mean = append(out.Mean, f.Mean)
		}
		passes++
	}
	out.CPU = (cpuSeconds() - began) * 1000 / float64(len(all)) / passes
	for _, s := range states {
		f := classic.Forecast{Mean: make([]float64, horizon), Levels: []float64{.1, .9}, Quantiles: make([]float64, 2*horizon)}
		s.Forecast(&f)
		low, high := make([]float64, horizon), make([]float64, horizon)
		for h := range horizon {
			low[h], high[h] = f.Quantiles[2*h], f.Quantiles[2*h+1]
		}
		out.Low, out.High = append(out.Low, low), append(out.High, high)
		if l, ok := s.(likely); ok {
			logarithm, aicc := l.Likelihood()
			out.Likelihood = append(out.Likelihood, [2]float64{logarithm, aicc})
		}
	}
	return out
}

// cpuSeconds are those of the process, in user mode and in the kernel.
func cpuSeconds() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}
