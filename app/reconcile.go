package app

import (
	"errors"
	"slices"

	"daycast"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/coherent"
)

// modelsOfGroups are those that forecast groups by themselves; none where the
// series alone say what their groups sell.
func modelsOfGroups(reconcile string) []model.Model {
	if reconcile == "align" {
		return all.OfGroups()
	}
	return nil
}

// groupLevels reads the levels that groups are of.
func groupLevels(names []string) [][]string {
	var out [][]string
	for _, name := range names {
		out = append(out, coherent.ParseLevel(name))
	}
	return out
}

// crossed are those of the levels that are of several columns.
func crossed(asked [][]string) [][]string {
	return slices.DeleteFunc(slices.Clone(asked), func(columns []string) bool { return len(columns) < 2 })
}

// named is a level whose groups have the names that people read.
func named(l daycast.Level) daycast.Level {
	l.Names = slices.Clone(l.Names)
	for g, name := range l.Names {
		l.Names[g] = coherent.GroupName(name)
	}
	return l
}

// blameGroups names the flag of an error about the levels that groups are of.
func blameGroups(err error) error {
	var e *daycast.Error
	if !errors.As(err, &e) || e.Field != "forecast.levels" {
		return err
	}
	named := *e
	named.Field = "reconcile-levels"
	return &named
}
