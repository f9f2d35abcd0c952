package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"daycast"
	"daycast/config"
	"daycast/pipeline"
	"daycast/simulate"
)

// A Demo is the whole way on a shop of its own.
type Demo struct {
	Dir          string // everything lives here
	OnlineRetail string // the UCI invoices, a folder or a file; "" simulates a shop
	Simulated    SimulatedShop
	Fresh        bool // do again what was done before
}

// The demo's files.
const (
	shopFile   = "shop.sqlite"
	configFile = "daycast.yaml"
	filledFile = "shop.json"
)

// filled says with what the shop was filled, so that a second demo knows
// whether it is the same.
type filled struct {
	Source  string           `json:"source"`
	Summary simulate.Summary `json:"summary"`
}

// Fill makes the shop database and its config, unless they are there, and
// says what is in the shop.
func (d Demo) Fill(ctx context.Context, w World) (simulate.Summary, error) {
	if err := os.MkdirAll(d.Dir, 0o755); err != nil {
		return simulate.Summary{}, daycast.Errorf(daycast.Invalid, "the demo's folder: %w", err).WithField("dir")
	}
	want := filled{Source: d.source()}
	var have filled
	text, err := os.ReadFile(d.path(filledFile))
	if err == nil && json.Unmarshal(text, &have) == nil && have.Source == want.Source && !d.Fresh {
		return have.Summary, d.writeConfig()
	}
	if err := d.clear(); err != nil {
		return simulate.Summary{}, err
	}
	progress := func(done, total int) { w.Progress.Step(done, total, "of the shop") }
	if d.OnlineRetail != "" {
		want.Summary, err = simulate.OnlineRetail{Path: d.OnlineRetail}.Write(ctx, d.path(shopFile), progress)
	} else {
		want.Summary, err = d.Simulated.Write(ctx, d.path(shopFile), progress)
	}
	if err != nil {
		return simulate.Summary{}, err
	}
	if err := d.writeConfig(); err != nil {
		return simulate.Summary{}, err
	}
	text, err = json.Marshal(want)
	if err != nil {
		return simulate.Summary{}, err
	}
	return want.Summary, os.WriteFile(d.path(filledFile), text, 0o644)
}

func (d Demo) path(name string) string { return filepath.Join(d.Dir, name) }

func (d Demo) source() string {
	if d.OnlineRetail != "" {
		return "online retail: " + filepath.Clean(d.OnlineRetail)
	}
	return fmt.Sprintf("simulated: %+v", d.Simulated)
}

// clear removes what an earlier demo of another shop left, and nothing else.
func (d Demo) clear() error {
	for _, name := range []string{filledFile, shopFile, "shop.truth.sqlite", configFile, "data"} {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return daycast.Errorf(daycast.Invalid, "an earlier demo: %w", err).WithField("dir")
		}
	}
	return nil
}

// writeConfig leaves a config that every other verb takes.
func (d Demo) writeConfig() error {
	if _, err := os.Stat(d.path(configFile)); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The demo's shop. Every verb takes it: daycast run --config %s\n", d.path(configFile))
	b.WriteString("shop:\n  name: demo\n  time_zone: Europe/London\n  country: GB\n  currency: GBP\n")
	b.WriteString("source:\n  kind: sqlite\n  path: " + shopFile + "\n  queries:\n")
	queries := simulate.Queries()
	for _, table := range []string{"sales", "items", "customers", "places", "stock"} {
		fmt.Fprintf(&b, "    %s: |\n      %s\n", table, strings.ReplaceAll(queries[table], "\n", "\n      "))
	}
	b.WriteString("data: data\n")
	return os.WriteFile(d.path(configFile), []byte(b.String()), 0o644)
}

// Run fills the shop and does the whole way. A demo that was killed goes on
// where it was; one that is done says again what it did.
func (d Demo) Run(ctx context.Context, w World) (config.Config, *pipeline.Summary, error) {
	w.Progress.Stage("fill the shop")
	if _, err := d.Fill(ctx, w); err != nil {
		return config.Config{}, nil, err
	}
	c, err := config.Load(d.path(configFile))
	if err != nil {
		return c, nil, err
	}
	if done, err := pipeline.LastSummary(c.Data); err != nil || done != nil {
		return c, done, err
	}
	s, err := Run(ctx, c, w, "")
	return c, s, err
}

// BestSeller is the series with the highest forecast in the newest snapshot,
// for an example that is worth a look.
func BestSeller(ctx context.Context, c config.Config) (daycast.Series, error) {
	s, err := openSnapshot(ctx, c)
	if err != nil {
		return daycast.Series{}, err
	}
	f := s.Forecasts()
	best := slices.MaxFunc(indices(len(s.Panel.Series)), func(a, b int) int {
		x, y := sum(f.MeanOf(a)), sum(f.MeanOf(b))
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return s.Panel.Series[best], nil
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func sum(values []float32) (s float64) {
	for _, v := range values {
		s += float64(v)
	}
	return s
}
