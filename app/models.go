package app

import (
	"context"

	"daycast/config"
	"daycast/registry"
)

// A Version is a fitted model and where it comes from.
type Version = registry.Version

// A Listing is the model versions of a shop.
type Listing struct {
	Champion string    `json:"champion"` // its id; "" for none
	Versions []Version `json:"versions"` // newest first
}

// ListModels lists the versions, newest first.
func ListModels(c config.Config, w World) (Listing, error) {
	reg, err := openRegistry(c, w)
	if err != nil {
		return Listing{}, err
	}
	versions, err := reg.List()
	if err != nil {
		return Listing{}, err
	}
	out := Listing{Versions: versions}
	if len(versions) > 0 {
		if champion, err := reg.Champion(); err == nil {
			out.Champion = champion.ID
		}
	}
	return out, nil
}

// ShowModel is one version.
func ShowModel(c config.Config, w World, id string) (Version, error) {
	reg, err := openRegistry(c, w)
	if err != nil {
		return Version{}, err
	}
	return reg.Get(id)
}

// Decisions are why each version came to serve, or was refused, the newest
// last.
func Decisions(c config.Config, w World) ([]registry.Decision, error) {
	reg, err := openRegistry(c, w)
	if err != nil {
		return nil, err
	}
	all, err := reg.Decisions()
	if all == nil {
		all = []registry.Decision{} // as JSON, a list
	}
	return all, err
}

// PromoteModel makes a version the one that serves, and publishes its
// forecasts.
func PromoteModel(ctx context.Context, c config.Config, w World, id string) (Version, error) {
	run, close, err := opener(openStored).toChange(ctx, c, w, "models promote")
	if err != nil {
		return Version{}, err
	}
	defer close()
	return run.Promote(ctx, id)
}

// RollBackModel promotes the version that served before.
func RollBackModel(ctx context.Context, c config.Config, w World) (Version, error) {
	run, close, err := opener(openStored).toChange(ctx, c, w, "models rollback")
	if err != nil {
		return Version{}, err
	}
	defer close()
	return run.Rollback(ctx)
}
