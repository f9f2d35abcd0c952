package registry

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"daycast"
)

// An Action is what made a version the champion.
type Action string

// The actions.
const (
	Promoted   Action = "promote"
	RolledBack Action = "rollback"
)

// A Promotion is one change of the champion.
type Promotion struct {
	Time    time.Time `json:"time"`
	Action  Action    `json:"action"`
	Version string    `json:"version"` // the champion from then on
}

// aliasFile is beside the versions' folders.
const aliasFile = "aliases.json"

// aliases is the content of that file.
type aliases struct {
	Champion []Promotion `json:"champion"` // oldest first
}

// replay gives the champions that a rollback can still reach; the last one is
// the current. Each rollback undoes the newest promotion left.
func (a aliases) replay() ([]string, error) {
	var stack []string
	for i, p := range a.Champion {
		if err := checkID(p.Version); err != nil {
			return nil, err
		}
		switch before := len(stack) - 2; {
		case p.Action == Promoted:
			stack = append(stack, p.Version)
		case p.Action == RolledBack && before >= 0 && stack[before] == p.Version:
			stack = stack[:before+1]
		default:
			return nil, daycast.Errorf(daycast.Invalid,
				"champion[%d]: %q of %s: want a promote, or a rollback to the champion before", i, p.Action, p.Version)
		}
	}
	return stack, nil
}

// decodeAliases reads the file and the champions that replay gives.
func decodeAliases(text []byte) (a aliases, champions []string, err error) {
	if err := json.Unmarshal(text, &a); err != nil {
		return a, nil, daycast.Errorf(daycast.Invalid, "not a list of promotions: %w", err)
	}
	champions, err = a.replay()
	return a, champions, err
}

func (r *Registry) aliases() (aliases, []string, error) {
	path := filepath.Join(r.dir, aliasFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return aliases{}, nil, nil
	}
	if err != nil {
		return aliases{}, nil, fileError(err)
	}
	a, champions, err := decodeAliases(text)
	if err != nil {
		return a, nil, daycast.Errorf(daycast.CodeOf(err), "%s: %w", path, err).
			WithHint("restore the file, or move it away and promote a version again")
	}
	return a, champions, nil
}

// championID is empty where nothing was promoted.
func (r *Registry) championID() (string, error) {
	_, champions, err := r.aliases()
	if err != nil || len(champions) == 0 {
		return "", err
	}
	return champions[len(champions)-1], nil
}

// Champion is the version that serves: code not_found without one.
func (r *Registry) Champion() (Version, error) {
	id, err := r.championID()
	if err != nil {
		return Version{}, err
	}
	if id == "" {
		return Version{}, daycast.Errorf(daycast.NotFound, "there is no champion").
			WithHint("train a model and promote it")
	}
	return r.Get(id)
}

// Promote makes a version the champion, once its file has proved whole. The
// champion promoted again stays; nothing is written.
func (r *Registry) Promote(id string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	v, err := r.Get(id)
	if err != nil {
		return err
	}
	a, champions, err := r.aliases()
	if err != nil {
		return err
	}
	if n := len(champions); n > 0 && champions[n-1] == id {
		return nil
	}
	return r.crown(a, Promoted, v)
}

// Rollback makes the champion before this one the champion again; twice, the
// one before that. Where there is none, it is code not_found.
func (r *Registry) Rollback() (Version, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	a, champions, err := r.aliases()
	if err != nil {
		return Version{}, err
	}
	if len(champions) < 2 {
		return Version{}, daycast.Errorf(daycast.NotFound, "there is no earlier champion").
			WithHint("promote the version that should serve")
	}
	v, err := r.Get(champions[len(champions)-2])
	if err != nil {
		return Version{}, err
	}
	return v, r.crown(a, RolledBack, v)
}

// crown adds to the history. The file's replacement is the moment at which
// the champion changes.
func (r *Registry) crown(a aliases, action Action, v Version) error {
	if err := r.verify(context.Background(), v); err != nil {
		return err
	}
	a.Champion = append(a.Champion, Promotion{Time: r.Now().UTC().Round(0), Action: action, Version: v.ID})
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return fileError(replaceFile(filepath.Join(r.dir, aliasFile), append(text, '\n')))
}

// History is all changes of the champion, the oldest first.
func (r *Registry) History() ([]Promotion, error) {
	a, _, err := r.aliases()
	return a.Champion, err
}
