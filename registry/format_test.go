package registry

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
)

func example() Version {
	return Version{
		ID: "a", Created: time.Unix(1e9, 5).UTC(), Kind: "gbm", Name: "gbm", Parameters: map[string]string{"": "\x00"},
		Origin: 15_000, Horizon: 4, Step: daycast.Weekly, Metrics: map[string]float64{"rmse": math.Inf(1), "mae": 1e-300},
		Size: 1, SHA256: strings.Repeat("0f", 32),
	}
}

// A manifest that is accepted is written and read back as it was.
func FuzzManifest(f *testing.F) {
	text, err := example().encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format": 99}`))
	f.Add([]byte(`{"metrics": {"x": 1e999}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := decodeVersion(text)
		if err != nil {
			if code := daycast.CodeOf(err); code != daycast.Invalid && code != daycast.Conflict {
				t.Fatalf("code %s: %v", code, err)
			}
			return
		}
		again, err := v.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeVersion(again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(v, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

// A history that is accepted names only versions that may exist.
func FuzzAliases(f *testing.F) {
	f.Add([]byte(`{"champion": [{"action": "promote", "version": "a"}, {"action": "promote", "version": "b"},` +
		`{"action": "rollback", "version": "a"}]}`))
	f.Add([]byte(`{"champion": [{"action": "rollback", "version": "a"}]}`))
	f.Add([]byte(`{"champion": [{"action": "promote", "version": "../a"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, champions, err := decodeAliases(text)
		if err != nil {
			if code := daycast.CodeOf(err); code != daycast.Invalid {
				t.Fatalf("code %s: %v", code, err)
			}
			return
		}
		for _, id := range champions {
			if err := checkID(id); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestNewerManifest(t *testing.T) {
	_, err := decodeVersion([]byte(`{"format": 2}`))
	if daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("got %v, want code conflict", err)
	}
}
