package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
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
// whether it is the same, and that the folder is a demo's.
type filled struct {
	Source  string           `json:"source"`
	Whole   bool             `json:"whole"`
	Summary simulate.Summary `json:"summary"`
}

// Fill makes the shop database and its config, unless they are there, and
// says what is in the shop.
func (d Demo) Fill(ctx context.Context, w World) (simulate.Summary, error) {
	if err := os.MkdirAll(d.Dir, 0o755); err != nil {
		return simulate.Summary{}, daycast.Errorf(daycast.Invalid, "the demo's folder: %w", err).WithField("dir").
			WithHint("--dir names a folder that can be written to")
	}
	have, err := d.filled()
	if err != nil {
		return simulate.Summary{}, err
	}
	want := filled{Source: d.source()}
	if have.Source == want.Source && have.Whole && exists(d.path(shopFile)) && !d.Fresh {
		return have.Summary, d.writeConfig()
	}
	// From here on a killed demo's folder is known as one.
	if err := d.note(want); err != nil {
		return simulate.Summary{}, err
	}
	if err := d.clear(); err != nil {
		return simulate.Summary{}, err
	}
	if want.Summary, err = d.fill(ctx, w); err != nil {
		return simulate.Summary{}, err
	}
	if err := d.writeConfig(); err != nil {
		return simulate.Summary{}, err
	}
	want.Whole = true
	return want.Summary, d.note(want)
}

func (d Demo) fill(ctx context.Context, w World) (simulate.Summary, error) {
	of := func(what string) func(done, total int) {
		return func(done, total int) { w.Progress.Step(done, total, what) }
	}
	if d.OnlineRetail != "" {
		return simulate.OnlineRetail{Path: d.OnlineRetail}.Write(ctx, d.path(shopFile), of("bytes of invoices"))
	}
	return d.Simulated.Write(ctx, d.path(shopFile), of("series"))
}

// filled is what an earlier demo noted. A folder with files of the demo's
// names that no demo made is somebody's own, and refused.
func (d Demo) filled() (filled, error) {
	var have filled
	text, err := os.ReadFile(d.path(filledFile))
	switch {
	case err == nil:
		_ = json.Unmarshal(text, &have) // one that is broken is not whole
		return have, nil
	case !errors.Is(err, fs.ErrNotExist):
		return have, daycast.Errorf(daycast.Invalid, "the demo's folder: %w", err).WithField("dir")
	}
	for _, name := range demoFiles {
		if exists(d.path(name)) {
			return have, daycast.Errorf(daycast.Invalid, "%s is there, and no demo made it", d.path(name)).WithField("dir").
				WithHint("--dir names a folder of the demo's own")
		}
	}
	return have, nil
}

func (d Demo) note(f filled) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return writeFile(d.path(filledFile), func(to io.Writer) error {
		_, err := to.Write(append(text, '\n'))
		return err
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (d Demo) path(name string) string { return filepath.Join(d.Dir, name) }

func (d Demo) source() string {
	if d.OnlineRetail != "" {
		return "online retail: " + filepath.Clean(d.OnlineRetail)
	}
	return fmt.Sprintf("simulated: %+v", d.Simulated)
}

// demoFiles are all that a demo makes, but for the note that it did.
var demoFiles = [...]string{shopFile, "shop.truth.sqlite", configFile, "data"}

// clear removes what an earlier demo left, and nothing else.
func (d Demo) clear() error {
	for _, name := range demoFiles {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return daycast.Errorf(daycast.Invalid, "an earlier demo: %w", err).WithField("dir")
		}
	}
	return nil
}

// writeConfig leaves a config that every other verb takes.
func (d Demo) writeConfig() error {
	if exists(d.path(configFile)) {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The demo's shop. Every verb takes it: daycast run --config %s\n", d.path(configFile))
	b.WriteString("shop:\n  name: demo\n  time_zone: Europe/London\n  country: GB\n  currency: GBP\n")
	b.WriteString("source:\n  kind: sqlite\n  path: " + shopFile + "\n  queries:\n")
	queries := simulate.Queries()
	for _, table := range []string{"sales", "items", "customers", "places", "stock", "promotions", "prices"} {
		fmt.Fprintf(&b, "    %s: |\n      %s\n", table, strings.ReplaceAll(queries[table], "\n", "\n      "))
	}
	b.WriteString("data: data\n")
	return writeFile(d.path(configFile), func(to io.Writer) error {
		_, err := io.WriteString(to, b.String())
		return err
	})
}

// Run fills the shop and does the whole way. A demo that was killed goes on
// where it was; one that is done says again what it did.
func (d Demo) Run(ctx context.Context, w World) (config.Config, *Summary, error) {
	w.Progress.Stage("fill the shop in " + d.Dir)
	if _, err := d.Fill(ctx, w); err != nil {
		return config.Config{}, nil, err
	}
	c, err := config.Load(d.path(configFile))
	if err != nil {
		return c, nil, err
	}
	if pipeline.HasSnapshot(c.Data) {
		if done, err := pipeline.ReadSummary(c.Data); err == nil && done.Published {
			w.Progress.Stage("nothing to do: run " + done.Run + " is done; --fresh does it again")
			return c, done, nil
		}
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
	defer func() { _ = s.Close() }()
	var best, at daycast.Series
	most, total := math.Inf(-1), 0.0
	for row, err := range s.Stored(ctx) {
		if err != nil {
			return best, err
		}
		if row.Series != at {
			at, total = row.Series, 0
		}
		// Forecasts are not negative where they come to the most.
		if total += float64(row.Mean); total > most {
			best, most = at, total
		}
	}
	return best, nil
}
