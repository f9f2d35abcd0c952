package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"daycast"
)

// A Decision is why a model version serves, or does not.
type Decision struct {
	Time       time.Time          `json:"time"`
	Run        string             `json:"run,omitempty"` // that made the challenger
	Challenger string             `json:"challenger"`
	Champion   string             `json:"champion,omitempty"` // that it met; "" for none
	Promoted   bool               `json:"promoted"`
	ByHand     bool               `json:"by_hand,omitempty"` // an operator promoted it; nothing was compared
	Reasons    []string           `json:"reasons"`           // in words, the deciding one first
	Figures    map[string]float64 `json:"figures,omitempty"` // what the reasons rest on, such as challenger_wape
}

// decisionFile holds all decisions, one a line, the oldest first.
const decisionFile = "decisions.jsonl"

// Decide adds a decision. One of the same run about the same challenger, which
// a resumed run makes again, takes the place of the former.
func (r *Registry) Decide(d Decision) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	all, err := r.Decisions()
	if err != nil {
		return err
	}
	if d.Time.IsZero() {
		d.Time = r.Now()
	}
	d.Time = d.Time.UTC().Round(0)
	for name, v := range d.Figures { // JSON has no word for what is no number
		if math.IsNaN(v) || math.IsInf(v, 0) {
			delete(d.Figures, name)
		}
	}
	all = slices.DeleteFunc(all, func(o Decision) bool { return d.Run != "" && o.Run == d.Run && o.Challenger == d.Challenger })
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	for _, o := range append(all, d) {
		if err := lines.Encode(o); err != nil {
			return err
		}
	}
	return fileError(replaceFile(filepath.Join(r.dir, decisionFile), text.Bytes()))
}

// Decisions are all that were made, the oldest first. A broken file is code
// invalid and named.
func (r *Registry) Decisions() ([]Decision, error) {
	path := filepath.Join(r.dir, decisionFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError(err)
	}
	all, err := decodeDecisions(text)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "%s: %w", path, err).WithHint("restore the file, or move it away")
	}
	return all, nil
}

func decodeDecisions(text []byte) ([]Decision, error) {
	var all []Decision
	lines := json.NewDecoder(bytes.NewReader(text))
	for lines.More() {
		var d Decision
		if err := lines.Decode(&d); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "decision %d: %w", len(all)+1, err)
		}
		all = append(all, d)
	}
	return all, nil
}
