package app

import (
	"errors"
	"slices"
	"strings"

	"daycast"
	"daycast/model/all"
	"daycast/model/coherent"
	"daycast/pipeline"
)

// reconciling is the one of a name and levels, as in the config.
func reconciling(name string, levels []string) pipeline.Reconciling {
	if name == "" || name == "none" {
		return pipeline.Reconciling{}
	}
	return pipeline.Reconciling{Method: coherent.Method(name), Models: all.OfGroups(), Levels: groupLevels(levels)}
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

// flagged names the flag of an error about what is a key in the config.
func flagged(err error, key, flag string) error {
	var e *daycast.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Field, key) {
		return err
	}
	named := *e
	named.Field = flag
	return &named
}
