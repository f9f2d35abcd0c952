// Package onnx lets networks made elsewhere, by PyTorch, TensorFlow or
// scikit-learn, forecast: an ONNX file, and beside it a JSON file that says what
// the network reads and answers. ONNX Runtime's library runs it, where a machine
// has that.
package onnx

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"daycast"
	"daycast/feature"
	"daycast/model"
	"daycast/model/global"
)

// A Spec is what the JSON file says of a network.
type Spec struct {
	// Features are what the network reads, in its order, by the names of
	// docs/features.md.
	Features []string `json:"features"`
	// Target is what it answers: "ratio", units divided by the series' scale at
	// the origin, as daycast's own models learn, or "units".
	Target string `json:"target"`
	// Missing is what it is given for a feature that is missing; nil: NaN, which
	// the network then has to know.
	Missing *float32 `json:"missing,omitempty"`
	// Output is the name of its output, where it has several.
	Output string `json:"output,omitempty"`
	// Groups are the groups of features that are made; nil: the default features.
	Groups []string `json:"groups,omitempty"`
}

// A Regressor is a network. It has learnt what it knows: Fit teaches it nothing.
type Regressor struct {
	Label   string // its name
	Library *Library
	Spec    Spec
	Network []byte // the ONNX file
}

// A Model is a network over all series of a shop.
type Model struct{ global.Model }

// Content tells apart models of the same name.
func (m Model) Content() string {
	r := m.Regressor.(Regressor)
	spec, err := json.Marshal(r.Spec)
	if err != nil { // a value for what is missing that JSON does not have
		spec = []byte(err.Error())
	}
	sum := sha256.Sum256(slices.Concat(spec, r.Network))
	return hex.EncodeToString(sum[:8])
}

// Prefix begins the names of networks among models; a path without its ending
// follows.
const Prefix = "onnx:"

// Read reads path.onnx and path.json; the model is called onnx: and the path's
// last part. It fails with code not_found where one is missing, and with code
// invalid where they do not fit each other.
func Read(path string, l *Library) (Model, error) {
	network, err := read(path + ".onnx")
	if err != nil {
		return Model{}, err
	}
	text, err := read(path + ".json")
	if err != nil {
		return Model{}, err
	}
	r := Regressor{Label: Prefix + filepath.Base(path), Library: l, Network: network}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r.Spec); err != nil {
		return Model{}, daycast.Errorf(daycast.Invalid, "%s.json: %w", path, err).WithHint(`want such as {"features": ["mean_4w", "last_1"], "target": "ratio", "missing": 0}`)
	}
	if err := r.Spec.check(); err != nil {
		return Model{}, daycast.Errorf(daycast.Invalid, "%s.json: %w", path, err)
	}
	if _, err := l.open(network, len(r.Spec.Features), r.Spec.Output); err != nil {
		return Model{}, daycast.Errorf(daycast.Invalid, "%s.onnx: %w", path, err)
	}
	return Model{global.Model{Regressor: r, Power: 1, Groups: r.Spec.Groups}}, nil
}

func read(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, daycast.Errorf(daycast.NotFound, "%s is not there", path).WithHint("a network is two files, NAME.onnx and NAME.json")
	case err != nil:
		return nil, daycast.Errorf(daycast.Unavailable, "%s: %w", path, err)
	}
	return b, nil
}

func (s Spec) check() error {
	switch {
	case len(s.Features) == 0:
		return daycast.Errorf(daycast.Invalid, "no features").WithField("features").WithHint("name them in the network's order; docs/features.md lists them")
	case s.Target != targetRatio && s.Target != targetUnits:
		return daycast.Errorf(daycast.Invalid, "target %q is not known", s.Target).WithField("target").WithHint("want %s or %s", targetRatio, targetUnits)
	}
	return feature.CheckGroups(s.Groups)
}

const (
	targetRatio = "ratio"
	targetUnits = "units"
)

// Name is the label.
func (r Regressor) Name() string { return r.Label }

// Fit checks that the network reads these columns and gives each row a finite
// answer, and learns nothing of y. It fails with code invalid where it does not.
func (r Regressor) Fit(_ context.Context, x *feature.Frame, _, _ []float32, _ model.FitOptions) (model.Predictor, error) {
	return r.fit(x)
}

// errEnough ends the walk over rows.
var errEnough = errors.New("enough rows were seen")

// firstBlock keeps the first rows that it is given.
type firstBlock struct{ frame *feature.Frame }

func (b *firstBlock) Write(block *feature.Frame) error {
	b.frame = feature.NewFrame(block.Columns, block.Rows)
	for c := range block.Data {
		copy(b.frame.Data[c], block.Data[c])
	}
	return errEnough
}

// FitBlocks is Fit on the first block of rows: the others would say no more.
func (r Regressor) FitBlocks(_ context.Context, walk func(feature.Sink) error, _, _ []float32, _ model.FitOptions) (model.Predictor, error) {
	var first firstBlock
	if err := walk(&first); err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if first.frame == nil {
		return nil, daycast.Errorf(daycast.Invalid, "no rows to try the network on")
	}
	return r.fit(first.frame)
}

func (r Regressor) fit(x *feature.Frame) (model.Predictor, error) {
	if r.Library == nil {
		return nil, daycast.Errorf(daycast.Unavailable, "there is no ONNX Runtime library to run the network with")
	}
	columns, scale, err := r.Spec.columns(x.Columns)
	if err != nil {
		return nil, err
	}
	p := &Predictor{header: header{Spec: r.Spec, Columns: columns, Scale: scale}, network: r.Network}
	if p.session, err = r.Library.open(r.Network, len(columns), r.Spec.Output); err != nil {
		return nil, err
	}
	out := make([]float32, x.Rows)
	if err := p.answer(x, out); err != nil {
		return nil, err
	}
	if bad := slices.IndexFunc(out, func(v float32) bool { return !finite(v) }); bad >= 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the network has no finite answer where %s", r.Spec.missing(x, columns, bad)).
			WithField("missing").WithHint(`"missing": 0 gives it a number where a feature is missing`)
	}
	return p, nil
}

// missing says which features a row lacks.
func (s Spec) missing(x *feature.Frame, columns []int, row int) string {
	var lacks []string
	for k, c := range columns {
		if v := x.Data[c][row]; v != v {
			lacks = append(lacks, s.Features[k])
		}
	}
	if len(lacks) == 0 {
		return "nothing is missing"
	}
	return fmt.Sprintf("%v are missing", lacks)
}

// columns are where the features are among those of a frame, and where the
// scale's logarithm is, -1 where it is not needed.
func (s Spec) columns(have []feature.Column) (columns []int, scale int, err error) {
	find := func(name string) int {
		return slices.IndexFunc(have, func(c feature.Column) bool { return c.Name == name })
	}
	var lacks []string
	for _, name := range s.Features {
		c := find(name)
		if c < 0 {
			lacks = append(lacks, name)
			continue
		}
		if !readable(have[c]) {
			return nil, 0, daycast.Errorf(daycast.Invalid, "the network reads %s, whose codes are this shop's and change with its groups", name).
				WithField("features").WithHint("train it without that feature; encodings of groups are numbers")
		}
		columns = append(columns, c)
	}
	if len(lacks) > 0 {
		return nil, 0, daycast.Errorf(daycast.Invalid, "the shop has no features %v, which the network reads", lacks).
			WithField("features").WithHint("docs/features.md lists them; \"groups\" asks for others than the default ones")
	}
	if s.Target == targetRatio {
		return columns, -1, nil
	}
	if scale = find(logScale); scale < 0 {
		return nil, 0, daycast.Errorf(daycast.Invalid, "units are asked of a network where %s is no feature", logScale).WithField("groups")
	}
	return columns, scale, nil
}

// readable reports whether a network may read a column: codes only where they
// are the calendar's.
func readable(c feature.Column) bool { return !c.Categorical() || c.Group == feature.Season }

// logScale is the feature by which units become ratios.
const logScale = "log_scale"

func finite(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }
