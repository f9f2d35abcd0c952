package app

import (
	"daycast/config"
	"daycast/registry"
)

// A Listing is the model versions of a shop.
type Listing struct {
	Champion string             `json:"champion"` // its id; "" for none
	Versions []registry.Version `json:"versions"` // newest first
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
func ShowModel(c config.Config, w World, id string) (registry.Version, error) {
	reg, err := openRegistry(c, w)
	if err != nil {
		return registry.Version{}, err
	}
	return reg.Get(id)
}
