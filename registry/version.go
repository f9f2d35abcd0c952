package registry

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"strings"
	"time"

	"daycast"
)

// A Version is one fitted model on disk and where it comes from.
type Version struct {
	ID         string
	Created    time.Time
	Kind       string             // of the model, names its loader
	Name       string             // of the model in tables and flags
	Parameters map[string]string  // that it was fitted with
	Origin     daycast.Day        // the last day that it has seen
	Horizon    int                // periods, >= 1
	Step       daycast.Step       // of a period
	Data       string             // fingerprint of the data that it has seen
	Metrics    map[string]float64 // on the backtest, by metric; NaN: not known
	Run        string             // the run that made it
	Code       string             // version of the program that made it
	Size       int64              // bytes of the model file
	SHA256     string             // of the model file, in hex
}

// manifestFormat is the newest layout of the manifest that this program knows.
const manifestFormat = 1

// manifest is how a Version is written: for people too, so days are dates and
// what is not a number is null.
type manifest struct {
	Format     int                 `json:"format"`
	ID         string              `json:"id"`
	Created    time.Time           `json:"created"`
	Kind       string              `json:"kind"`
	Name       string              `json:"name"`
	Parameters map[string]string   `json:"parameters,omitempty"`
	Origin     string              `json:"origin"`
	Horizon    int                 `json:"horizon"`
	Step       daycast.Step        `json:"step_days"`
	Data       string              `json:"data,omitempty"`
	Metrics    map[string]*float64 `json:"metrics,omitempty"`
	Run        string              `json:"run,omitempty"`
	Code       string              `json:"code,omitempty"`
	Size       int64               `json:"size"`
	SHA256     string              `json:"sha256"`
}

func (v Version) encode() ([]byte, error) {
	m := manifest{
		Format: manifestFormat, ID: v.ID, Created: v.Created.UTC(), Kind: v.Kind, Name: v.Name,
		Parameters: v.Parameters, Origin: v.Origin.String(), Horizon: v.Horizon, Step: v.Step,
		Data: v.Data, Run: v.Run, Code: v.Code, Size: v.Size, SHA256: v.SHA256,
	}
	if len(v.Metrics) > 0 {
		m.Metrics = make(map[string]*float64, len(v.Metrics))
	}
	for name, value := range v.Metrics {
		m.Metrics[name] = nil
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			m.Metrics[name] = &value
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// MarshalJSON writes the version as its manifest on disk.
func (v Version) MarshalJSON() ([]byte, error) { return v.encode() }

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Version) UnmarshalJSON(text []byte) (err error) {
	*v, err = decodeVersion(text)
	return err
}

// decodeVersion reads what encode wrote. Whatever else it is given is code
// invalid; a newer layout is code conflict.
func decodeVersion(text []byte) (Version, error) {
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Version{}, daycast.Errorf(daycast.Invalid, "not a manifest: %w", err)
	}
	if m.Format > manifestFormat {
		return Version{}, daycast.Errorf(daycast.Conflict, "format %d, this daycast knows up to %d", m.Format, manifestFormat).
			WithHint("use the daycast that wrote it, or a newer one")
	}
	origin, err := daycast.ParseDay(m.Origin)
	if err != nil {
		return Version{}, daycast.Errorf(daycast.Invalid, "origin: %w", err).WithField("origin")
	}
	v := Version{
		ID: m.ID, Created: m.Created.UTC(), Kind: m.Kind, Name: m.Name, Parameters: m.Parameters,
		Origin: origin, Horizon: m.Horizon, Step: m.Step, Data: m.Data,
		Run: m.Run, Code: m.Code, Size: m.Size, SHA256: m.SHA256,
	}
	if len(m.Metrics) > 0 {
		v.Metrics = make(map[string]float64, len(m.Metrics))
	}
	for name, value := range m.Metrics {
		v.Metrics[name] = math.NaN()
		if value != nil {
			v.Metrics[name] = *value
		}
	}
	return v, v.check()
}

var (
	// An id is a folder's name on any file system, and never one of ours.
	idPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	sumPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func checkID(id string) error {
	if !idPattern.MatchString(id) || strings.EqualFold(id, aliasFile) || strings.EqualFold(id, decisionFile) {
		return daycast.Errorf(daycast.Invalid, "model version id %.200q", id).WithField("id").
			WithHint("use up to 128 letters, digits, dots, dashes and underscores, a letter or digit first")
	}
	return nil
}

// check is the range of each field.
func (v Version) check() error {
	if err := checkID(v.ID); err != nil {
		return err
	}
	bad := func(field, want string) error {
		return daycast.Errorf(daycast.Invalid, "%s: want %s", field, want).WithField(field)
	}
	_, dated := daycast.ParseDay(v.Origin.String())
	switch {
	case dated != nil:
		return bad("origin", "a day of the years 0 to 9999")
	case v.Kind == "":
		return bad("kind", "the model's kind")
	case v.Horizon < 1:
		return bad("horizon", "1 or more")
	case v.Step != daycast.Daily && v.Step != daycast.Weekly:
		return bad("step_days", "1 or 7")
	case v.Size < 0:
		return bad("size", "0 or more")
	case !sumPattern.MatchString(v.SHA256):
		return bad("sha256", "64 hexadecimal digits")
	}
	return nil
}

// modelFile is the name of the model's file. It holds the start of the
// checksum, so that a manifest never meets the file of another one: replacing
// the manifest replaces both at once.
func (v Version) modelFile() string { return "model-" + v.SHA256[:16] + ".bin" }

// clone shares no maps with v.
func (v Version) clone() Version {
	v.Parameters, v.Metrics = maps.Clone(v.Parameters), maps.Clone(v.Metrics)
	return v
}
