package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// demoFlags are of a shop that the whole way takes a second for.
var demoFlags = []string{"--items", "6", "--days", "150"}

// demoOnce is a demo that is done, for tests that only read it.
var demoOnce = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(filepath.Dir(program), "demo")
	out, err := exec.Command(program, append([]string{"demo", "--dir", dir, "--no-serve"}, demoFlags...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

func demo(t *testing.T) string {
	t.Helper()
	dir, err := demoOnce()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The demo ends with a summary; a second one does nothing, and --fresh all.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	args := append([]string{"demo", "--dir", dir, "--no-serve"}, demoFlags...)
	first := must(t, ".", args...)
	for _, want := range []string{
		"rows read", "duplicate", "return", "RMSE", "MAE", "WAPE", "bias", "seconds", "\n* ", "80% interval covers",
		"warehouse.duckdb", "snapshots", "seasonal_naive", "random_forest", "gbm", "ridge", "ets", "croston", "window_mean",
	} {
		if !strings.Contains(first.out, want) {
			t.Errorf("the summary lacks %q:\n%s", want, first.out)
		}
	}
	for _, stage := range []string{"fill", "extract", "clean", "signals", "train", "forecast", "publish"} {
		if !strings.Contains(first.errors, stage) {
			t.Errorf("the progress lacks %q:\n%s", stage, first.errors)
		}
	}
	second := must(t, ".", args...)
	if second.out != first.out || strings.Contains(second.errors, "extract") || !strings.Contains(second.errors, "nothing to do") {
		t.Errorf("a second demo did something, or said something else:\n%s%s", second.errors, second.out)
	}
	if third := must(t, ".", append(args, "--fresh")...); !strings.Contains(third.errors, "publish") {
		t.Errorf("--fresh did nothing:\n%s", third.errors)
	}
	must(t, ".", "check", "--config", filepath.Join(dir, "daycast.yaml"))

	var summary struct {
		Published bool
		Trained   struct{ Models []struct{ Model string } }
	}
	if err := json.Unmarshal([]byte(must(t, ".", append(args, "--json")...).out), &summary); err != nil {
		t.Fatal(err)
	}
	if !summary.Published || len(summary.Trained.Models) < 7 {
		t.Errorf("%+v, want a published run of seven models or more", summary)
	}
}

// A demo with which nothing is right any more does again what is missing.
func TestDemoMends(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]string{"no snapshot": "data/snapshots", "no data": "data", "no shop": "shop.sqlite", "a broken note": "shop.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(demo(t))); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"demo", "--dir", dir, "--no-serve"}, demoFlags...)
			if remove == "shop.json" {
				write(t, filepath.Join(dir, remove), "{")
			} else if err := os.RemoveAll(filepath.Join(dir, remove)); err != nil {
				t.Fatal(err)
			}
			if o := must(t, ".", args...); !strings.Contains(o.errors, "publish") {
				t.Errorf("nothing was published:\n%s", o.errors)
			}
		})
	}
}

// A folder that no demo made is left alone.
func TestDemoRefusesOthersFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "daycast.yaml"), "mine")
	o := daycast(t, dir, "demo", "--dir", ".", "--no-serve")
	o.fails(t, 1, "daycast.yaml is there, and no demo made it", "--dir")
	if read(t, filepath.Join(dir, "daycast.yaml")) != "mine" {
		t.Error("the demo overwrote it")
	}
}

// The demo's last words can be pasted.
func TestDemoServes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir, append([]string{"demo", "--dir", ".", "--addr", "127.0.0.1:0"}, demoFlags...)...)
	var pasted []string
	until(t, "an example is printed", func() bool {
		pasted = regexp.MustCompile(`curl -s (http://\S+) -H '([^']+)' -d '([^']+)'`).FindStringSubmatch(s.log.text())
		return pasted != nil
	})
	if pasted[1] != s.url+"/v1/predict" {
		t.Errorf("the example asks %s, the server is at %s", pasted[1], s.url)
	}
	var made answer
	s.ask("POST", "/v1/predict", pasted[3], 200, &made)
	total := float32(0)
	for _, d := range made.Forecasts[0].Days {
		total += d.Mean
	}
	if len(made.Forecasts[0].Days) != 7 || total <= 0 {
		t.Errorf("the example answers %+v", made)
	}
	s.stop()
}
